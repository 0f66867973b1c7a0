import type { EntryVersion } from './entry-version.js';
import type { SideRead } from './side-read.js';
import type { Side, Two } from './two.js';

/** How versions of the two sides relate: `counter` compares them, `opaque` never does. */
export type VersionPolicy = 'counter' | 'opaque';

/** What every {@link PairRead} carries besides its classification. */
export interface PairReadBase<V = Uint8Array> {
  /** What each side said; a repair takes its tokens from here. */
  readonly sides: Two<SideRead<V>>;
  /** Whether the versions took part in the classification (policy `counter`). */
  readonly versionsCompared: boolean;
  /**
   * By how much the second side's expiry instant is later than the first side's, in milliseconds; infinite where one
   * side never expires. Absent where the two agree or a side does not tell. A property, never a conflict of its own.
   */
  readonly expirationSkewMs?: number;
}

/**
 * What reading a key from two replicas says. The first four are HustDB HA's return values 1 to 4:
 * - `agreed`: 200 with `Version`.
 * - `version-skew`: 200 with `Version1` and `Version2`: the same value under two versions.
 * - `value-conflict`: 409 with `Version` and `Val-Offset`: two values; the versions are the same or not comparable.
 * - `diverged`: 409 with `Version1`, `Version2` and `Val-Offset`: values and versions differ.
 * - `one-sided`: present on one side, absent on the other.
 * - `absent`: both sides say so.
 * - `unreadable`: at least one side failed or is unknown.
 *
 * Under policy `opaque` only the value decides, between `agreed` and `value-conflict`; `version` is then the first
 * side's token and both stand in `sides`.
 */
export type PairRead<V = Uint8Array> = PairReadBase<V> &
  (
    | { readonly kind: 'agreed'; readonly value: V; readonly version: EntryVersion }
    | { readonly kind: 'version-skew'; readonly value: V; readonly versions: Two<EntryVersion> }
    | { readonly kind: 'value-conflict'; readonly values: Two<V>; readonly version: EntryVersion }
    | { readonly kind: 'diverged'; readonly values: Two<V>; readonly versions: Two<EntryVersion> }
    | { readonly kind: 'one-sided'; readonly present: Side }
    | { readonly kind: 'absent' }
    | { readonly kind: 'unreadable' }
  );

/** The classifications of a {@link PairRead}. */
export type PairReadKind = PairRead['kind'];
