import type { ByteWriter } from '@kvtwin/bytes';
import { HotRodProtocolError } from '../hot-rod-protocol-error.js';
import { type ProtocolVersion, versionByte } from '../protocol-version.js';
import type { Codec } from './codec.js';
import type { Cursor } from './cursor.js';
import type { WireContext } from './wire-context.js';

/** A named field of a {@link struct}. */
export interface Field<Name extends string = string, Value = unknown> {
  readonly name: Name;
  readonly codec: Codec<Value>;
  /** First version byte that has it. */
  readonly since?: number;
  /** First version byte that no longer has it. */
  readonly before?: number;
  /** Written where the value lacks the field. Without it a missing field is a mistake of the caller. */
  readonly otherwise?: Value;
  /** Whether it is there, by the fields before it. */
  when?(before: object, context: WireContext): boolean;
}

/** A field of `T` under its own name, with a codec of its own type. */
export type FieldOf<T> = { [Name in keyof T & string]-?: Field<Name, T[Name]> }[keyof T & string];

/** Options of {@link field}. */
export interface FieldOptions<Value> {
  readonly otherwise?: Value;
  when?(before: object, context: WireContext): boolean;
}

/** A codec of fields one after the other. */
export interface Struct<T> extends Codec<T> {
  readonly fields: readonly Field[];
}

/** A field that every version has. */
export function field<Name extends string, Value>(
  name: Name,
  codec: Codec<Value>,
  options: FieldOptions<Value> = {},
): Field<Name, Value> {
  return { name, codec, ...options };
}

/** The field, in this version and later. */
export function since<F extends Field>(version: ProtocolVersion, gated: F): F {
  return { ...gated, since: versionByte(version) };
}

/** The field, only before this version. */
export function before<F extends Field>(version: ProtocolVersion, gated: F): F {
  return { ...gated, before: versionByte(version) };
}

/** Fields in wire order, each with its gates. */
export function struct<T extends object>(...fields: FieldOf<T>[]): Struct<T> {
  return new StructCodec<T>(fields);
}

/** A field that knows whether there is anything to ask before it is read or written. */
interface GatedField extends Field {
  readonly isGated: boolean;
}

function gated(each: Field): GatedField {
  const { since, before, when } = each;
  return { ...each, isGated: since !== undefined || before !== undefined || when !== undefined };
}

class StructCodec<T extends object> implements Struct<T> {
  readonly layout: string;
  readonly minBytes: number;

  readonly fields: readonly GatedField[];

  constructor(fields: readonly Field[]) {
    this.fields = fields.map(gated);
    this.layout = `{ ${fields.map(describeField).join(', ')} }`;
    this.minBytes = this.fields
      .filter(({ isGated }) => !isGated)
      .reduce((sum, { codec }) => sum + codec.minBytes, 0);
  }

  read(cursor: Cursor): T {
    const { fields } = this;
    const frame = cursor.enter();
    if (frame.value === undefined) {
      frame.value = {};
    }
    const value = frame.value as Record<string, unknown>;
    for (; frame.index < fields.length; frame.index++) {
      const each = fields[frame.index] as GatedField;
      if (!each.isGated || isThere(each, value, cursor)) {
        value[each.name] = cursor.spans === undefined ? each.codec.read(cursor) : noted(each, cursor);
      }
    }
    cursor.leave();
    return value as T;
  }

  write(writer: ByteWriter, value: T, context: WireContext): void {
    for (const each of this.fields) {
      if (!each.isGated || isThere(each, value, context)) {
        let given = (value as Record<string, unknown>)[each.name];
        if (given === undefined) {
          given = defaultOf(each);
        }
        each.codec.write(writer, given, context);
      }
    }
  }
}

function defaultOf(each: Field): unknown {
  if (!('otherwise' in each)) {
    throw new HotRodProtocolError(`the field ${each.name} (${each.codec.layout}) is missing`, {
      code: 'HOTROD_INVALID_ARGUMENT',
    });
  }
  return each.otherwise;
}

function isThere(each: Field, value: object, context: WireContext): boolean {
  return (
    (each.since === undefined || context.version >= each.since) &&
    (each.before === undefined || context.version < each.before) &&
    (each.when === undefined || each.when(value, context))
  );
}

function noted(each: Field, cursor: Cursor): unknown {
  const start = cursor.reader.position;
  cursor.spans?.open(each.name);
  const value = each.codec.read(cursor);
  cursor.spans?.close(start, cursor.reader.position, value);
  return value;
}

function describeField({ name, codec, since, before, when }: Field): string {
  const gates = [
    since === undefined ? '' : ` from ${(since / 10).toFixed(1)}`,
    before === undefined ? '' : ` before ${(before / 10).toFixed(1)}`,
    when === undefined ? '' : ' where it applies',
  ];
  return `${name}: ${codec.layout}${gates.join('')}`;
}
