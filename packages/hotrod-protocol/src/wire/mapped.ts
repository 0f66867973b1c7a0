import type { Codec } from './codec.js';
import type { Cursor } from './cursor.js';
import type { WireContext } from './wire-context.js';

/** How a {@link mapped} codec turns the fields on the wire into what users see, and back. */
export interface Mapping<Wire, Value> {
  readonly layout?: string;
  fromWire(wire: Wire, cursor: Cursor): Value;
  toWire(value: Value, context: WireContext): Wire;
}

/** A codec whose value looks different from its fields. */
export function mapped<Wire, Value>(inner: Codec<Wire>, mapping: Mapping<Wire, Value>): Codec<Value> {
  return {
    layout: mapping.layout ?? inner.layout,
    minBytes: inner.minBytes,
    read: (cursor) => mapping.fromWire(inner.read(cursor), cursor),
    write: (writer, value, context) => inner.write(writer, mapping.toWire(value, context), context),
  };
}
