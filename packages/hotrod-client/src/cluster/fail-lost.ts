import type { Connection, ConnectionEnd } from '../connection/connection.js';
import type { PendingCall } from '../pending-call.js';

/** A request this large that is lost with its connection was probably too large for the server. */
const SUSPICIOUS_SIZE_BYTES = 1024 * 1024;

/** Fails a call whose connection ended before the answer came, and that may not be repeated. */
export function failLost(call: PendingCall, connection: Connection, end: ConnectionEnd): void {
  const written = connection.wasWritten(call);
  call.fail(`got no answer: ${end.why}${sizeHint(call)}`, {
    code: end.code,
    cause: end.cause,
    retryable: end.code === 'HOTROD_CONNECTION_LOST' && (call.operation.idempotent || !written),
    mayHaveBeenApplied: written && !call.operation.readOnly,
  });
}

function sizeHint({ sizeBytes }: PendingCall): string {
  return sizeBytes < SUSPICIOUS_SIZE_BYTES
    ? ''
    : `; the request has ${sizeBytes} bytes, more than the server's max-content-length (10 MB by default) closes the connection`;
}
