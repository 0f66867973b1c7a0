import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BytesError, decodeBase64, encodeBase64 } from './index.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('base64', () => {
  it.each([
    ['', ''],
    ['f', 'Zg=='],
    ['fo', 'Zm8='],
    ['foo', 'Zm9v'],
    ['foob', 'Zm9vYg=='],
    ['fooba', 'Zm9vYmE='],
    ['foobar', 'Zm9vYmFy'],
  ])('encodes and decodes %j as RFC 4648 §10 does', (text, base64) => {
    expect(encodeBase64(utf8(text))).toBe(base64);
    expect(decodeBase64(base64)).toEqual(utf8(text));
    expect(decodeBase64(base64.replace(/=/g, ''))).toEqual(utf8(text));
  });

  it('agrees with the platform for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = encodeBase64(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64'));
        expect(decodeBase64(text)).toEqual(bytes);
      }),
    );
  });

  it('encodes a view of a larger buffer', () => {
    expect(encodeBase64(utf8('xfoox').subarray(1, 4))).toBe('Zm9v');
  });

  it.each([
    ['a lone last letter', 'Zm9vY'],
    ['white space', 'Zm9v Zm9v'],
    ['the URL alphabet', '-_-_'],
    ['bits behind the last byte', 'Zh=='],
    ['padding in the middle', 'Zg==Zm9v'],
    ['padding alone', '===='],
    ['wrong padding', 'Zm9=v'],
  ])('refuses %s', (_, text) => {
    expect(() => decodeBase64(text)).toThrow(BytesError);
  });

  it('never throws anything else than a BytesError', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        try {
          decodeBase64(text);
        } catch (thrown) {
          expect(BytesError.is(thrown) && thrown.code).toBe('BYTES_RANGE');
        }
      }),
    );
  });
});
