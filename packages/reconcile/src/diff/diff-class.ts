import type { PairRead } from '@kvtwin/versioned-value';

/**
 * What a diff says of a key; every key is in exactly one class.
 * - `agreed`: both sides showed the same.
 * - `value-conflict`, `diverged`, `version-skew`: as in a PairRead; the last two only under policy `counter`.
 * - `only-first`, `only-second`: the other side does not have it.
 * - `expiry-skew`: the same but for when it goes away.
 * - `settled`: differed when it was scanned and agreed (or was gone) when it was read again: a write in flight.
 * - `unsettled`: kept changing, and never agreed nor stayed the same, as long as it was watched.
 * - `unreadable`: a side did not answer for it.
 */
export type DiffClass =
  | 'agreed'
  | 'version-skew'
  | 'value-conflict'
  | 'diverged'
  | 'only-first'
  | 'only-second'
  | 'expiry-skew'
  | 'settled'
  | 'unsettled'
  | 'unreadable';

/** All classes, in the order in which a report shows them. */
export const diffClasses: readonly DiffClass[] = [
  'agreed',
  'value-conflict',
  'diverged',
  'version-skew',
  'only-first',
  'only-second',
  'expiry-skew',
  'settled',
  'unsettled',
  'unreadable',
];

/** The classes that are differences of data: these make two stores differ. */
export const differenceClasses: readonly DiffClass[] = [
  'value-conflict',
  'diverged',
  'version-skew',
  'only-first',
  'only-second',
];

/** The class of a single read; a key that both sides lack counts as agreed. */
export function diffClassOf(read: PairRead): DiffClass {
  switch (read.kind) {
    case 'agreed':
      return read.expirationSkewMs === undefined ? 'agreed' : 'expiry-skew';
    case 'absent':
      return 'agreed';
    case 'one-sided':
      return read.present === 'first' ? 'only-first' : 'only-second';
    default:
      return read.kind;
  }
}
