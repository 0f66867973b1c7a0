import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareBytes, equalBytes } from './index.js';

const short = fc.uint8Array({ maxLength: 4, max: 3 });

describe('equalBytes', () => {
  it('goes on behind a NUL', () => {
    expect(equalBytes(Uint8Array.of(97, 0, 1), Uint8Array.of(97, 0, 2))).toBe(false);
    expect(equalBytes(Uint8Array.of(97, 0, 1), Uint8Array.of(97, 0, 1))).toBe(true);
  });

  it('sees every single byte of a long array, wherever it lies in its buffer', () => {
    for (const length of [511, 512, 513, 514, 515]) {
      const a = new Uint8Array(length + 1).subarray(1);
      for (let at = 0; at < length; at++) {
        const b = new Uint8Array(length + 3).subarray(3);
        expect(equalBytes(a, b)).toBe(true);
        b[at] = 1;
        if (equalBytes(a, b)) throw new Error(`byte ${at} of ${length} was not compared`);
      }
    }
  });

  it('tells a prefix from the whole', () => {
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 0))).toBe(false);
    expect(equalBytes(new Uint8Array(), new Uint8Array())).toBe(true);
  });
});

describe('compareBytes', () => {
  it('orders as memcmp does', () => {
    fc.assert(
      fc.property(short, short, (a, b) => {
        expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(a, b));
        expect(compareBytes(a, b) === 0).toBe(equalBytes(a, b));
      }),
    );
  });

  it('takes bytes as unsigned', () => {
    expect(compareBytes(Uint8Array.of(0x7f), Uint8Array.of(0x80))).toBeLessThan(0);
  });
});
