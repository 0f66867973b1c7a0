import { StoreError, type StoreErrorCode } from '@kvtwin/versioned-value';
import { HotRodError, type HotRodErrorCode } from '../hotrod-error.js';

const CODES: Readonly<Record<HotRodErrorCode, StoreErrorCode>> = {
  HOTROD_INVALID_ARGUMENT: 'STORE_INVALID_ARGUMENT',
  HOTROD_INVALID_URI: 'STORE_INVALID_ARGUMENT',
  HOTROD_UNSUPPORTED: 'STORE_UNSUPPORTED',
  HOTROD_CONNECT: 'STORE_UNREACHABLE',
  HOTROD_TLS: 'STORE_UNREACHABLE',
  HOTROD_CONNECTION_LOST: 'STORE_UNREACHABLE',
  HOTROD_ITERATION_LOST: 'STORE_UNREACHABLE',
  HOTROD_TIMEOUT: 'STORE_TIMEOUT',
  HOTROD_SERVER_TIMEOUT: 'STORE_TIMEOUT',
  HOTROD_ABORTED: 'STORE_ABORTED',
  HOTROD_OVERLOADED: 'STORE_OVERLOADED',
  HOTROD_CLOSED: 'STORE_CLOSED',
  HOTROD_PROTOCOL: 'STORE_PROTOCOL',
  HOTROD_CONFLICT: 'STORE_REJECTED',
  HOTROD_CODEC: 'STORE_PROTOCOL',
  HOTROD_AUTH: 'STORE_AUTH',
  HOTROD_CACHE_NOT_FOUND: 'STORE_NO_SUCH_STORE',
  HOTROD_MEDIA_TYPE: 'STORE_REJECTED',
  HOTROD_REQUEST_REFUSED: 'STORE_REJECTED',
  HOTROD_SERVER_ERROR: 'STORE_REJECTED',
  HOTROD_NODE_SUSPECTED: 'STORE_REJECTED',
  HOTROD_ILLEGAL_LIFECYCLE: 'STORE_REJECTED',
};

/** What a store throws for what its client threw; the cause is kept. */
export function toStoreError(thrown: unknown, store: string, operation: string): StoreError {
  if (StoreError.is(thrown)) return thrown;
  if (HotRodError.is(thrown)) {
    return new StoreError(thrown.message, {
      code: CODES[thrown.code],
      store,
      operation,
      mayHaveBeenApplied: thrown.mayHaveBeenApplied,
      cause: thrown,
    });
  }
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  return new StoreError(`${operation} on ${store} failed: ${why}`, {
    code: 'STORE_PROTOCOL',
    store,
    operation,
    cause: thrown,
  });
}
