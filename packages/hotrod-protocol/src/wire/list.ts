import type { Codec } from './codec.js';
import type { Cursor } from './cursor.js';

/** Elements after a vInt count. */
export function list<T>(element: Codec<T>): Codec<T[]> {
  return {
    layout: `vInt n, n × ${element.layout}`,
    minBytes: 1,
    read: (cursor) => elements(cursor, element, readCount),
    write: (writer, values, context) => {
      writer.vInt(values.length);
      for (const value of values) {
        element.write(writer, value, context);
      }
    },
  };
}

/** Elements after a count of one byte. */
export function shortList<T>(element: Codec<T>): Codec<T[]> {
  return {
    layout: `u8 n, n × ${element.layout}`,
    minBytes: 1,
    read: (cursor) => elements(cursor, element, readShortCount),
    write: (writer, values, context) => {
      writer.u8(values.length);
      for (const value of values) {
        element.write(writer, value, context);
      }
    },
  };
}

/** Elements whose number was told before. */
export function repeated<T>(element: Codec<T>, count: number): Codec<T[]> {
  return {
    layout: `${count} × ${element.layout}`,
    minBytes: count * element.minBytes,
    read: (cursor) => elements(cursor, element, () => count),
    write: (writer, values, context) => {
      for (const value of values) {
        element.write(writer, value, context);
      }
    },
  };
}

function readCount(cursor: Cursor, element: Codec<unknown>): number {
  return cursor.reader.count(element.minBytes);
}

function readShortCount(cursor: Cursor): number {
  return cursor.reader.u8();
}

function elements<T>(
  cursor: Cursor,
  element: Codec<T>,
  count: (cursor: Cursor, element: Codec<unknown>) => number,
): T[] {
  const frame = cursor.enter();
  if (frame.count < 0) {
    const start = cursor.reader.position;
    frame.count = count(cursor, element);
    frame.value = [];
    cursor.spans?.note('count', start, cursor.reader.position, frame.count);
  }
  const values = frame.value as T[];
  for (; frame.index < frame.count; frame.index++) {
    values.push(cursor.spans === undefined ? element.read(cursor) : noted(cursor, element, frame.index));
  }
  cursor.leave();
  return values;
}

function noted<T>(cursor: Cursor, element: Codec<T>, index: number): T {
  const start = cursor.reader.position;
  cursor.spans?.open(`[${index}]`);
  const value = element.read(cursor);
  cursor.spans?.close(start, cursor.reader.position, value);
  return value;
}
