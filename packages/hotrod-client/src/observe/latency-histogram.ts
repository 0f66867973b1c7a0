/** Durations of many calls in little. Milliseconds; the percentiles are at most an eighth above the true ones. */
export interface LatencySummary {
  /** Durations that it is made of. */
  readonly count: number;
  /** Mean, exact. */
  readonly meanMs: number;
  /** Half of the calls took no longer. */
  readonly p50Ms: number;
  /** 95 of 100 calls took no longer. */
  readonly p95Ms: number;
  /** 99 of 100 calls took no longer. */
  readonly p99Ms: number;
  /** The longest, exact. */
  readonly maxMs: number;
}

/** Each power of two is cut into 8: an error of an eighth is less than what a network varies by. */
const STEPS = 8;
const STEP_BITS = 3;
/** Up to 2^31 microseconds, more than half an hour; no call takes longer. */
const MAX_US = 0x7fff_ffff;
const BUCKETS = STEPS + (31 - STEP_BITS) * STEPS;

/**
 * Counts durations in buckets that grow with the duration, 1 KiB whatever comes.
 *
 * ```
 *   µs:  0 1 2 … 7 | 8 9 … 15 | 16 18 … 30 | 32 36 … 60 | …     8 buckets each
 * ```
 */
export class LatencyHistogram {
  readonly #counts = new Uint32Array(BUCKETS);
  #count = 0;
  #sumMs = 0;
  #maxMs = 0;

  get count(): number {
    return this.#count;
  }

  add(ms: number): void {
    this.#count++;
    this.#sumMs += ms;
    if (ms > this.#maxMs) this.#maxMs = ms;
    const us = ms * 1_000;
    const bucket = bucketOf(us < MAX_US ? us | 0 : MAX_US);
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
  }

  /** Counts in what another one has counted. */
  merge(other: LatencyHistogram): void {
    this.#count += other.#count;
    this.#sumMs += other.#sumMs;
    this.#maxMs = Math.max(this.#maxMs, other.#maxMs);
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      this.#counts[bucket] = (this.#counts[bucket] as number) + (other.#counts[bucket] as number);
    }
  }

  summary(): LatencySummary {
    return {
      count: this.#count,
      meanMs: this.#count === 0 ? 0 : this.#sumMs / this.#count,
      p50Ms: this.#percentileMs(0.5),
      p95Ms: this.#percentileMs(0.95),
      p99Ms: this.#percentileMs(0.99),
      maxMs: this.#maxMs,
    };
  }

  /** The upper edge of the bucket that holds it, but never above the maximum. */
  #percentileMs(part: number): number {
    let left = Math.ceil(this.#count * part);
    if (left === 0) return 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      left -= this.#counts[bucket] as number;
      if (left <= 0) return Math.min(this.#maxMs, edgeUs(bucket + 1) / 1_000);
    }
    return this.#maxMs;
  }
}

function bucketOf(us: number): number {
  if (us < STEPS) return us < 0 ? 0 : us;
  const shift = 31 - Math.clz32(us) - STEP_BITS;
  return (shift << STEP_BITS) + (us >>> shift);
}

/** Least microseconds of a bucket. */
function edgeUs(bucket: number): number {
  if (bucket < STEPS * 2) return bucket;
  const shift = (bucket >>> STEP_BITS) - 1;
  return (bucket - (shift << STEP_BITS)) * 2 ** shift;
}
