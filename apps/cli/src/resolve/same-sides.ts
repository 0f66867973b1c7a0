import { sameObservation } from '@kvtwin/replica-pair';
import type { PairRead } from '@kvtwin/versioned-value';

/** Whether two reads saw the same on both sides. */
export function sameSides(a: PairRead, b: PairRead): boolean {
  return ([0, 1] as const).every((at) => sameObservation(a.sides[at], b.sides[at]));
}
