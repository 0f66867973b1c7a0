import type { Codec } from '../wire/codec.js';
import { bytes } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';

/** A key with its value. */
export interface KeyValue {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** `bytes key`, `bytes value` */
export const keyValue: Codec<KeyValue> = struct<KeyValue>(field('key', bytes), field('value', bytes));
