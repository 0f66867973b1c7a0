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

class StructCodec<T extends object> implements Struct<T> {
  readonly layout: string;
  readonly minBytes: number;

  constructor(readonly fields: readonly Field[]) {
    this.layout = `{ ${fields.map(describeField).join(', ')} }`;
    this.minBytes = fields
      .filter(({ since, before, when }) => since === undefined && before === undefined && when === undefined)
      .reduce((sum, { codec }) => sum + codec.minBytes, 0);
  }

  read(cursor: Cursor): T {
    const { fields } = this;
    const frame = cursor.enter();
    frame.value ??= {};
    const value = frame.value as Record<string, unknown>;
    for (; frame.index < fields.length; frame.index++) {
      const each = fields[frame.index] as Field;
      if (isThere(each, value, cursor)) {
        value[each.name] = cursor.spans === undefined ? each.codec.read(cursor) : noted(each, cursor);
      }
    }
    cursor.leave();
    return value as T;
  }

  write(writer: ByteWriter, value: T, context: WireContext): void {
    for (const each of this.fields) {
      if (isThere(each, value, context)) {
        const given = (value as Record<string, unknown>)[each.name] ?? each.otherwise;
        if (given === undefined && !('otherwise' in each)) {
          throw new HotRodProtocolError(`the field ${each.name} (${each.codec.layout}) is missing`, {
            code: 'HOTROD_INVALID_ARGUMENT',
          });
        }
        each.codec.write(writer, given, context);
      }
    }
  }
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
