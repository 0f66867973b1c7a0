import type { SideWrite } from '@kvtwin/versioned-value';

/**
 * How one side's answer to a write counts, in HustDB HA's terms:
 * - `done`: it holds what was asked for.
 * - `soft`: it had nothing to do it to: the key of a deletion is absent, or the table holds another type.
 * - `hard`: it refused (version mismatch, store full), or it is not known whether it did it.
 */
export type WriteVerdict = 'done' | 'soft' | 'hard';

/** What kind of write a verdict is about. */
export interface WriteKind {
  readonly removal: boolean;
  /** `is_dup`: a side that already holds a newer version ignores the write and is content. */
  readonly replay: boolean;
}

/** Source: HustDB HA, write handler; HustDB documents, ha. */
export function writeVerdict(side: SideWrite, kind: WriteKind): WriteVerdict {
  if (side.state === 'applied') return 'done';
  if (side.state !== 'rejected') return 'hard';
  if (side.reason === 'mismatch' && kind.replay) return 'done';
  if (side.reason === 'absent' && kind.removal) return 'soft';
  return side.error?.code === 'STORE_WRONG_TYPE' ? 'soft' : 'hard';
}
