import { encodeBase64 } from '@kvtwin/bytes';
import type { Expiration } from './expiration.js';
import type { SideRead } from './side-read.js';
import type { StoreErrorCode } from './store-error.js';

/** One side of a pair as JSON can carry it. `value` is padded standard base64, `version` the token as text. */
export interface SideReadJson {
  readonly state: SideRead['state'];
  readonly value?: string;
  readonly version?: string;
  /** Left out where the store does not tell. */
  readonly expiration?: Expiration;
  readonly createdAtMs?: number;
  readonly lastUsedAtMs?: number;
  readonly error?: { readonly code: StoreErrorCode; readonly message: string };
}

/** The JSON form of a SideRead; an entry without a value (a set's member, HEAD) has no `value`. */
export function sideReadToJson(side: SideRead<Uint8Array | null>): SideReadJson {
  if (side.state === 'failed') {
    return { state: 'failed', error: { code: side.error.code, message: side.error.message } };
  }
  if (side.state !== 'present') return { state: side.state };
  const { value, version, expiration, createdAtMs, lastUsedAtMs } = side.entry;
  return {
    state: 'present',
    ...(value === null ? {} : { value: encodeBase64(value) }),
    version: version.token,
    ...(expiration.kind === 'unknown' ? {} : { expiration }),
    ...(createdAtMs === undefined ? {} : { createdAtMs }),
    ...(lastUsedAtMs === undefined ? {} : { lastUsedAtMs }),
  };
}
