import type { Codec } from './codec.js';
import type { Cursor } from './cursor.js';

/** Elements with the byte 1 before each, and the byte 0 after the last. */
export function markedList<T>(element: Codec<T>): Codec<T[]> {
  return {
    layout: `n × (u8 1, ${element.layout}), u8 0`,
    minBytes: 1,
    read: (cursor) => {
      const frame = cursor.enter();
      frame.value ??= [];
      const values = frame.value as T[];
      for (;;) {
        // The count says whether the marker of the next element was read.
        if (frame.count < 0) {
          if (!readMarker(cursor)) {
            break;
          }
          if (values.length === cursor.reader.maxCount) {
            throw cursor.reader.error(
              'BYTES_LIMIT',
              `more than ${values.length} elements`,
              cursor.reader.position,
            );
          }
          frame.count = 1;
        }
        values.push(cursor.noted(`[${values.length}]`, () => element.read(cursor)));
        frame.count = -1;
      }
      cursor.leave();
      return values;
    },
    write: (writer, values, context) => {
      for (const value of values) {
        writer.u8(1);
        element.write(writer, value, context);
      }
      writer.u8(0);
    },
  };
}

function readMarker(cursor: Cursor): boolean {
  const marker = cursor.noted('more', () => cursor.reader.u8());
  if (marker > 1) {
    throw cursor.malformed(`marker ${marker} before an element`, cursor.reader.position - 1);
  }
  return marker === 1;
}
