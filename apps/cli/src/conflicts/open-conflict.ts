import type { DiffClass } from '@kvtwin/reconcile';
import type { StoreSelector } from '@kvtwin/versioned-value';

/** Why a key is in the list: a class of a diff, or what a proxy wrote into its log. */
export type ConflictClass = DiffClass | 'rejected';

/** A key that somebody has to look at. */
export interface OpenConflict {
  readonly key: Uint8Array;
  readonly class: ConflictClass;
  readonly store: StoreSelector;
  /** When it was found, in milliseconds since the epoch. */
  readonly atMs: number;
  /** Who found it: `job d1`, `proxy 10.0.0.1:8085|10.0.0.2:8085`. */
  readonly from: string;
  /** What a proxy says about it. */
  readonly why?: string;
}
