import type { SideWrite, StoreErrorCode, WriteResult } from '@kvtwin/versioned-value';
import { asStoreError } from './side-error.js';

/**
 * Failures after which it is certain that the side answered (or that nothing was sent) and the write did not happen.
 * Every other failure (refused, reset, timed out, aborted, an answer that was not understood) leaves it unknown.
 */
const rejections: ReadonlySet<StoreErrorCode> = new Set<StoreErrorCode>([
  'STORE_AUTH',
  'STORE_UNSUPPORTED',
  'STORE_INVALID_KEY',
  'STORE_INVALID_VALUE',
  'STORE_INVALID_ARGUMENT',
  'STORE_WRONG_TYPE',
  'STORE_NO_SUCH_STORE',
  'STORE_REJECTED',
  'STORE_CONTENTION',
]);

/** Tells how a write ended: applied, rejected or unknown. Never rejects. */
export async function settleWrite(write: () => Promise<WriteResult>, store: string): Promise<SideWrite> {
  try {
    const { outcome, version } = await write();
    const known = version === undefined ? {} : { version };
    return outcome === 'applied'
      ? { state: 'applied', ...known }
      : { state: 'rejected', reason: outcome, ...known };
  } catch (thrown) {
    const error = asStoreError(thrown, { store, operation: 'write' });
    const rejected = rejections.has(error.code) && !error.mayHaveBeenApplied;
    return rejected ? { state: 'rejected', reason: 'error', error } : { state: 'unknown', error };
  }
}
