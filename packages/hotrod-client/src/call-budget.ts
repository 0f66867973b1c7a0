import { performance } from 'node:perf_hooks';
import { type Abortable, listenToAbort, stopListening } from '@kvtwin/versioned-value';
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
    if (this.#signal?.aborted) throw this.#aborted(cache);
    if (this.#deadlineMs !== undefined && performance.now() >= this.#deadlineMs) throw timedOut(cache);
  }

  /** What work of the caller's own comes to; rejects as {@link check} throws when that takes too long. */
  within<T>(work: Promise<T>, cache?: string): Promise<T> {
    const [signal, deadlineMs] = [this.#signal, this.#deadlineMs];
    if (signal === undefined && deadlineMs === undefined) return work;
    return new Promise((resolve, reject) => {
      const waiting: Abortable = { abort: () => reject(this.#aborted(cache)) };
      const timer =
        deadlineMs === undefined
          ? undefined
          : setTimeout(() => reject(timedOut(cache)), Math.max(1, deadlineMs - performance.now()));
      if (signal?.aborted) waiting.abort();
      else if (signal !== undefined) listenToAbort(signal, waiting);
      const done = (): void => {
        clearTimeout(timer);
        if (signal !== undefined) stopListening(signal, waiting);
      };
      work.then(resolve, reject).then(done, done);
    });
  }

  #aborted(cache: string | undefined): HotRodError {
    const cause: unknown = this.#signal?.reason;
    return new HotRodError('the call was aborted', { code: 'HOTROD_ABORTED', cache, cause });
  }
}

function timedOut(cache: string | undefined): HotRodError {
  return new HotRodError('the call ran out of time between its requests', {
    code: 'HOTROD_TIMEOUT',
    cache,
    retryable: true,
  });
}
