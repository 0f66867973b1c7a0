import type { Clock } from '@kvtwin/versioned-value';
import type { BatchSize } from './batch-size.js';
import { LatencyHistogram } from './latency-histogram.js';

/** Calls after which it is looked whether a side is slow: as many as make a 99th percentile worth its name. */
const windowCalls = 100;
/** Few calls are looked at after this time, so that a side that crawls is left alone soon. */
const windowMs = 1000;
/** Fewer say nothing. */
const leastCalls = 3;
/** A side is never asked for less than this share of what it could be asked for. */
const leastLevel = 1 / 64;
/** Where no limit is given: a side that takes this many times as long as it did is slow … */
const slowFactor = 4;
/** … from here on: shorter times come and go on any busy machine. */
const slowFromMs = 250;
/** What a side did at its best is forgotten by so much from window to window. */
const forgetting = 1.05;

/** Of values, in a batch: more gain nothing. */
const lightBatchBytes = 1024 * 1024;
/** Before it is known what an entry weighs: few, in case that they are large. */
const firstBatchSize = 500;

/** What one look at a side is made from. */
export interface SideLoadOptions {
  readonly clock: Clock;
  /** The 99th percentile of a call that is allowed, in milliseconds. Default: four times the side's best, 250 ms at least. */
  readonly maxP99Ms?: number | undefined;
}

/**
 * Watches how long one side takes, and says how much may be asked of it: halved when its 99th percentile is over the limit,
 * raised by a quarter while it is well below.
 */
export class SideLoad {
  readonly #clock: Clock;
  readonly #maxP99Ms: number | undefined;
  readonly #window = new LatencyHistogram();
  #windowSinceMs: number;
  #bestMs = Number.POSITIVE_INFINITY;
  #level = 1;
  readonly #weighed = { entries: 0, bytes: 0 };
  /** Of all calls. */
  readonly latency: LatencyHistogram;
  /** Of the calls since somebody cleared it. */
  readonly recent = new LatencyHistogram();

  constructor({ clock, maxP99Ms }: SideLoadOptions, latency = new LatencyHistogram()) {
    this.#clock = clock;
    this.#maxP99Ms = maxP99Ms;
    this.#windowSinceMs = clock.nowMs();
    this.latency = latency;
  }

  /** How much may be asked of it, as a share of the most: 1/64 to 1. */
  get level(): number {
    return this.#level;
  }

  /** Entries per call, where `most` would be asked for at best. */
  batchSize(most: number): number {
    return Math.max(1, Math.floor(most * Math.min(1, this.#level * 2)));
  }

  /** Takes down what a batch of a scan weighed. */
  weigh({ entries, bytes }: BatchSize): void {
    this.#weighed.entries += entries;
    this.#weighed.bytes += bytes;
  }

  /** Entries of a batch, `most` at most, that weigh little by what was seen so far; some, where nothing was. */
  fitting(most: number): number {
    const { entries, bytes } = this.#weighed;
    if (entries === 0) return Math.min(most, firstBatchSize);
    return Math.max(1, Math.min(most, Math.floor((lightBatchBytes * entries) / Math.max(1, bytes))));
  }

  /** Times a call. Waits of `pause` are not in it. */
  async timed<T>(call: () => Promise<T>): Promise<T> {
    const beganMs = this.#fineMs();
    try {
      return await call();
    } finally {
      this.#record(this.#fineMs() - beganMs);
    }
  }

  /** Leaves the side alone for a while where it is slow, the longer the slower it is. */
  async pause(signal: AbortSignal): Promise<void> {
    if (this.#level >= 1) return;
    const lastMs = Math.max(1, this.#window.percentile(0.5), this.recent.percentile(0.5));
    await this.#clock.sleep(Math.min(windowMs, lastMs * (1 / this.#level - 1)), signal);
  }

  #fineMs(): number {
    return this.#clock.fineMs?.() ?? this.#clock.nowMs();
  }

  #record(ms: number): void {
    this.latency.record(ms);
    this.recent.record(ms);
    this.#window.record(ms);
    const nowMs = this.#clock.nowMs();
    const { calls } = this.#window;
    if (calls < windowCalls && (calls < leastCalls || nowMs - this.#windowSinceMs < windowMs)) return;
    this.#judge(this.#window.percentile(0.99));
    this.#window.clear();
    this.#windowSinceMs = nowMs;
  }

  #judge(p99Ms: number): void {
    const limitMs = this.#maxP99Ms ?? Math.max(slowFromMs, this.#bestMs * slowFactor);
    if (p99Ms > limitMs) this.#level = Math.max(leastLevel, this.#level / 2);
    else if (p99Ms < limitMs * 0.8) this.#level = Math.min(1, this.#level * 1.25);
    this.#bestMs = Math.min(this.#bestMs * forgetting, p99Ms);
  }
}
