import type { Alarm, Clock } from './clock.js';

/** Why a sleep ends early. Made once: an abort without a reason makes an exception, stack and all, per call. */
const notNeeded = new Error('no call needs this time limit any more');

/** A call that must be settled by a certain time. */
export interface CallDeadline {
  /** Set by {@link CallDeadlines.add}. */
  dueMs: number;
  /** Its place among the open ones, -1 where it is none of them; kept by {@link CallDeadlines}. */
  slot: number;
  expire(): void;
}

/**
 * Time limits of many calls on one alarm of the clock: a timer of its own for each call would cost more than the call.
 * Where the clock's alarm can wait without keeping the process alive it stays set between calls; else it is cancelled.
 */
export class CallDeadlines {
  readonly #clock: Clock;
  /**
   * No Set: each table that V8 makes of one, as entries come and go, points to the next, so that once one dead table is old the
   * collector keeps all behind it, with every call that they ever held.
   */
  readonly #open: CallDeadline[] = [];
  #alarm: (Partial<Alarm> & Pick<Alarm, 'cancel'>) | undefined;
  #alarmDueMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Has `expire` called after so many milliseconds, unless the call is {@link done} before. */
  add(deadline: CallDeadline, afterMs: number): void {
    deadline.dueMs = this.#clock.nowMs() + afterMs;
    deadline.slot = this.#open.length;
    this.#open.push(deadline);
    if (deadline.dueMs < this.#alarmDueMs) this.#set(deadline.dueMs);
    else if (deadline.slot === 0) this.#alarm?.hold?.(true);
  }

  done(deadline: CallDeadline): void {
    if (!this.#remove(deadline) || this.#open.length > 0) return;
    if (this.#alarm?.hold === undefined) this.#cancel();
    else this.#alarm.hold(false);
  }

  /** The last one takes its place. */
  #remove(deadline: CallDeadline): boolean {
    const { slot } = deadline;
    if (this.#open[slot] !== deadline) return false;
    const last = this.#open.pop()!;
    if (last !== deadline) {
      this.#open[slot] = last;
      last.slot = slot;
    }
    deadline.slot = -1;
    return true;
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
    const due = this.#open.filter((deadline) => deadline.dueMs <= nowMs);
    // One that expires may end others, or add some.
    for (const deadline of due) if (this.#remove(deadline)) deadline.expire();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { dueMs } of this.#open) nextMs = Math.min(nextMs, dueMs);
    if (nextMs < this.#alarmDueMs) this.#set(nextMs);
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
