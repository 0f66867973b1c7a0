import { expect, test } from 'vitest';
import { copyBytes } from './index.js';

test.each([0, 1, 64, 65, 4096, 4097])('a copy of %d bytes stays as it was, whatever follows', (length) => {
  const source = Uint8Array.from({ length: length + 2 }, (_, index) => index);
  const expected = source.slice(1, length + 1);
  const copy = copyBytes(source, 1, length + 1);
  const others = Array.from({ length: 20 }, () => copyBytes(new Uint8Array(length).fill(0xee), 0, length));
  source.fill(0);
  for (const other of others) {
    other.fill(0xdd);
  }
  expect(copy).toEqual(expected);
  expect(copy.constructor).toBe(Uint8Array);
});
