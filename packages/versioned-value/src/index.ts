export type { Clock } from './clock.js';
export { type EntryVersion, sameVersion, type VersionScheme } from './entry-version.js';
export { type Expiration, IMMORTAL, UNKNOWN_EXPIRATION } from './expiration.js';
export type { PairRead, PairReadBase, PairReadKind, VersionPolicy } from './pair-read.js';
export type {
  PairSource,
  PairStore,
  PairWrite,
  PairWriteOptions,
  SideWrite,
} from './pair-source.js';
export type { SideRead } from './side-read.js';
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
  StoreSelector,
  StoreType,
  VersionedStore,
  WriteOptions,
  WriteOutcome,
  WriteResult,
} from './versioned-store.js';
export type { VersionedValue } from './versioned-value.js';
