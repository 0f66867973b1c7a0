import { performance } from 'node:perf_hooks';
import type { CallOptions } from './pending-call.js';

/** One time limit over the several requests of a call. */
export class CallBudget {
  readonly #signal: AbortSignal | undefined;
  readonly #deadlineMs: number | undefined;

  constructor(options: CallOptions = {}) {
    this.#signal = options.signal;
    this.#deadlineMs = options.timeoutMs === undefined ? undefined : performance.now() + options.timeoutMs;
  }

  /** The options of the next request: what is left of the time, at least a millisecond. */
  get rest(): CallOptions {
    const signal = this.#signal;
    return this.#deadlineMs === undefined
      ? { signal }
      : { signal, timeoutMs: Math.max(1, this.#deadlineMs - performance.now()) };
  }
}
