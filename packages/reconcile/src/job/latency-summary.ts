/** How long the calls to one side took, in milliseconds; all 0 where there were none. */
export interface LatencySummary {
  readonly calls: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}
