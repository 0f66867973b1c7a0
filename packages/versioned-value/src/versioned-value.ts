import type { EntryVersion } from './entry-version.js';
import type { Expiration } from './expiration.js';

/**
 * What one replica holds for one key. Times are milliseconds since the epoch, on that replica's clock; they are there
 * only where the store tells them. `V` is bytes, or `null` where a key has no value (a set's member).
 */
export interface VersionedValue<V = Uint8Array> {
  readonly value: V;
  readonly version: EntryVersion;
  readonly expiration: Expiration;
  readonly createdAtMs?: number;
  readonly lastUsedAtMs?: number;
}
