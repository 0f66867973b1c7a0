/**
 * Hears how a call ended, in place of a promise: one of the two is called, once, perhaps before the call returns. A promise, and
 * the turns of the microtask queue behind it, cost more than all else that is done for a small read.
 */
export interface Receiver<Result> {
  succeed(result: Result): void;
  fail(error: unknown): void;
}
