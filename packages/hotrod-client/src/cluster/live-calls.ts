import { performance } from 'node:perf_hooks';
import { DOUBT_AFTER_MS } from '../connection/connection-watch.js';
import { WakeTimer } from '../connection/wake-timer.js';
import type { HotRodError } from '../hotrod-error.js';
import type { PendingCall } from '../pending-call.js';

/** Where the calls of a client are. */
export interface CallPlaces {
  forEachCall(visit: (call: PendingCall) => void): void;
  /** Looks after silent connections. `overdue`: the calls that have just timed out. */
  lookAfter(overdue: readonly PendingCall[], nowMs: number): void;
  /** Why there is no connection at all; undefined while there is one, or none was tried. */
  readonly unreachable: HotRodError | undefined;
}

/** All calls of a client that are not settled, wherever they wait: one timer serves their deadlines and keeps the process alive for them. */
export class LiveCalls {
  readonly timer = new WakeTimer(() => this.#sweep());
  readonly #places: CallPlaces;
  #count = 0;

  constructor(places: CallPlaces) {
    this.#places = places;
  }

  /** Counts a call in until it is settled. */
  begin(call: PendingCall): void {
    call.submittedAtMs = performance.now();
    call.onSettled = this.#onSettled;
    if (this.#count++ === 0) this.timer.hold(true);
    this.timer.wakeBy(Math.min(call.deadlineMs, call.submittedAtMs + DOUBT_AFTER_MS + 1), call.submittedAtMs);
  }

  readonly #onSettled = (call: PendingCall): void => {
    call.onSettled = undefined;
    if (--this.#count === 0) this.timer.hold(false);
  };

  /** Fails what is overdue, has silent connections looked after, and plans the next wake-up. */
  #sweep(): void {
    const nowMs = performance.now();
    let nextMs = Number.POSITIVE_INFINITY;
    const overdue: PendingCall[] = [];
    this.#places.forEachCall((call) => {
      if (call.settled) return;
      if (call.deadlineMs <= nowMs) overdue.push(call);
      else if (call.deadlineMs < nextMs) nextMs = call.deadlineMs;
    });
    for (const call of overdue) this.#failOverdue(call);
    if (nextMs < Number.POSITIVE_INFINITY) {
      this.timer.wakeBy(Math.min(nextMs, nowMs + DOUBT_AFTER_MS + 1), nowMs);
    }
    this.#places.lookAfter(overdue, nowMs);
  }

  #failOverdue(call: PendingCall): void {
    const { unreachable } = this.#places;
    const why =
      call.sentOn !== 0
        ? ''
        : unreachable === undefined
          ? ', waiting for its turn'
          : `: ${unreachable.message}`;
    call.fail(`timed out after ${Math.ceil(call.timeoutMs)} ms${why}`, {
      code: 'HOTROD_TIMEOUT',
      retryable: true,
      mayHaveBeenApplied: call.mayBeApplied,
      ...(call.sentOn === 0 && unreachable !== undefined ? { cause: unreachable } : {}),
    });
  }
}
