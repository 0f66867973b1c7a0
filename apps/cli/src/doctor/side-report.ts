import type { Check } from './check.js';

/** What was found out about one side. */
export interface SideReport {
  /** What people call it. */
  readonly name: string;
  /** The URL without credentials. */
  readonly url: string;
  readonly checks: readonly Check[];
  /** What a comparison with the other side needs; `undefined` where it is not known. */
  readonly facts: SideFacts;
}

/** What matters between two sides. */
export interface SideFacts {
  /** Media types in which keys and values are read. */
  readonly keyType?: string;
  readonly valueType?: string;
  readonly segments?: number;
  readonly entries?: number;
  /** Whether versions count as HustDB's do. */
  readonly countsVersions?: boolean;
  /** The other side's clock less this machine's, in milliseconds, to within `clockErrorMs`. */
  readonly clockOffsetMs?: number;
  readonly clockErrorMs?: number;
}
