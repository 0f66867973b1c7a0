/** Digits that any signed 64-bit number fits into, with its sign. */
const WIDTH = 21;

/**
 * A score as a node orders by it: decimal text, 21 characters, padded with zeros behind the sign. Negative scores so come
 * before others, but among themselves by magnitude (-1, -5, -30), and ranges over them are those of the text.
 */
export function scoreText(score: bigint): string {
  return score < 0n
    ? `-${(-score).toString().padStart(WIDTH - 1, '0')}`
    : score.toString().padStart(WIDTH, '0');
}
