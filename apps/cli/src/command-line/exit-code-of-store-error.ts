import type { StoreErrorCode } from '@kvtwin/versioned-value';
import { ExitCode } from './exit-code.js';

const byCode: Record<StoreErrorCode, ExitCode> = {
  STORE_UNREACHABLE: ExitCode.unreachable,
  STORE_TIMEOUT: ExitCode.unreachable,
  // Whatever answers there is not the store that the URL says (HTML, another protocol).
  STORE_PROTOCOL: ExitCode.unreachable,
  STORE_CLOSED: ExitCode.unreachable,
  STORE_OVERLOADED: ExitCode.unreachable,
  STORE_AUTH: ExitCode.auth,
  STORE_ABORTED: ExitCode.interrupted,
  STORE_UNSUPPORTED: ExitCode.usage,
  STORE_INVALID_KEY: ExitCode.usage,
  STORE_INVALID_VALUE: ExitCode.usage,
  STORE_INVALID_ARGUMENT: ExitCode.usage,
  STORE_WRONG_TYPE: ExitCode.usage,
  STORE_NO_SUCH_STORE: ExitCode.usage,
  STORE_REJECTED: ExitCode.partial,
  STORE_CONTENTION: ExitCode.compareAndSetFailed,
};

/** The exit code for a store that could not do what it was asked. */
export function exitCodeOfStoreError(code: StoreErrorCode): ExitCode {
  return byCode[code];
}
