import type { Two } from '@kvtwin/versioned-value';
import type { DiffClass } from '../diff/diff-class.js';
import type { ClassCounts } from '../diff/diff-progress.js';
import type { LatencySummary } from './latency-summary.js';
import type { SideListing } from './unit-record.js';

/** What a diff job found; the same shape stands in `summary.json` as JSON. Digests are lower-case hex. */
export interface DiffJobSummary {
  readonly format: 'kvtwin.diff-summary/1';
  /** Keys in all classes together. */
  readonly keys: number;
  readonly classes: ClassCounts;
  /** Keys in the classes that are differences of data. */
  readonly differences: number;
  /** Of the keys, values and differences of both sides, whatever their order: equal for equal data. 32 digits. */
  readonly digest: string;
  /** Entries that the scans of each side showed, repeated ones counted. */
  readonly scanned: Two<number>;
  /** Time spent, over all attempts. */
  readonly elapsedMs: number;
  /** What the work was cut into: `hash` (ranges of the key's hash), or the parts that both stores have, as `hotrod-segments-256`. */
  readonly layout: string;
  /** In their order, without a gap. */
  readonly units: readonly DiffUnitSummary[];
  /** How the parts of sides whose scans shift (HustDB) were listed; where `settled` is false, keys may be missing. */
  readonly listings: readonly SideListing[];
  /** Of calls to each side, as long as the job waited for them. */
  readonly latency: Two<LatencySummary>;
  /** In order of time; at most 240, further apart the longer it takes. */
  readonly timeline: readonly DiffSample[];
  /** The least keys (in the order of bytes) of each class but `agreed` and `settled`: five at most. */
  readonly examples: Readonly<Partial<Record<DiffClass, readonly DiffExample[]>>>;
}

/** One unit of a job. */
export interface DiffUnitSummary {
  readonly unit: number;
  readonly keys: number;
  readonly differences: number;
  readonly classes: ClassCounts;
  readonly digest: string;
}

/** What happened since the sample before. */
export interface DiffSample {
  /** Time spent on the job until then, over all attempts. */
  readonly elapsedMs: number;
  /** Entries shown by both sides since the sample before, halved: keys, where both sides have the same. */
  readonly keys: number;
  readonly keysPerSecond: number;
  /** Of the calls since the sample before; 0 where there were none. */
  readonly p99Ms: Two<number>;
}

/** A key of a class: `key` where it is UTF-8, else `keyBase64`. */
export type DiffExample = { readonly key: string } | { readonly keyBase64: string };
