import { describe, expect, it } from 'vitest';
import { murmur3x128 } from './murmur3-128.js';

describe('murmur3x128', () => {
  it('gives the published hash of a known sentence', () => {
    const sentence = new TextEncoder().encode('The quick brown fox jumps over the lazy dog');
    expect(murmur3x128(sentence, 0)).toEqual([0x2f1583c3, 0xecee2c67, 0x5d7bf66c, 0xe5e91d2c]);
    expect(murmur3x128(new Uint8Array(), 0)).toEqual([0, 0, 0, 0]);
  });

  it('has the verification value that SMHasher publishes for x86_128', () => {
    const hashes = new DataView(new ArrayBuffer(256 * 16));
    for (let length = 0; length < 256; length++) {
      const key = Uint8Array.from({ length }, (_, at) => at);
      const digest = murmur3x128(key, 256 - length);
      digest.forEach((word, at) => {
        hashes.setUint32(length * 16 + at * 4, word, true);
      });
    }
    expect(murmur3x128(new Uint8Array(hashes.buffer), 0)[0]).toBe(0xb3ece62a);
  });

  it('reads a view of a larger buffer', () => {
    const bytes = new TextEncoder().encode('xxThe quick brown fox jumps over the lazy dogxx');
    expect(murmur3x128(bytes.subarray(2, -2), 0)[0]).toBe(0x2f1583c3);
  });
});
