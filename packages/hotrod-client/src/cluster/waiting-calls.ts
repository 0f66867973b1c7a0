import { CallQueue } from '../connection/call-queue.js';
import type { PendingCall } from '../pending-call.js';

/** What waits in all queues of a client together. */
export interface Backlog {
  calls: number;
  /** Bytes of the keys and values of those calls. */
  bytes: number;
}

/** Calls that wait for one thing, first in, first out, counted in the backlog of their client. */
export class WaitingCalls {
  readonly #queue = new CallQueue<PendingCall>();
  readonly #backlog: Backlog;

  constructor(backlog: Backlog) {
    this.#backlog = backlog;
  }

  /** Also those that were settled meanwhile and not yet met. */
  get size(): number {
    return this.#queue.size;
  }

  push(call: PendingCall): void {
    this.#count(call, 1);
    this.#queue.push(call);
  }

  /** The first that is not settled. */
  shift(): PendingCall | undefined {
    for (;;) {
      const call = this.#queue.shift();
      if (call === undefined) return undefined;
      this.#count(call, -1);
      if (!call.settled) return call;
    }
  }

  forEach(visit: (call: PendingCall) => void): void {
    this.#queue.forEach(visit);
  }

  forgetSettled(): void {
    this.#queue.filter((call) => {
      if (call.settled) this.#count(call, -1);
      return !call.settled;
    });
  }

  /** All that are not settled, in order. */
  drain(): PendingCall[] {
    const calls = this.#queue.drain();
    for (const call of calls) this.#count(call, -1);
    return calls.filter((call) => !call.settled);
  }

  #count(call: PendingCall, by: 1 | -1): void {
    this.#backlog.calls += by;
    this.#backlog.bytes += by * call.sizeBytes;
  }
}
