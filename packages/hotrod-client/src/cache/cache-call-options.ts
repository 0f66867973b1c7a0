import { RequestFlag, type WireExpiration } from '@kvtwin/hotrod-protocol';
import { HotRodError } from '../hotrod-error.js';
import type { CallOptions } from '../pending-call.js';
import { type Duration, parseDuration } from './duration.js';

/**
 * What the server may leave out. Hot Rod §flags. The protocol's other three are not said here: `getAndSet` and its like ask
 * for the previous value, and the durations `'default'` for the cache's own.
 */
export interface CacheFlags {
  /** Looks only into memory, not into the cache's stores. */
  readonly skipCacheLoad?: boolean;
  /** Leaves the cache's indexes as they are. */
  readonly skipIndexing?: boolean;
  /** Tells no listener of the write. */
  readonly skipListenerNotification?: boolean;
}

/** Options of a call on a cache. */
export interface CacheCallOptions extends CallOptions, CacheFlags {}

/** Options of a write. Where a duration is not given, the cache's configured one applies. */
export interface CacheWriteOptions extends CacheCallOptions {
  /** How long the entry lives from now on. */
  readonly lifespan?: Duration;
  /** How long the entry may stay unread. */
  readonly maxIdle?: Duration;
}

/** What the request says of the entry's life. Throws `HOTROD_INVALID_ARGUMENT` on a duration that is none. */
export function expirationOf(options: CacheWriteOptions | undefined): WireExpiration {
  return {
    lifespan: parseDuration('lifespan', options?.lifespan),
    maxIdle: parseDuration('maxIdle', options?.maxIdle),
  };
}

/** {@link RequestFlag} bits. */
export function flagsOf(options: CacheFlags): number {
  return (
    (options.skipCacheLoad ? RequestFlag.SKIP_CACHE_LOAD : 0) |
    (options.skipIndexing ? RequestFlag.SKIP_INDEXING : 0) |
    (options.skipListenerNotification ? RequestFlag.SKIP_LISTENER_NOTIFICATION : 0)
  );
}

/** An entry's version as it is; throws `HOTROD_INVALID_ARGUMENT` on what is none. */
export function checkVersion(version: bigint): bigint {
  if (typeof version === 'bigint' && BigInt.asIntN(64, version) === version) return version;
  throw new HotRodError(`version is ${String(version)}; give the bigint that an entry came with`, {
    code: 'HOTROD_INVALID_ARGUMENT',
  });
}
