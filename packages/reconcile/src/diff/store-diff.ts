import type { DiffSummary } from './diff-progress.js';
import type { KeyDifference } from './key-difference.js';

/**
 * A diff under way. It begins when it is iterated, which can be done once, and goes only as fast as its differences
 * are taken. Breaking off stops it. Iterating rejects with a StoreError when a store cannot be scanned to the end.
 */
export interface StoreDiff extends AsyncIterable<KeyDifference> {
  /** Settles with the end of the iteration; rejects when that fails or is broken off. */
  readonly summary: Promise<DiffSummary>;
}
