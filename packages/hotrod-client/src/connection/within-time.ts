import { HotRodError } from '../hotrod-error.js';

/** How long something from outside may take. */
export interface WithinTimeOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** For the error: what does not come. */
  readonly what: string;
}

/** Waits for a promise of somebody else's; rejects with `HOTROD_CONNECT` when it takes too long or the client is closed. */
export function withinTime<T>(work: Promise<T>, { timeoutMs, signal, what }: WithinTimeOptions): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (why: string): void =>
      reject(new HotRodError(`${what} ${why}`, { code: 'HOTROD_CONNECT', retryable: true }));
    const onAbort = (): void => giveUp('are not needed any more: the client was closed');
    const timer = setTimeout(() => giveUp(`did not come within ${Math.ceil(timeoutMs)} ms`), timeoutMs);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    });
  });
}
