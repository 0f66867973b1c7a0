export { type Abortable, listenToAbort, stopListening } from './abort-listeners.js';
export { fromByteString, toByteString } from './byte-string.js';
export { type CallDeadline, CallDeadlines } from './call-deadlines.js';
export { type CallContext, checkCall, checkSelector, checkWrite } from './check-call.js';
export { type ClassifyPairOptions, classifyPair } from './classify-pair.js';
export type { Alarm, Clock } from './clock.js';
export {
  type CounterEnvelope,
  decodeCounterEnvelope,
  encodeCounterEnvelope,
  envelopeHeaderBytes,
  maxCounter,
} from './counter-envelope.js';
export {
  type DirectGet,
  type DirectPairReads,
  directPairReadsOf,
  getTo,
  offerDirectGet,
  offerDirectPairReads,
} from './direct-reads.js';
export {
  type DirectScan,
  type EntryPlace,
  type EntryVisitor,
  offerDirectScan,
  placeOf,
  scanDirectly,
  type VisitedBatch,
} from './direct-scan.js';
export { type EntryVersion, sameVersion, type VersionScheme } from './entry-version.js';
export { type Expiration, IMMORTAL, UNKNOWN_EXPIRATION } from './expiration.js';
export { expirationSkewMs } from './expiration-skew.js';
export { expirationToleranceMs } from './expiration-tolerance.js';
export { expiryInstantMs } from './expiry-instant.js';
export { ManualClock } from './manual-clock.js';
export type { MemoryLimits } from './memory-limits.js';
export { MemoryRegistry } from './memory-registry.js';
export { type MemoryStoreFamilyOptions, openMemoryStoreFamily } from './open-memory-store-family.js';
export type { PairRead, PairReadBase, PairReadKind, VersionPolicy } from './pair-read.js';
export { type PairReadJson, pairReadToJson } from './pair-read-to-json.js';
export type {
  PairSource,
  PairStore,
  PairWrite,
  PairWriteOptions,
  SideWrite,
} from './pair-source.js';
export type { Receiver } from './receiver.js';
export type { SideRead } from './side-read.js';
export { type SideReadJson, sideReadToJson } from './side-read-to-json.js';
export { StoreError, type StoreErrorCode, type StoreErrorDetails } from './store-error.js';
export { systemClock } from './system-clock.js';
export type { Side, Two } from './two.js';
export type {
  CallOptions,
  ReplayOptions,
  ScanBatch,
  ScannedEntry,
  ScanOptions,
  StoreCapabilities,
  StoreFamily,
  StoreParts,
  StoreSelector,
  StoreType,
  VersionedStore,
  WriteOptions,
  WriteOutcome,
  WriteResult,
} from './versioned-store.js';
export type { VersionedValue } from './versioned-value.js';
export {
  type CounterEnvelopeOptions,
  withCounterEnvelope,
  withCounterEnvelopes,
} from './with-counter-envelope.js';
