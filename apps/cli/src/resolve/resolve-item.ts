import type { DiffClass } from '@kvtwin/reconcile';
import type { PairRead } from '@kvtwin/versioned-value';

/** A key that somebody has to decide about. */
export interface QueuedKey {
  readonly key: Uint8Array;
  /** What a diff or a plan said of it; it is read anew before it is shown. */
  readonly class?: DiffClass;
  /** Why a plan did not decide. */
  readonly why?: string;
}

/** What is to become of a key on both sides, as somebody decided. */
export type Choice =
  | { readonly kind: 'first' | 'second' | 'removal' }
  | {
      readonly kind: 'merge';
      readonly value: Uint8Array;
      readonly lifespanMs?: number;
      readonly maxIdleMs?: number;
    };

/** How far a key is. `ignored`: somebody looked and left it as it is. */
export type ItemProgress = 'open' | 'ignored' | 'written' | 'failed';

/** A key of the queue, with what was read and decided. */
export interface ResolveItem extends QueuedKey {
  /** What both sides said when it was shown last; absent before. A write is guarded by just this. */
  read?: PairRead;
  choice?: Choice;
  progress: ItemProgress;
  /** What happened to it last, for people. */
  told?: string;
}
