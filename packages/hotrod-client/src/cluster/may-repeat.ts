import { operations, RequestFlag } from '@kvtwin/hotrod-protocol';
import type { PendingCall } from '../pending-call.js';

/** Reads that the protocol does not call idempotent, but that start afresh on another connection. */
const FRESH_STARTS = new Set<unknown>([operations.iterationStart]);

/**
 * Whether a call whose answer was lost may be made once more.
 *
 * A write only where twice is the same as once, its answer included: `remove` would say that there was nothing to
 * remove, and a previous value would be the one just written.
 */
export function mayRepeat({ operation, flags }: PendingCall, retryWrites: boolean): boolean {
  if (FRESH_STARTS.has(operation)) return true;
  if (!operation.idempotent) return false;
  if (operation.readOnly) return true;
  return (
    retryWrites &&
    !REPEATED_ANSWER_DIFFERS.has(operation) &&
    (flags & RequestFlag.FORCE_RETURN_PREVIOUS_VALUE) === 0
  );
}

const REPEATED_ANSWER_DIFFERS = new Set<unknown>([operations.remove]);
