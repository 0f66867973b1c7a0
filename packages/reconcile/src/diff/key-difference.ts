import type { PairRead } from '@kvtwin/versioned-value';
import type { DiffClass } from './diff-class.js';

/** One key that is neither `agreed` nor `settled`. */
export interface KeyDifference {
  readonly class: Exclude<DiffClass, 'agreed' | 'settled'>;
  readonly key: Uint8Array;
  /** The last read of both sides. */
  readonly read: PairRead;
  /** How many reads in a row showed just this. */
  readonly confirmed: number;
  /** How long these reads were apart, from the first to the last, in milliseconds. */
  readonly overMs: number;
}
