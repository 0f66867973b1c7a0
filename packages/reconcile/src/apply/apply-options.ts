import type { RepairOutcome, ReplicaPairStore, Sha256 } from '@kvtwin/replica-pair';
import type { CallOptions, Clock } from '@kvtwin/versioned-value';
import type { PlanRow } from '../plan/plan-row.js';
import { repairOutcomes } from './apply-history.js';
import type { RecordLog } from './record-log.js';

/** How `applyPlan` works. */
export interface ApplyOptions extends CallOptions {
  readonly pair: ReplicaPairStore;
  /** In the order of the plan; a resumed apply must be given the same ones. */
  readonly rows: AsyncIterable<PlanRow> | Iterable<PlanRow>;
  /** Holds the records of earlier attempts too: what they did is not done again. */
  readonly log: RecordLog;
  /** Rows at once. Default 16: the log syncs the intents of many together. */
  readonly concurrency?: number;
  /** Rows per second, at most. Default: no limit. */
  readonly rps?: number;
  /** Writes also to a store without compare-and-set. Default false: such rows end as `unguarded`. */
  readonly allowUnguarded?: boolean;
  /** Rows that may fail one after the other before a side counts as gone. Default: twice `concurrency`. */
  readonly failuresInARow?: number;
  readonly clock?: Clock;
  readonly sha256?: Sha256;
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
