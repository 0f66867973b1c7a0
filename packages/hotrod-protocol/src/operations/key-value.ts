import type { Codec } from '../wire/codec.js';
import { bytes } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';
import { fastBytes } from './fast-bytes.js';

/** A key with its value. */
export interface KeyValue {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

const onWire = struct<KeyValue>(field('key', bytes), field('value', bytes));

/** `bytes key`, `bytes value`; by hand where both lie whole in a chunk, for replies hold thousands of them. */
export const keyValue: Codec<KeyValue> = {
  layout: onWire.layout,
  minBytes: onWire.minBytes,
  read: (cursor) => {
    const window = cursor.openWindow();
    if (window !== undefined) {
      const key = fastBytes(window);
      const value = key === undefined ? undefined : fastBytes(window);
      if (key !== undefined && value !== undefined && cursor.mayRead(window)) {
        cursor.closeWindow();
        return { key, value };
      }
    }
    return onWire.read(cursor);
  },
  write: (writer, value, context) => onWire.write(writer, value, context),
};
