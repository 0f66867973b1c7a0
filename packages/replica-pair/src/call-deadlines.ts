import type { Clock } from '@kvtwin/versioned-value';

/** Why a sleep ends early. Made once: an abort without a reason makes an exception, stack and all, per call. */
const notNeeded = new Error('no call needs this time limit any more');

/** A call that must be settled by a certain time. */
export interface CallDeadline {
  readonly dueMs: number;
  readonly expire: () => void;
}

/**
 * Time limits of many calls on one sleep of the clock: a timer of its own for each call would cost more than the call.
 * Sleeps only while calls are open, so it keeps no process alive.
 */
export class CallDeadlines {
  readonly #clock: Clock;
  readonly #open = new Set<CallDeadline>();
  #sleep: { readonly untilMs: number; readonly stop: AbortController } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Has `expire` called after so many milliseconds, unless the call is {@link done} before. */
  add(afterMs: number, expire: () => void): CallDeadline {
    const deadline = { dueMs: this.#clock.nowMs() + afterMs, expire };
    this.#open.add(deadline);
    if (this.#sleep === undefined || deadline.dueMs < this.#sleep.untilMs) this.#sleepUntil(deadline.dueMs);
    return deadline;
  }

  done(deadline: CallDeadline): void {
    this.#open.delete(deadline);
    if (this.#open.size === 0) this.#wake();
  }

  #sleepUntil(untilMs: number): void {
    this.#wake();
    const stop = new AbortController();
    this.#sleep = { untilMs, stop };
    const slept = this.#clock.sleep(untilMs - this.#clock.nowMs(), stop.signal);
    slept.then(
      () => {
        if (this.#sleep?.stop !== stop) return;
        this.#sleep = undefined;
        this.#expire();
      },
      () => undefined,
    );
  }

  #wake(): void {
    this.#sleep?.stop.abort(notNeeded);
    this.#sleep = undefined;
  }

  #expire(): void {
    const nowMs = this.#clock.nowMs();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const deadline of this.#open) {
      if (deadline.dueMs > nowMs) {
        nextMs = Math.min(nextMs, deadline.dueMs);
        continue;
      }
      this.#open.delete(deadline);
      deadline.expire();
    }
    if (this.#open.size > 0 && this.#sleep === undefined) this.#sleepUntil(nextMs);
  }
}
