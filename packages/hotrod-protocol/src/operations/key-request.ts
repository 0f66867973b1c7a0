import { bytes } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';

/** A request that names one key and nothing else. */
export interface KeyRequest {
  readonly key: Uint8Array;
}

/** `bytes key` */
export const keyRequest = struct<KeyRequest>(field('key', bytes));
