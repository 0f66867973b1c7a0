import type { Sha256 } from '@kvtwin/replica-pair';
import type { CallOptions, Clock } from '@kvtwin/versioned-value';
import type { RecordLog } from './record-log.js';

/** How rows are written, by an apply as by an undo. */
export interface RowRunOptions extends CallOptions {
  /** Holds the records of earlier attempts too: what they did is not done again. */
  readonly log: RecordLog;
  /** Rows at once. Default 16: the log syncs the records of many together. */
  readonly concurrency?: number;
  /** Rows per second, at most. Default: no limit. */
  readonly rps?: number;
  /** Writes also to a store without compare-and-set. Default false: such rows end as `unguarded`. */
  readonly allowUnguarded?: boolean;
  /** Rows that may fail one after the other before a side counts as gone. Default: twice `concurrency`. */
  readonly failuresInARow?: number;
  readonly clock?: Clock;
  readonly sha256?: Sha256;
}
