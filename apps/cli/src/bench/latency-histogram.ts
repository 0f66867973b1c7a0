import { build, type Histogram, type JsHistogram } from 'hdr-histogram-js';

/** Longest latency told apart: an hour, in microseconds. Nothing is measured for longer. */
const highestUs = 3_600_000_000;

/** A group of latencies: how many of them exceeded `fromMs` and not `toMs`. */
export interface LatencyBar {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
}

/** Latencies from a microsecond to an hour, to three digits, in 100 KiB however many they are. */
export class LatencyHistogram {
  /** In microseconds. */
  readonly hdr: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: highestUs,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: 32,
  });

  /** How many were recorded. */
  get count(): number {
    return this.hdr.totalCount;
  }

  /** To three digits; 0 where there are none. */
  get maxMs(): number {
    return this.hdr.maxValue / 1000;
  }

  get meanMs(): number {
    return this.count === 0 ? 0 : this.hdr.mean / 1000;
  }

  record(ms: number): void {
    this.hdr.recordValue(Math.min(highestUs, Math.max(1, Math.round(ms * 1000))));
  }

  add(other: LatencyHistogram): void {
    this.hdr.add(other.hdr);
  }

  /** The latency that this share of all, 0 to 1, did not exceed; 0 where there are none. */
  quantileMs(share: number): number {
    return this.count === 0 ? 0 : this.hdr.getValueAtPercentile(share * 100) / 1000;
  }

  /** At most `most` groups of equal ratio that hold all of them, the shortest latencies first. */
  bars(most: number): LatencyBar[] {
    if (this.count === 0) return [];
    const [low, high] = [this.quantileMs(0), this.maxMs];
    const ratio = Math.max(1.05, (high / low) ** (1 / most) * 1.0001);
    const counts = new Array<number>(most).fill(0);
    for (const { ms, count } of this.#recorded()) {
      const bar = Math.floor(Math.log(Math.max(1, ms / low)) / Math.log(ratio));
      counts[Math.min(most - 1, bar)]! += count;
    }
    const last = counts.findLastIndex((count) => count > 0);
    return counts
      .slice(0, last + 1)
      .map((count, at) => ({ fromMs: low * ratio ** at, toMs: low * ratio ** (at + 1), count }));
  }

  *#recorded(): Generator<{ readonly ms: number; readonly count: number }> {
    const { recordedValuesIterator } = this.hdr as JsHistogram;
    recordedValuesIterator.reset();
    while (recordedValuesIterator.hasNext()) {
      const { valueIteratedTo, countAddedInThisIterationStep } = recordedValuesIterator.next();
      yield { ms: Math.max(0.001, valueIteratedTo / 1000), count: countAddedInThisIterationStep };
    }
  }
}
