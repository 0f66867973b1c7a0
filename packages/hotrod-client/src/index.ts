export {
  type DigestHash,
  type DigestLogin,
  digest,
  external,
  oauthBearer,
  type PasswordLogin,
  plain,
  type ScramHash,
  type ScramLogin,
  scram,
} from './auth.js';
export type { HotRodAuthOptions, Secret } from './auth-options.js';
export { Cache } from './cache.js';
export type { CacheCallOptions, CacheFlags, CacheWriteOptions } from './cache-call-options.js';
export type { CacheEntry } from './cache-entry.js';
export { CacheEventStream } from './cache-event-stream.js';
export type {
  CacheEntryEvent,
  CacheEventInfo,
  CacheGap,
  ConvertedCacheEvent,
  ConvertedEventHandlers,
  EntryEventHandlers,
  EntryGoneEvent,
  EntryWrittenEvent,
  EventConverter,
  EventFilter,
  EventStreamOptions,
  ListenerOptions,
  SubscriptionHandlers,
  WithConverter,
  WithValues,
} from './cache-events.js';
export { CacheIteration } from './cache-iteration.js';
export { CacheSubscription } from './cache-subscription.js';
export { type CallTargetInput, callTarget } from './call-target.js';
export type { ClientEvents } from './client-events.js';
export type { ClientStats, OperationStats, ServerStats } from './client-stats.js';
export type { ClusterServer, ClusterTopology } from './cluster-topology.js';
export type { Codec } from './codec.js';
export { type CacheCodecs, codecs, type JsonCodecOptions } from './codecs.js';
export type {
  ConnectDiagnostics,
  GapDiagnostics,
  RequestDiagnostics,
  RetryDiagnostics,
  TopologyDiagnostics,
} from './diagnostics.js';
export type { Duration, DurationUnit } from './duration.js';
export { type ClientLoad, HotRodClient } from './hotrod-client.js';
export { HotRodError, type HotRodErrorCode, type HotRodErrorDetails } from './hotrod-error.js';
export type { IterateOptions } from './iterate-batches.js';
export type { LatencySummary } from './latency-histogram.js';
export { type HotRodStoreFamilyOptions, openHotRodStoreFamily } from './open-hotrod-store-family.js';
export type { HotRodClientOptions, Intelligence, SiteOptions } from './options.js';
export { optionsFromProperties } from './options-from-properties.js';
export { describeHotRodUri, type HotRodUri, parseHotRodUri } from './parse-hotrod-uri.js';
export type { CallInput, CallOptions, CallTarget } from './pending-call.js';
export type { SaslFamily, SaslMechanismName } from './sasl/sasl-mechanism.js';
export {
  DEFAULT_PORT,
  formatServerAddress,
  parseServerAddress,
  type ServerAddress,
} from './server-address.js';
export type { KeyLayout } from './store-url.js';
export type { HotRodTls, HotRodTlsOptions } from './tls-options.js';
export type { TraceContext } from './trace-context.js';
export { UNCHANGED, type Updated, type UpdateOptions } from './update-entry.js';
