import { expect, test } from 'vitest';
import { ChunkCopies } from './index.js';

const lengths = [0, 1, 16, 64, 100, 513, 4096, 4097];

test.each(lengths)(
  'copies of %d bytes stay as they were, whatever happens to the chunk and to each other',
  (length) => {
    const count = 12;
    const chunk = Uint8Array.from({ length: (length + 3) * count }, (_, at) => (at * 31) & 0xff);
    const before = chunk.slice();
    const copies = new ChunkCopies();
    const places = Array.from({ length: count }, (_, at) => at * (length + 3) + 2);
    const taken = places.map((start) => copies.copy(chunk, start, start + length));
    chunk.fill(0);
    taken.forEach((copy, at) => {
      expect(copy).toEqual(before.subarray(places[at]!, places[at]! + length));
      expect(copy.constructor).toBe(Uint8Array);
      copy.fill(0xee);
    });
  },
);

test('after forget() a chunk is read anew', () => {
  const chunk = new Uint8Array(300).fill(1);
  const copies = new ChunkCopies();
  const first = copies.copy(chunk, 0, 100);
  chunk.fill(2);
  copies.forget();
  expect(copies.copy(chunk, 100, 200)[0]).toBe(2);
  expect(first[0]).toBe(1);
});

test('what is kept holds no more than sixteen times its size, half a KiB at least', () => {
  const chunk = new Uint8Array(64 * 1024);
  const copies = new ChunkCopies();
  const first = copies.copy(chunk, 0, 100);
  const near = copies.copy(chunk, 1_500, 1_600);
  const far = copies.copy(chunk, 1_550, 1_650);
  expect(near.byteOffset - first.byteOffset).toBe(1_500);
  expect(far.byteOffset - first.byteOffset).not.toBe(1_550);
});
