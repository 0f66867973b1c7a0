import type { SideRead, Two } from '@kvtwin/versioned-value';
import type { RepairIntent } from './repair-intent.js';

/** Where an addition may go: to one side alone, to both, or nowhere for now. */
export type AdditionSides = 'both' | 0 | 1 | 'none';

/**
 * Where a number is added to while writes of its key wait for repair. A side that is behind is passed over, for a sum upon an
 * old number can be told from no other: it gets the other side's sum. Where that one cannot be read, nothing is added.
 *
 * `waiting`: those writes, after an attempt to repair them; `before`: what each side holds, undefined where it did not tell.
 */
export function additionSides(
  waiting: readonly RepairIntent[],
  before: Two<SideRead | undefined>,
): AdditionSides {
  if (waiting.length === 0) return 'both';
  const behind = new Set(waiting.flatMap(({ side }) => (side === undefined ? [] : [side])));
  const told = ([0, 1] as const).filter((side) => isTold(before[side]));
  const ahead = told.filter((side) => !behind.has(side));
  // Neither is known to be behind, and they differ: which one is right is found out first.
  if (ahead.length !== 1) return 'none';
  return ahead[0]!;
}

function isTold(read: SideRead | undefined): boolean {
  return read?.state === 'present' || read?.state === 'absent';
}
