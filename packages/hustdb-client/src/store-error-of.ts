import { HustDbProtocolError } from '@kvtwin/hustdb-protocol';
import { StoreError, type StoreErrorCode } from '@kvtwin/versioned-value';
import { HustDbClientError, type HustDbClientErrorCode } from './hustdb-client-error.js';

const CODES: Partial<Record<HustDbClientErrorCode, StoreErrorCode>> = {
  HUSTDB_UNREACHABLE: 'STORE_UNREACHABLE',
  HUSTDB_RESET: 'STORE_UNREACHABLE',
  HUSTDB_CLOSED_WITHOUT_REPLY: 'STORE_UNREACHABLE',
  HUSTDB_BODY_SHORT: 'STORE_UNREACHABLE',
  HUSTDB_PEER_FAILED: 'STORE_UNREACHABLE',
  HUSTDB_TIMEOUT: 'STORE_TIMEOUT',
  HUSTDB_ABORTED: 'STORE_ABORTED',
  HUSTDB_OVERLOADED: 'STORE_OVERLOADED',
  HUSTDB_CLOSED: 'STORE_CLOSED',
  HUSTDB_UNAUTHORIZED: 'STORE_AUTH',
  HUSTDB_SERVER_ERROR: 'STORE_REJECTED',
  HUSTDB_INVALID_URL: 'STORE_INVALID_ARGUMENT',
};

/** A client's error as the store's; anything else that was thrown becomes `STORE_PROTOCOL` with its cause kept. */
export function storeErrorOf(error: unknown, store: string, operation: string): StoreError {
  if (StoreError.is(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (!HustDbClientError.is(error)) {
    return new StoreError(message, { code: 'STORE_PROTOCOL', store, operation, cause: error });
  }
  const { mayHaveBeenApplied } = error;
  return new StoreError(message, { code: codeOf(error), store, operation, mayHaveBeenApplied, cause: error });
}

function codeOf(error: HustDbClientError): StoreErrorCode {
  if (error.code !== 'HUSTDB_INVALID_REQUEST') return CODES[error.code] ?? 'STORE_PROTOCOL';
  const parameter = HustDbProtocolError.is(error.cause) ? error.cause.parameter : undefined;
  if (parameter === 'key') return 'STORE_INVALID_KEY';
  return parameter === 'val' ? 'STORE_INVALID_VALUE' : 'STORE_INVALID_ARGUMENT';
}
