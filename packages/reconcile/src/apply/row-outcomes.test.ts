import { expect, it } from 'vitest';
import { RowOutcomes } from './row-outcomes.js';

it('holds the last outcome of each row, however far apart', () => {
  const rows = new RowOutcomes(['done', 'left']);
  for (const row of [0, 7, 8, 1_000_000]) rows.set(row, 'done');
  rows.set(8, 'left');
  expect(rows.size).toBe(4);
  expect([0, 1, 8, 1_000_000, 3_000_000].map((row) => rows.get(row))).toEqual([
    'done',
    undefined,
    'left',
    'done',
    undefined,
  ]);
});
