import { createHash } from 'node:crypto';

/** SHA-256 at once; faster for many small values than Web Crypto, which goes through another thread. */
export function sha256Of(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}
