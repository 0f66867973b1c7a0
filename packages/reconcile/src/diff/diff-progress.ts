import type { Two } from '@kvtwin/versioned-value';
import type { DiffClass } from './diff-class.js';

/** How many keys are in each class so far. */
export type ClassCounts = Readonly<Record<DiffClass, number>>;

/** Where a diff stands. */
export interface DiffProgress {
  readonly phase: 'scanning' | 'confirming';
  /** From 1; more than one only where the keys outgrow `maxTrackedBytes`. */
  readonly pass: number;
  /** How much of all keys this and the passes before cover, 0 to 1. */
  readonly share: number;
  /** Entries shown by the two scans, all passes together. */
  readonly scanned: Two<number>;
  /** Keys that need another look. */
  readonly open: number;
  readonly classes: ClassCounts;
}

/** What a diff found. */
export interface DiffSummary {
  /** Keys in all classes together. */
  readonly keys: number;
  readonly classes: ClassCounts;
  /** Keys in the classes that are differences of data: neither `expiry-skew` nor `settled`, `unsettled`, `unreadable`. */
  readonly differences: number;
  readonly scanned: Two<number>;
  readonly passes: number;
  /** Parts of each side whose listing never came to rest: keys may be missing there. */
  readonly unsettledParts: Two<number>;
  readonly elapsedMs: number;
}
