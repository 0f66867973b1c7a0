import { expect, it } from 'vitest';
import { scoreText } from './score-text.js';

it('orders negative scores before others, and by magnitude among themselves', () => {
  const scores = [3n, -30n, 0n, -1n, 2n ** 63n - 1n, -5n, -(2n ** 63n)];
  const sorted = [...scores].sort((a, b) => (scoreText(a) < scoreText(b) ? -1 : 1));
  expect(sorted).toEqual([-1n, -5n, -30n, -(2n ** 63n), 0n, 3n, 2n ** 63n - 1n]);
  for (const score of scores) expect(scoreText(score)).toHaveLength(21);
});
