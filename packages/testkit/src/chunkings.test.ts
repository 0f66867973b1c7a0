import { expect, test } from 'vitest';
import { chunkings } from './chunkings.js';

const frame = Uint8Array.of(1, 2, 3, 4, 5);

test('each chunking is the frame, and every offset is a split', () => {
  const all = [...chunkings(frame)];
  for (const { name, chunks } of all) {
    expect(new Uint8Array(Buffer.concat(chunks)), name).toEqual(frame);
  }
  expect(all.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['whole', 'byte by byte', 'split at 1', 'split at 4', 'random 8']),
  );
});

test('a seed gives the same splits again', () => {
  const once = [...chunkings(frame, { seed: 3 })];
  expect([...chunkings(frame, { seed: 3 })]).toEqual(once);
});

test('an empty frame arrives in one way', () => {
  expect([...chunkings(new Uint8Array(0))]).toHaveLength(1);
});
