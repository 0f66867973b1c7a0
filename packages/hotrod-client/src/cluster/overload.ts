import type { ResolvedOptions } from '../options/options.js';
import type { PendingCall } from '../pending-call.js';
import type { Backlog } from './waiting-calls.js';

/** What stands before a call that cannot be sent at once. */
export interface CallsAhead {
  /** Requests that await an answer where the call is to go. */
  readonly inFlight: number;
  /** Calls that wait there. */
  readonly waiting: number;
  /** Where that is, for the error. */
  readonly where: string;
}

/** Fails a call with `HOTROD_OVERLOADED` where the client is told to, and too much stands before it. Whether it did. */
export function refuseOverload(
  call: PendingCall,
  { overload, maxInFlight, maxQueuedBytes }: ResolvedOptions,
  { calls, bytes }: Backlog,
  { inFlight, waiting, where }: CallsAhead,
): boolean {
  if (overload === 'wait') return false;
  if (waiting + inFlight < maxInFlight && bytes + call.sizeBytes <= maxQueuedBytes) return false;
  call.fail(
    `cannot be queued: ${inFlight} requests await an answer and ${waiting} calls wait ${where}, ${calls} calls of ${bytes} bytes in all (maxInFlight ${maxInFlight}, maxQueuedBytes ${maxQueuedBytes})`,
    { code: 'HOTROD_OVERLOADED', retryable: true },
  );
  return true;
}
