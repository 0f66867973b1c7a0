import type { PairRead, SideWrite, Two } from '@kvtwin/versioned-value';
import type { CarriedExpiration } from './carried-expiration.js';

/**
 * How safe a repair's writes were against a writer at the same moment:
 * - `strong`: compare-and-set with a token that is never used twice, or an atomic put-if-absent.
 * - `weak`: the store's tokens repeat (HustDB's counter restarts after a removal) or its put-if-absent is a check and
 *   a write; the value was compared directly before and after.
 * - `none`: the store has no compare-and-set; only the comparison before and after.
 */
export type RepairGuard = 'strong' | 'weak' | 'none';

/**
 * How a repair ended:
 * - `repaired`: written, and a read of both sides shows what was asked for.
 * - `nothing-to-do`: both sides held it already.
 * - `changed-since`: a side is no longer what the decision was made on; that side was not written.
 * - `unreadable`: a side could not be read; nothing was written.
 * - `nothing-to-take`: the side to take from is absent; ask for `removal` if that is meant.
 * - `unguarded`: a store has no compare-and-set and `allowUnguarded` was not given; nothing was written.
 * - `rejected`: a store refused the write; see its side in `writes`.
 * - `unknown`: a write was not answered; it may have been applied. See its side in `writes`.
 * - `unverified`: written, but the read afterwards failed or shows something else: somebody wrote after us, or a store
 *   could not be given the version or expiration that was asked for.
 */
export type RepairOutcome =
  | 'repaired'
  | 'nothing-to-do'
  | 'changed-since'
  | 'unreadable'
  | 'nothing-to-take'
  | 'unguarded'
  | 'rejected'
  | 'unknown'
  | 'unverified';

/** What was to be done on one side, and how it went. */
export interface RepairWrite {
  readonly action: 'none' | 'create' | 'replace' | 'remove';
  /** How safe this side's write is; absent where there is none. */
  readonly guard?: RepairGuard;
  readonly result: SideWrite;
  /** What became of the expiration; only where a value was to be written. */
  readonly expiration?: CarriedExpiration;
}

/** What {@link RepairOutcome} says, with the evidence. */
export interface RepairResult {
  readonly outcome: RepairOutcome;
  /** The weakest guard among the sides to be written; absent where nothing was to be written. */
  readonly guard?: RepairGuard;
  readonly writes: Two<RepairWrite>;
  /** What the sides held before. */
  readonly before: PairRead;
  /** What they held afterwards; only where something was written, and not when the signal fired right then. */
  readonly after?: PairRead;
  /** SHA-256 of the values before, as lower-case hex; `null` where there was none. */
  readonly hashes: Two<string | null>;
}
