import type {
  CallOptions,
  ScanBatch,
  ScanOptions,
  SideRead,
  Two,
  VersionedValue,
} from '@kvtwin/versioned-value';
import type { LocatedEntry, LocatedKey } from './located-key.js';

/** Some entries of a source, and the cursor that resumes behind them. */
export interface LocatedBatch extends ScanBatch {
  readonly entries: readonly LocatedEntry[];
  /** Entries of this batch that were left out: copies of keys on a node that is not one of their masters. */
  readonly strays?: number;
}

/** One server, or one cache, of a replica that is gone through by itself. */
export interface ScannedPart {
  /** For messages; without credentials. */
  readonly name: string;
  scan(options: ScanOptions): AsyncIterable<LocatedBatch>;
}

/** Why the masters of a key do not tell one value for it. */
export type Disagreement = 'value-conflict' | 'diverged' | 'one-sided' | 'not-told';

/**
 * What a source holds for a key. `disagree`: its masters hold different values, or one of them none. `unreadable`: a
 * master did not answer.
 */
export type SourceRead =
  | { readonly kind: 'value'; readonly entry: VersionedValue }
  | { readonly kind: 'absent' }
  | { readonly kind: 'disagree'; readonly why: Disagreement; readonly sides: Two<SideRead> }
  | { readonly kind: 'unreadable'; readonly error: unknown };

/** Where a migration reads: kv and tables of one replica, or of the masters of a pair or a cluster. */
export interface MigrateSource {
  /** Without credentials. */
  readonly name: string;
  readonly parts: readonly ScannedPart[];
  /**
   * Of how many parts each key is shown. 1: what a scan shows is what there is, and values are taken from scans, which
   * leave max-idle times alone. 2: two masters, and each key is read from both of them before it is copied.
   */
  readonly copies: 1 | 2;
  /**
   * False: of two values that agree up to a NUL byte it may say that they are the same (a HustDB HA front does). Then what
   * the listings showed decides.
   */
  readonly comparesBeyondNul?: boolean;
  /** Answers in the order of `keys`. Rejects only when the signal fires. */
  read(keys: readonly LocatedKey[], call?: CallOptions): Promise<readonly SourceRead[]>;
}
