import { bytes } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';
import { NO_EXPIRATION, type WireExpiration, wireExpiration } from '../wire-expiration.js';

/** A request that stores one entry. */
export interface WriteRequest {
  readonly key: Uint8Array;
  /** Never, where it is not given. */
  readonly expiration?: WireExpiration;
  readonly value: Uint8Array;
}

/** `bytes key`, expiration, `bytes value` */
export const writeRequest = struct<WriteRequest>(
  field('key', bytes),
  field('expiration', wireExpiration, { otherwise: NO_EXPIRATION }),
  field('value', bytes),
);
