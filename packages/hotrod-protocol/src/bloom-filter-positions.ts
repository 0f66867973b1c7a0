import { murmurHash3 } from './murmur-hash-3.js';

/** What the server seeds its hashes with. */
const SEEDS = [239, 1847, 2719] as const;

/**
 * The bits that a key sets in the bloom filter of a near cache of `bits` bits, ascending, each once. `key` is in the
 * cache's storage format. The server tells of a change only where all the bits of the key are set.
 */
export function bloomFilterPositions(key: Uint8Array, bits: number): number[] {
  // -2^31 has no positive counterpart in 32 bits; as a number it does, and what it makes of it is a bit like any other.
  const positions = SEEDS.map((seed) => Math.abs(murmurHash3(key, seed)) % bits);
  return [...new Set(positions)].sort((a, b) => a - b);
}
