import type { EntryMetadata } from '../metadata-of-entry.js';

/** One entry of an iteration. */
export interface IterationEntry {
  readonly key: Uint8Array;
  /** One value, or the projections of a filter: as many in each entry of a batch. */
  readonly values: readonly Uint8Array[];
  /** From 2.5, where iterationStart asked for it. */
  readonly metadata?: EntryMetadata;
}
