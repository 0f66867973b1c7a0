export type { HotRodAuthOptions, Secret } from './auth-options.js';
export { Cache, type CacheCallOptions, type CacheFlags, type CacheWriteOptions } from './cache.js';
export type { CacheEntry } from './cache-entry.js';
export { type CallTargetInput, callTarget } from './call-target.js';
export type { ClientEvents } from './client-events.js';
export type { ClusterServer, ClusterTopology } from './cluster-topology.js';
export { type CacheCodecs, type Codec, codecs, type JsonCodecOptions } from './codecs.js';
export type { Duration, DurationUnit } from './duration.js';
export { type ClientLoad, HotRodClient } from './hotrod-client.js';
export { HotRodError, type HotRodErrorCode, type HotRodErrorDetails } from './hotrod-error.js';
export type { IterateOptions } from './iterate-batches.js';
export { type HotRodStoreFamilyOptions, openHotRodStoreFamily } from './open-hotrod-store-family.js';
export type { HotRodClientOptions, Intelligence, SiteOptions } from './options.js';
export { describeHotRodUri, type HotRodUri, parseHotRodUri } from './parse-hotrod-uri.js';
export type { CallInput, CallOptions, CallTarget } from './pending-call.js';
export type { SaslMechanismName } from './sasl/sasl-mechanism.js';
export {
  DEFAULT_PORT,
  formatServerAddress,
  parseServerAddress,
  type ServerAddress,
} from './server-address.js';
export type { KeyLayout } from './store-url.js';
export type { HotRodTls, HotRodTlsOptions } from './tls-options.js';
