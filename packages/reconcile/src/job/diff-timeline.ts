import type { Two } from '@kvtwin/versioned-value';
import type { SideLoad } from '../scan/side-load.js';
import type { DiffSample } from './diff-job-summary.js';

/** So many make a plot; more of them would weigh in every checkpoint. */
const mostSamples = 240;
const firstIntervalMs = 1000;

/** Samples of a job's speed, a second apart in the beginning; where they become too many, twice as far apart. */
export class DiffTimeline {
  readonly #samples: DiffSample[];
  #intervalMs: number;
  #keys: number;

  constructor(samples: readonly DiffSample[] = []) {
    this.#samples = [...samples];
    this.#keys = samples.reduce((sum, { keys }) => sum + keys, 0);
    const lastMs = samples.at(-1)?.elapsedMs ?? 0;
    this.#intervalMs = firstIntervalMs;
    while (lastMs / this.#intervalMs > mostSamples) this.#intervalMs *= 2;
  }

  get samples(): readonly DiffSample[] {
    return this.#samples;
  }

  /** Takes a sample where it is time for one, or at the end for what is left. `keys`: shown until now. */
  note(elapsedMs: number, keys: number, loads: Two<SideLoad>, atEnd = false): void {
    const sinceMs = elapsedMs - (this.#samples.at(-1)?.elapsedMs ?? 0);
    if (atEnd ? sinceMs <= 0 || keys === this.#keys : sinceMs < this.#intervalMs) return;
    const p99Ms: Two<number> = [p99Of(loads[0]), p99Of(loads[1])];
    for (const load of loads) load.recent.clear();
    this.#samples.push(sample(elapsedMs, sinceMs, Math.max(0, keys - this.#keys), p99Ms));
    this.#keys = keys;
    if (this.#samples.length > mostSamples) this.#halve();
  }

  #halve(): void {
    this.#intervalMs *= 2;
    const all = this.#samples.splice(0);
    let beganMs = 0;
    for (let at = 0; at < all.length; at += 2) {
      const [one, other] = [all[at]!, all[at + 1] ?? all[at]!];
      const keys = one === other ? one.keys : one.keys + other.keys;
      const p99Ms: Two<number> = [
        Math.max(one.p99Ms[0], other.p99Ms[0]),
        Math.max(one.p99Ms[1], other.p99Ms[1]),
      ];
      this.#samples.push(sample(other.elapsedMs, other.elapsedMs - beganMs, keys, p99Ms));
      beganMs = other.elapsedMs;
    }
  }
}

function p99Of({ recent }: SideLoad): number {
  return recent.summary().p99Ms;
}

function sample(elapsedMs: number, sinceMs: number, keys: number, p99Ms: Two<number>): DiffSample {
  const keysPerSecond = Math.round((keys * 1000) / Math.max(1, sinceMs));
  return { elapsedMs: Math.round(elapsedMs), keys, keysPerSecond, p99Ms };
}
