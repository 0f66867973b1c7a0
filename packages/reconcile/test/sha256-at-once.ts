import { createHash } from 'node:crypto';

/** At once, not in another thread: simulated time does not wait for those. */
export function sha256AtOnce(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}
