import { type ProgressState, shareOf } from './progress-state.js';

/** What is told is what was seen over this time: long enough to be steady, short enough to notice a side that slows. */
const windowMs = 15_000;

/** Less than this says nothing yet. */
const shortestMs = 500;

/** How fast something goes on. */
export interface Speed {
  /** Items in a second; undefined before there is anything to tell. */
  readonly perSecond: number | undefined;
  /** Undefined where the whole is not known, or nothing was done lately. */
  readonly leftMs: number | undefined;
}

interface Sample {
  readonly atMs: number;
  readonly items: number;
  readonly share: number | undefined;
}

/** Measures rate and time left over the last seconds, for the phase under way. Bounded: a sample each half second. */
export class ProgressSpeed {
  #phase: string | undefined;
  #samples: Sample[] = [];

  /** Takes in where the work stands now. */
  measure(state: ProgressState, nowMs: number): Speed {
    if (state.phase !== this.#phase) {
      this.#phase = state.phase;
      this.#samples = [];
    }
    const now: Sample = { atMs: nowMs, items: state.items, share: shareOf(state) };
    const last = this.#samples.at(-1);
    const kept = last === undefined || nowMs - last.atMs >= shortestMs;
    if (kept) this.#samples.push(now);
    while (this.#samples.length > 2 && nowMs - this.#samples[1]!.atMs >= windowMs) this.#samples.shift();
    const perSecond = rateBetween(this.#samples[0]!, now);
    // How much the whole is may become known only later.
    const leftMs = leftAt(
      this.#samples.find(({ share }) => share !== undefined),
      now,
    );
    return { perSecond, leftMs };
  }
}

function rateBetween(from: Sample, to: Sample): number | undefined {
  const elapsedMs = to.atMs - from.atMs;
  return elapsedMs < shortestMs ? undefined : Math.max(0, ((to.items - from.items) / elapsedMs) * 1000);
}

function leftAt(from: Sample | undefined, to: Sample): number | undefined {
  if (from?.share === undefined || to.share === undefined || to.atMs - from.atMs < shortestMs)
    return undefined;
  const sharePerMs = (to.share - from.share) / (to.atMs - from.atMs);
  return sharePerMs > 0 ? (1 - to.share) / sharePerMs : undefined;
}
