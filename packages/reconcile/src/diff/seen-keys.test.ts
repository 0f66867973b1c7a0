import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Digest128, murmur3x128 } from '../scan/murmur3-128.js';
import { SeenKeys } from './seen-keys.js';

const digestOf = (value: number): Digest128 => murmur3x128(Uint8Array.of(value, value >> 8, value >> 16), 1);

describe('SeenKeys', () => {
  it('is a set, also after it has grown many times', () => {
    const seen = new SeenKeys();
    const addAll = (): number => {
      let added = 0;
      for (let value = 0; value < 20_000; value++) if (seen.add(digestOf(value))) added++;
      return added;
    };
    expect([addAll(), addAll()]).toEqual([20_000, 0]);
    expect(seen.size).toBe(20_000);
    expect(seen.has(digestOf(19_999))).toBe(true);
    expect(seen.has(digestOf(20_000))).toBe(false);
    expect(seen.bytes).toBeLessThanOrEqual(32_768 * 16);
  });

  it('drops what lies above a hash, and nothing else', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(100_000), { maxLength: 300 }), fc.nat(2 ** 32 - 1), (values, end) => {
        const seen = new SeenKeys();
        for (const value of values) seen.add(digestOf(value));
        seen.keepBelow(end);
        const kept = values.filter((value) => digestOf(value)[0] < end);
        expect(values.filter((value) => seen.has(digestOf(value)))).toEqual(kept);
        expect(seen.size).toBe(kept.length);
      }),
    );
  });

  it('takes a digest of zeros', () => {
    const seen = new SeenKeys();
    expect(seen.has([0, 0, 0, 0])).toBe(false);
    expect(seen.add([0, 0, 0, 0])).toBe(true);
    expect(seen.has([0, 0, 0, 0])).toBe(true);
  });
});
