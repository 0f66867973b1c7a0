import { StoreError } from './store-error.js';
import type { CallOptions, StoreSelector, WriteOptions } from './versioned-store.js';

/** What a message of a refused call names. */
export interface CallContext {
  readonly store: string;
  readonly operation: string;
}

/** Refuses a call whose signal has fired (`STORE_ABORTED`) or whose time limit is no time (`STORE_INVALID_ARGUMENT`). */
export function checkCall(options: CallOptions | undefined, context: CallContext): void {
  if (options?.signal?.aborted) {
    throw new StoreError(`${context.operation} on ${context.store} was aborted before it began`, {
      code: 'STORE_ABORTED',
      ...context,
      cause: options.signal.reason,
    });
  }
  checkDuration('timeoutMs', options?.timeoutMs, context);
}

/** Refuses a lifespan, max-idle or time limit that is not greater than 0. */
export function checkDuration(name: string, ms: number | undefined, context: CallContext): void {
  if (ms === undefined || (Number.isFinite(ms) && ms > 0)) return;
  throw new StoreError(`${name} is ${ms}; give milliseconds greater than 0, or leave it out`, {
    code: 'STORE_INVALID_ARGUMENT',
    ...context,
  });
}

/** {@link checkCall} and the expiration of a write. */
export function checkWrite(options: WriteOptions | undefined, context: CallContext): void {
  checkCall(options, context);
  checkDuration('lifespanMs', options?.lifespanMs, context);
  checkDuration('maxIdleMs', options?.maxIdleMs, context);
}

/** Refuses a selector without the table that its type needs, or a kv with one. */
export function checkSelector(selector: StoreSelector, store: string): void {
  const needed = selector.type !== 'kv';
  if (needed === (selector.table !== undefined && selector.table !== '')) return;
  const why = needed ? `a ${selector.type} needs the name of its table` : 'kv has no table';
  throw new StoreError(`cannot open ${store}: ${why}`, {
    code: 'STORE_INVALID_ARGUMENT',
    store,
    operation: 'open',
  });
}
