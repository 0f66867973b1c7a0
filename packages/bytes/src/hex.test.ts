import { describe, expect, it } from 'vitest';
import { parseHex, toHex } from './hex.js';
import { equalBytes } from './index.js';

const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);

describe('hex', () => {
  it.each([0, 1, 255, 256, 257, 1000])('of %d bytes is read back, in either case', (length) => {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 7) & 0xff);
    const text = toHex(bytes);
    expect(text).toBe(Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''));
    expect(parseHex(text)).toEqual(bytes);
    expect(parseHex(text.toUpperCase())).toEqual(bytes);
  });

  it('has a separator between bytes', () => {
    expect(toHex(Uint8Array.of(0, 0xab, 0xff), ' ')).toBe('00 ab ff');
    expect(parseHex(toHex(everyByte, '\n'))).toEqual(everyByte);
  });

  it('of megabytes needs no tree of pieces', () => {
    const bytes = new Uint8Array(4 << 20).fill(0x5a);
    expect(equalBytes(parseHex(toHex(bytes)), bytes)).toBe(true);
  });

  it.each(['0', 'zz', '0x0', '12 3g', 'é0'])('refuses %j', (text) => {
    expect(() => parseHex(text)).toThrow(expect.objectContaining({ code: 'BYTES_RANGE' }));
  });
});
