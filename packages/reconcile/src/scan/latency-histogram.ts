import type { LatencySummary } from '../job/latency-summary.js';

/** Buckets are this factor apart, so a percentile is told to within 5 %. */
const growth = 1.05;
/** What is faster counts as this. */
const leastMs = 0.02;
/** Up to about 26 minutes; what takes longer counts as that. */
const bucketCount = 370;

const logGrowth = Math.log(growth);

/** How often calls took how long, in buckets of equal ratio: the same memory for any number of calls. */
export class LatencyHistogram {
  readonly #counts = new Uint32Array(bucketCount);
  #calls = 0;
  #sumMs = 0;
  #maxMs = 0;

  get calls(): number {
    return this.#calls;
  }

  record(ms: number): void {
    const bucket = ms <= leastMs ? 0 : Math.ceil(Math.log(ms / leastMs) / logGrowth);
    this.#counts[Math.min(bucketCount - 1, bucket)]!++;
    this.#calls++;
    this.#sumMs += ms;
    this.#maxMs = Math.max(this.#maxMs, ms);
  }

  /** The time within which this share of the calls was answered, 0 to 1; 0 where there were none. */
  percentile(share: number): number {
    let left = Math.ceil(this.#calls * share);
    for (let bucket = 0; bucket < bucketCount && this.#calls > 0; bucket++) {
      left -= this.#counts[bucket]!;
      if (left <= 0) return Math.min(this.#maxMs, leastMs * growth ** bucket);
    }
    return this.#maxMs;
  }

  summary(): LatencySummary {
    const at = (share: number): number => rounded(this.percentile(share));
    return {
      calls: this.#calls,
      meanMs: rounded(this.#calls === 0 ? 0 : this.#sumMs / this.#calls),
      p50Ms: at(0.5),
      p90Ms: at(0.9),
      p99Ms: at(0.99),
      p999Ms: at(0.999),
      maxMs: rounded(this.#maxMs),
    };
  }

  clear(): void {
    this.#counts.fill(0);
    this.#calls = 0;
    this.#sumMs = 0;
    this.#maxMs = 0;
  }

  /** For {@link LatencyHistogram.from}: buckets in use as `[bucket, count]`. */
  toJSON(): LatencyRecord {
    const counts = [...this.#counts.entries()].filter(([, count]) => count > 0);
    return { sumMs: this.#sumMs, maxMs: this.#maxMs, counts };
  }

  static from(record: LatencyRecord | undefined): LatencyHistogram {
    const histogram = new LatencyHistogram();
    if (record === undefined) return histogram;
    for (const [bucket, count] of record.counts) {
      histogram.#counts[bucket] = count;
      histogram.#calls += count;
    }
    histogram.#sumMs = record.sumMs;
    histogram.#maxMs = record.maxMs;
    return histogram;
  }
}

/** A histogram as JSON. */
export interface LatencyRecord {
  readonly sumMs: number;
  readonly maxMs: number;
  readonly counts: readonly (readonly [bucket: number, count: number])[];
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
