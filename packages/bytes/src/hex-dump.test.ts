import { expect, test } from 'vitest';
import { hexDump, parseHex } from './index.js';

test('shows offset, hex and what prints', () => {
  const bytes = Uint8Array.from({ length: 18 }, (_, index) => (index < 16 ? 0x41 + index : 0xf0 + index));
  expect(hexDump(bytes, { offset: 256 })).toBe(
    [
      '00000100  41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f 50  |ABCDEFGHIJKLMNOP|',
      `00000110  00 01${' '.repeat(44)}|..|`,
    ].join('\n'),
  );
  expect(hexDump(new Uint8Array(0))).toBe('');
});

test.each([
  ['a0 1', 'an odd number'],
  ['a0 zz', 'not a hex digit: "z" at digit 3'],
])('%j is no hex', (text, message) => {
  expect(() => parseHex(text)).toThrow(message);
});

test('takes blanks, line ends and 0x', () => {
  expect(parseHex(' 0xA0\n01 fF ')).toEqual(Uint8Array.of(0xa0, 1, 0xff));
});
