import { murmurHash } from './murmur-hash.js';

/**
 * The segment of a key: which of `segments` equal slices of the 31-bit hash space its hash falls into
 * (Hot Rod 4.0 §segments). `key` is in the cache's storage format.
 */
export function keySegment(key: Uint8Array, segments: number): number {
  if (segments === 1) {
    return 0;
  }
  const normalized = murmurHash(key) & 0x7fffffff;
  return Math.min(Math.floor(normalized / Math.ceil(2 ** 31 / segments)), segments - 1);
}
