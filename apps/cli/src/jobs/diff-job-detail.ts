import type { ClassCounts } from '@kvtwin/reconcile';
import type { Two } from '@kvtwin/versioned-value';

/** What only a diff job's status tells. */
export interface DiffJobDetail {
  readonly scanned: Two<number>;
  readonly classes: ClassCounts;
  /** SHA-256 of `report.ndjson`; only when done. */
  readonly reportSha256?: string;
}
