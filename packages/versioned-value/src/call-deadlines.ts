import type { Alarm, Clock } from './clock.js';

/** Why a sleep ends early. Made once: an abort without a reason makes an exception, stack and all, per call. */
const notNeeded = new Error('no call needs this time limit any more');

/** A call that must be settled by a certain time. */
export interface CallDeadline {
  /** Set by {@link CallDeadlines.add}. */
  dueMs: number;
  expire(): void;
}

/**
 * Time limits of many calls on one alarm of the clock: a timer of its own for each call would cost more than the call.
 * Where the clock's alarm can wait without keeping the process alive it stays set between calls; else it is cancelled.
 */
export class CallDeadlines {
  readonly #clock: Clock;
  readonly #open = new Set<CallDeadline>();
  #alarm: (Partial<Alarm> & Pick<Alarm, 'cancel'>) | undefined;
  #alarmDueMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Has `expire` called after so many milliseconds, unless the call is {@link done} before. */
  add(deadline: CallDeadline, afterMs: number): void {
    deadline.dueMs = this.#clock.nowMs() + afterMs;
    this.#open.add(deadline);
    if (deadline.dueMs < this.#alarmDueMs) this.#set(deadline.dueMs);
    else if (this.#open.size === 1) this.#alarm?.hold?.(true);
  }

  done(deadline: CallDeadline): void {
    if (!this.#open.delete(deadline) || this.#open.size > 0) return;
    if (this.#alarm?.hold === undefined) this.#cancel();
    else this.#alarm.hold(false);
  }

  #set(dueMs: number): void {
    this.#cancel();
    this.#alarmDueMs = dueMs;
    this.#alarm = alarmOf(this.#clock, dueMs - this.#clock.nowMs(), this.#ring);
  }

  #cancel(): void {
    this.#alarm?.cancel();
    this.#alarm = undefined;
    this.#alarmDueMs = Number.POSITIVE_INFINITY;
  }

  readonly #ring = (): void => {
    this.#cancel();
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
    if (nextMs < this.#alarmDueMs && this.#open.size > 0) this.#set(nextMs);
  };
}

/** The clock's alarm, or a sleep of it that can be cancelled. */
function alarmOf(clock: Clock, ms: number, ring: () => void): Partial<Alarm> & Pick<Alarm, 'cancel'> {
  if (clock.alarm !== undefined) return clock.alarm(ms, ring);
  const stop = new AbortController();
  clock.sleep(ms, stop.signal).then(
    () => {
      if (!stop.signal.aborted) ring();
    },
    () => undefined,
  );
  return { cancel: () => stop.abort(notNeeded) };
}
