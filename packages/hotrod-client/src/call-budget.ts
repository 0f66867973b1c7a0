import { performance } from 'node:perf_hooks';
import { HotRodError } from './hotrod-error.js';
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

  /** Throws `HOTROD_ABORTED` or `HOTROD_TIMEOUT` where the time is up before the next request. */
  check(cache: string): void {
    if (this.#signal?.aborted) {
      const cause: unknown = this.#signal.reason;
      throw new HotRodError('the call was aborted', { code: 'HOTROD_ABORTED', cache, cause });
    }
    if (this.#deadlineMs !== undefined && performance.now() >= this.#deadlineMs) {
      throw new HotRodError('the call ran out of time between its requests', {
        code: 'HOTROD_TIMEOUT',
        cache,
        retryable: true,
      });
    }
  }
}
