import type { RepairOutcome, ReplicaPairStore } from '@kvtwin/replica-pair';
import type { PlanRow } from '../plan/plan-row.js';
import { repairOutcomes } from './apply-history.js';
import type { RowRunOptions } from './row-run-options.js';

/** How `applyPlan` works. */
export interface ApplyOptions extends RowRunOptions {
  readonly pair: ReplicaPairStore;
  /** In the order of the plan; a resumed apply must be given the same ones. */
  readonly rows: AsyncIterable<PlanRow> | Iterable<PlanRow>;
  /** Called after each row, those of earlier attempts included. Must not throw. */
  readonly onRow?: (end: RowEnd, counts: ApplyCounts) => void;
}

/** How a row ended. */
export interface RowEnd {
  /** Number of the row in its plan, from 0. */
  readonly number: number;
  readonly row: PlanRow;
  readonly outcome: RepairOutcome | 'skip' | 'undecided';
}

/**
 * Rows by how they ended, over all attempts. `skip`, `undecided`: the plan says so. Two count rows that are counted by
 * their outcome too: `earlier` those that ended in an earlier attempt, `without-expiration` those that were written by
 * this one without the expiration of what they were taken from, because a store does not tell or hold it.
 */
export type ApplyCounts = Readonly<
  Record<RepairOutcome | 'skip' | 'undecided' | 'earlier' | 'without-expiration', number>
>;

/** Counts that are all 0. */
export function noApplyCounts(): Record<keyof ApplyCounts, number> {
  const names = [...repairOutcomes, 'skip', 'undecided', 'earlier', 'without-expiration'] as const;
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<keyof ApplyCounts, number>;
}
