export { Cache } from './cache/cache.js';
export type { CacheCallOptions, CacheFlags, CacheWriteOptions } from './cache/cache-call-options.js';
export type { CacheEntry } from './cache/cache-entry.js';
export { CacheIteration } from './cache/cache-iteration.js';
export type { Codec } from './cache/codec.js';
export { type CacheCodecs, codecs, type JsonCodecOptions } from './cache/codecs.js';
export type { Duration, DurationUnit } from './cache/duration.js';
export type { IterateOptions } from './cache/iterate-batches.js';
export { UNCHANGED, type Updated, type UpdateOptions } from './cache/update-entry.js';
export { type CallTargetInput, callTarget } from './call-target.js';
export type { ClientEvents } from './cluster/client-events.js';
export type { ClusterServer, ClusterTopology } from './cluster/cluster-topology.js';
export type { TraceContext } from './connection/trace-context.js';
export { CacheEventStream } from './events/cache-event-stream.js';
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
} from './events/cache-events.js';
export { CacheSubscription } from './events/cache-subscription.js';
export { type ClientLoad, HotRodClient } from './hotrod-client.js';
export { HotRodError, type HotRodErrorCode, type HotRodErrorDetails } from './hotrod-error.js';
export type { ClientStats, OperationStats, ServerStats } from './observe/client-stats.js';
export type {
  ConnectDiagnostics,
  GapDiagnostics,
  RequestDiagnostics,
  RetryDiagnostics,
  TopologyDiagnostics,
} from './observe/diagnostics.js';
export type { LatencySummary } from './observe/latency-histogram.js';
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
} from './options/auth.js';
export type { HotRodAuthOptions, Secret } from './options/auth-options.js';
export type { HotRodClientOptions, Intelligence, SiteOptions } from './options/options.js';
export { optionsFromProperties } from './options/options-from-properties.js';
export { describeHotRodUri, type HotRodUri, parseHotRodUri } from './options/parse-hotrod-uri.js';
export {
  DEFAULT_PORT,
  formatServerAddress,
  parseServerAddress,
  type ServerAddress,
} from './options/server-address.js';
export type { HotRodTls, HotRodTlsOptions } from './options/tls-options.js';
export type { CallInput, CallOptions, CallTarget } from './pending-call.js';
export type { SaslFamily, SaslMechanismName } from './sasl/sasl-mechanism.js';
export { type HotRodStoreFamilyOptions, openHotRodStoreFamily } from './store/open-hotrod-store-family.js';
export type { KeyLayout } from './store/store-url.js';
