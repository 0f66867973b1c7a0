import { parseHex } from '@kvtwin/bytes';
import { hotRodPrimitives } from '@kvtwin/testkit';
import { describe, expect, it } from 'vitest';
import { murmurHash3 } from './murmur-hash-3.js';
import { segmentOfHash } from './segment-of-hash.js';
import { segmentOfKey } from './segment-of-key.js';

const vectors = hotRodPrimitives();

describe('murmurHash3', () => {
  it.each(vectors.murmur3)('hashes $key_hex as Infinispan does', ({ key_hex, hash32, segment }) => {
    const key = parseHex(key_hex);
    expect(murmurHash3(key)).toBe(hash32);
    for (const [segments, expected] of Object.entries(segment)) {
      expect(segmentOfKey(key, Number(segments)), `of ${segments}`).toBe(expected);
    }
  });

  it.each(vectors.murmur3_int)('hashes the four bytes of the number $int, the lowest first', (vector) => {
    const key = new Uint8Array(4);
    new DataView(key.buffer).setInt32(0, vector.int, true);
    expect(murmurHash3(key)).toBe(vector.hash32);
  });

  it.each(vectors.bloom)('hashes $key_utf8 under the seeds of the bloom filter', (vector) => {
    const key = new TextEncoder().encode(vector.key_utf8);
    const hashes = [239, 1847, 2719].map((seed) => murmurHash3(key, seed));
    // The recordings hold what the filter goes on with: no sign.
    expect(hashes.map(Math.abs)).toEqual(vector.hashes_seed_239_1847_2719.map(Math.abs));
  });

  it('takes a seed beyond 2^31 as unsigned', () => {
    expect(murmurHash3(Uint8Array.of(1), -1)).toBe(murmurHash3(Uint8Array.of(1), 0xffff_ffff));
  });

  it('reads a key that is a window of a larger buffer', () => {
    expect(segmentOfKey(parseHex('ffff6b657931ffff').subarray(2, 6), 256)).toBe(46);
  });

  it('agrees with the definition in 64-bit arithmetic for every length and for bytes of either sign', () => {
    for (let length = 0; length < 100; length++) {
      const key = Uint8Array.from({ length }, (_, at) => (at * 151 + length * 89) & 0xff);
      for (const seed of [9001, 0, 0xffff_ffff]) {
        expect(murmurHash3(key, seed), `${length} bytes, seed ${seed}`).toBe(byDefinition(key, seed));
      }
    }
  });
});

describe('segmentOfHash', () => {
  it.each(vectors.segment_size)(
    'cuts the hash space into $num_segments segments of $segment_size',
    (vector) => {
      const { num_segments: segments, segment_size: size } = vector;
      expect(segmentOfHash(size - 1, segments)).toBe(0);
      expect(segmentOfHash(0x7fff_ffff, segments)).toBeLessThan(segments);
      if (segments > 1) {
        expect(segmentOfHash(size, segments)).toBe(1);
      }
    },
  );

  it('leaves the sign of a hash out', () => {
    expect(segmentOfHash(-1, 20)).toBe(segmentOfHash(0x7fff_ffff, 20));
  });
});

/** The hash as its description reads, 64 bits at a time. */
function byDefinition(bytes: Uint8Array, seed: number): number {
  const u64 = (value: bigint) => BigInt.asUintN(64, value);
  const rotate = (value: bigint, by: bigint) => u64(value << by) | (value >> (64n - by));
  let [h1, h2] = [0x9368e53c2f6af274n ^ BigInt(seed), 0x586dcd208f7cd3fdn ^ BigInt(seed)];
  let [c1, c2] = [0x87c37b91114253d5n, 0x4cf5ad432745937fn];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < bytes.length; at += 16) {
    const words = [0n, 0n];
    for (let i = 0; i < Math.min(16, bytes.length - at); i++) {
      const isTail = at + 16 > bytes.length;
      const byte = BigInt(isTail ? view.getInt8(at + i) : view.getUint8(at + i));
      words[i >> 3] = words[i >> 3]! ^ u64(byte << BigInt(8 * (i & 7)));
    }
    h1 = u64((h1 ^ u64(rotate(u64(words[0]! * c1), 23n) * c2)) + h2);
    h2 = u64((rotate(h2, 41n) ^ u64(rotate(u64(words[1]! * c2), 23n) * c1)) + h1);
    [h1, h2] = [u64(h1 * 3n + 0x52dce729n), u64(h2 * 3n + 0x38495ab5n)];
    [c1, c2] = [u64(c1 * 5n + 0x7b7d159cn), u64(c2 * 5n + 0x6bce6396n)];
  }
  h2 ^= BigInt(bytes.length);
  h1 = u64(h1 + h2);
  h2 = u64(h2 + h1);
  const avalanche = (value: bigint) => {
    const once = u64((value ^ (value >> 33n)) * 0xff51afd7ed558ccdn);
    const twice = u64((once ^ (once >> 33n)) * 0xc4ceb9fe1a85ec53n);
    return twice ^ (twice >> 33n);
  };
  return Number(BigInt.asIntN(32, u64(avalanche(h1) + avalanche(h2)) >> 32n));
}
