import { type CallOptions, StoreError } from '@kvtwin/versioned-value';

/**
 * Asks a side within its time limit, whatever it is made of. When the time is over the side is told so by its signal, and
 * the call rejects with `STORE_TIMEOUT`; whatever the side does later is ignored. What it throws besides StoreErrors becomes
 * `STORE_PROTOCOL`.
 */
export function askSide<R>(
  side: { readonly name: string },
  operation: string,
  timeoutMs: number,
  ask: (call: CallOptions) => Promise<R>,
): Promise<R> {
  const stop = new AbortController();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const message = `${operation} on ${side.name} had no answer within ${timeoutMs} ms`;
      const details = { store: side.name, operation, mayHaveBeenApplied: true } as const;
      reject(new StoreError(message, { code: 'STORE_TIMEOUT', ...details }));
      stop.abort();
    }, timeoutMs);
    Promise.resolve()
      .then(() => ask({ signal: stop.signal, timeoutMs }))
      .then(resolve, (error: unknown) => reject(asStoreError(error, side.name, operation)))
      .finally(() => clearTimeout(timer));
  });
}

function asStoreError(error: unknown, store: string, operation: string): StoreError {
  if (StoreError.is(error)) return error;
  return new StoreError(`${operation} on ${store} failed in an unexpected way`, {
    code: 'STORE_PROTOCOL',
    store,
    operation,
    mayHaveBeenApplied: true,
    cause: error,
  });
}
