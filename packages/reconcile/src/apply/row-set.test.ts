import { expect, it } from 'vitest';
import { RowSet } from './row-set.js';

it('holds the rows that were added, however far apart', () => {
  const rows = new RowSet();
  for (const row of [0, 7, 8, 8, 1_000_000]) rows.add(row);
  expect(rows.size).toBe(4);
  expect([0, 1, 7, 8, 9, 999_999, 1_000_000, 2_000_000].filter((row) => rows.has(row))).toEqual([
    0, 7, 8, 1_000_000,
  ]);
});
