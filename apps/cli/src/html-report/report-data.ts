import type { ClassCounts } from '@kvtwin/reconcile';
import type { Two } from '@kvtwin/versioned-value';

/** How long the calls to one side took, in milliseconds. */
export interface ReportLatency {
  readonly calls: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

/** What the page of a diff job is made of, beside its report: the job's summary, and how it was run. */
export interface DiffReportData {
  readonly job: string;
  readonly names: Two<string>;
  /** Without credentials. */
  readonly urls: Two<string>;
  readonly selector: { readonly type: string; readonly table?: string | undefined };
  readonly policy: 'counter' | 'opaque';
  /** ISO 8601. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly elapsedMs: number;
  readonly keys: number;
  readonly differences: number;
  readonly classes: ClassCounts;
  readonly scanned: Two<number>;
  /** Of the data of both sides; lower-case hex. */
  readonly digest: string;
  /** Of `report.ndjson`; lower-case hex. */
  readonly reportSha256: string;
  readonly layout: string;
  readonly units: readonly { readonly unit: number; readonly keys: number; readonly differences: number }[];
  readonly listings: readonly { readonly side: 'first' | 'second'; readonly settled: boolean }[];
  readonly latency: Two<ReportLatency>;
  readonly timeline: readonly {
    readonly elapsedMs: number;
    readonly keysPerSecond: number;
    readonly p99Ms: Two<number>;
  }[];
  readonly settleMs: number;
  readonly confirmReads: number;
  readonly timeoutMs: number;
  readonly rps?: number | undefined;
}
