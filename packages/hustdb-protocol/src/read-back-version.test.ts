import { expect, it } from 'vitest';
import { readBackVersion } from './read-back-version.js';

/** Puts of one key on HustDB 1.9: number of the put, the version it answered, the version that a read told then. */
const OBSERVED: readonly [put: number, answered: number, read: number][] = [
  [63, 63, 63],
  [64, 64, 80],
  [65, 81, 97],
  [66, 98, 114],
  [67, 115, 131],
  [68, 132, 164],
  [69, 165, 197],
  [70, 198, 246],
  [71, 247, 295],
  [72, 296, 360],
  [80, 1568, 1952],
  [100, 10_244, 10_756],
];

it('reads back what HustDB 1.9 reads back, put after put', () => {
  const seen = new Map<number, [number, number]>();
  let read = 0;
  for (let put = 1; put <= 100; put++) {
    const answered = read + 1;
    read = readBackVersion(answered);
    seen.set(put, [answered, read]);
  }
  for (const [put, answered, told] of OBSERVED) expect(seen.get(put), `put ${put}`).toEqual([answered, told]);
});
