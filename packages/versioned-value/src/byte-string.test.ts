import { equalBytes } from '@kvtwin/bytes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromByteString, toByteString } from './byte-string.js';

describe('byte strings', () => {
  it('come back as the same bytes, and are equal exactly if the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
        expect(fromByteString(toByteString(a))).toEqual(a);
        expect(toByteString(a) === toByteString(b)).toBe(equalBytes(a, b));
      }),
    );
  });

  it('hold a megabyte', () => {
    const bytes = Uint8Array.from({ length: 1 << 20 }, (_, at) => at & 0xff);
    expect(equalBytes(fromByteString(toByteString(bytes)), bytes)).toBe(true);
  });
});
