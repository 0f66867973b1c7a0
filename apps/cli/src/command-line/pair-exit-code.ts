import type { PairRead, SideRead, StoreError } from '@kvtwin/versioned-value';
import { ExitCode } from './exit-code.js';
import { exitCodeOfStoreError } from './exit-code-of-store-error.js';

/** The exit code that a read of two sides means. */
export function exitCodeOfPairRead(read: PairRead): ExitCode {
  switch (read.kind) {
    case 'agreed':
    case 'absent':
      return ExitCode.ok;
    case 'unreadable':
      return exitCodeOfErrors(read.sides.flatMap(errorOf));
    default:
      return ExitCode.differences;
  }
}

/** The gravest of some errors as an exit code; `partial` where there are none (a front that hides what happened). */
export function exitCodeOfErrors(errors: readonly StoreError[]): ExitCode {
  const codes = errors.map((error) => exitCodeOfStoreError(error.code));
  const order = [ExitCode.interrupted, ExitCode.auth, ExitCode.unreachable, ExitCode.usage];
  return order.find((code) => codes.includes(code)) ?? ExitCode.partial;
}

function errorOf(side: SideRead): StoreError[] {
  return side.state === 'failed' ? [side.error] : [];
}
