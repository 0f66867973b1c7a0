import type { DiffJobSummary } from '@kvtwin/reconcile';
import type { StoreSelector, Two } from '@kvtwin/versioned-value';

/** What `summary.json` of a diff job holds: what the job found, and what it was about. */
export interface DiffSummaryFile extends DiffJobSummary {
  /** The job's id. */
  readonly job: string;
  readonly names: Two<string>;
  /** Without credentials. */
  readonly urls: Two<string>;
  readonly selector: StoreSelector;
  readonly policy: 'counter' | 'opaque';
  /** ISO 8601. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** SHA-256 of `report.ndjson`, lower-case hex. */
  readonly reportSha256: string;
}
