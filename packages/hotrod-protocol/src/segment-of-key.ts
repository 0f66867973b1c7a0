import { murmurHash3 } from './murmur-hash-3.js';
import { segmentOfHash } from './segment-of-hash.js';

/**
 * The segment of a key, 0 to `numSegments` − 1, exactly as the server of a cache with `numSegments` segments counts it.
 * `key` is in the cache's storage format; see `ownersOf` for who has the segment.
 */
export function segmentOfKey(key: Uint8Array, numSegments: number): number {
  return segmentOfHash(murmurHash3(key), numSegments);
}
