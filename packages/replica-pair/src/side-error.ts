import { StoreError } from '@kvtwin/versioned-value';

/** What was asked of which side. */
export interface SideCall {
  readonly store: string;
  readonly operation: string;
}

/** Whatever a store threw, as a StoreError; what is none becomes `STORE_PROTOCOL` with its cause kept. */
export function asStoreError(thrown: unknown, call: SideCall): StoreError {
  if (StoreError.is(thrown)) return thrown;
  return new StoreError(`${call.operation} on ${call.store} failed in an unexpected way`, {
    code: 'STORE_PROTOCOL',
    ...call,
    mayHaveBeenApplied: true,
    cause: thrown,
  });
}

/** The side did not settle the call in time, not even by its own time limit. */
export function sideTimeout(call: SideCall, timeoutMs: number): StoreError {
  return new StoreError(
    `${call.operation} on ${call.store} was not settled within ${timeoutMs} ms; a write may still be applied`,
    { code: 'STORE_TIMEOUT', ...call, mayHaveBeenApplied: true },
  );
}

/** The caller's signal fired; `sent` tells whether the call had begun by then. */
export function sideAborted(call: SideCall, signal: AbortSignal, sent: boolean): StoreError {
  return new StoreError(`${call.operation} on ${call.store} was aborted`, {
    code: 'STORE_ABORTED',
    ...call,
    mayHaveBeenApplied: sent,
    cause: signal.reason,
  });
}
