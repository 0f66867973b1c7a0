/** Buckets to a doubling: a quantile is told to within 5 %. */
const perDoubling = 16;
/** From a microsecond to some hours. */
const bucketCount = 34 * perDoubling;

/** Latencies in buckets of equal ratio: quantiles of any number of them in a few kilobytes. */
export class LatencyCounts {
  readonly #buckets = new Float64Array(bucketCount);
  #count = 0;
  /** The longest one, exactly. */
  maxMs = 0;

  add(ms: number): void {
    const doublings = Math.log2(Math.max(ms * 1000, 1));
    const bucket = Math.min(bucketCount - 1, Math.floor(doublings * perDoubling));
    this.#buckets[bucket]! += 1;
    this.#count++;
    this.maxMs = Math.max(this.maxMs, ms);
  }

  /** The latency that this share of all did not exceed; 0 where there are none. */
  quantileMs(share: number): number {
    const wanted = share * this.#count;
    let seen = 0;
    for (const [bucket, count] of this.#buckets.entries()) {
      seen += count;
      if (count > 0 && seen >= wanted) return Math.min(this.maxMs, 2 ** ((bucket + 1) / perDoubling) / 1000);
    }
    return this.maxMs;
  }
}
