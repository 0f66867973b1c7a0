import { HotRodProtocolError } from './hot-rod-protocol-error.js';
import type { Codec } from './wire/codec.js';
import { list } from './wire/list.js';
import { mapped } from './wire/mapped.js';
import { string, u8, vInt } from './wire/primitives.js';
import { field, struct } from './wire/struct.js';

/** A parameter of a media type, such as `charset` = `utf-16`. */
export interface MediaTypeParameter {
  readonly name: string;
  readonly value: string;
}

/**
 * How keys or values are represented. The wire has several forms for one type, and the form is kept: `none` is the
 * storage's own representation; `predefined` is an id of {@link PREDEFINED_MEDIA_TYPES}; `custom` is spelled out.
 * `undefined-definition` is a byte without a meaning, kept only by a lenient decoder.
 */
export type MediaType =
  | { readonly definition: 'none' }
  | {
      readonly definition: 'predefined';
      readonly id: number;
      readonly parameters: readonly MediaTypeParameter[];
    }
  | {
      readonly definition: 'custom';
      readonly name: string;
      readonly parameters: readonly MediaTypeParameter[];
    }
  | { readonly definition: 'undefined-definition'; readonly byte: number };

/** Names of the predefined ids; 0, 16 and those from 18 have none. */
export const PREDEFINED_MEDIA_TYPES: Readonly<Record<number, string>> = {
  1: 'application/x-java-object',
  2: 'application/json',
  3: 'application/octet-stream',
  4: 'application/pdf',
  5: 'application/rtf',
  6: 'application/zip',
  7: 'image/gif',
  8: 'image/jpeg',
  9: 'image/png',
  10: 'text/css',
  11: 'text/csv',
  12: 'application/x-protostream',
  13: 'text/plain',
  14: 'text/html',
  15: 'application/x-jboss-marshalling',
  17: 'application/unknown',
};

/** The storage's own representation: nothing is converted. */
export const NO_MEDIA_TYPE: MediaType = { definition: 'none' };
/** application/octet-stream, predefined. */
export const OCTET_STREAM: MediaType = { definition: 'predefined', id: 3, parameters: [] };
/** text/plain, predefined. */
export const TEXT_PLAIN: MediaType = { definition: 'predefined', id: 13, parameters: [] };
/** application/json, predefined. */
export const JSON_MEDIA_TYPE: MediaType = { definition: 'predefined', id: 2, parameters: [] };
/** application/x-protostream, predefined. */
export const PROTOSTREAM: MediaType = { definition: 'predefined', id: 12, parameters: [] };

const IDS = new Map(Object.entries(PREDEFINED_MEDIA_TYPES).map(([id, name]) => [name, Number(id)]));

/** A media type by its name, such as `text/plain; charset=utf-16`: predefined where it has an id, else custom. */
export function mediaTypeOf(text: string): MediaType {
  const [name = '', ...rest] = text.split(';').map((part) => part.trim());
  const parameters = rest.map((part) => {
    const at = part.indexOf('=');
    return { name: part.slice(0, at).trim(), value: part.slice(at + 1).trim() };
  });
  if (!/^[^\s/;]+\/[^\s/;]+$/.test(name) || parameters.some((parameter) => parameter.name === '')) {
    throw new HotRodProtocolError(`not a media type: ${JSON.stringify(text)}`, {
      code: 'HOTROD_INVALID_ARGUMENT',
    });
  }
  const id = IDS.get(name.toLowerCase());
  return id === undefined
    ? { definition: 'custom', name, parameters }
    : { definition: 'predefined', id, parameters };
}

/** `text/plain; charset=utf-16`; undefined where nothing is said: none, or an id or a byte without a meaning. */
export function mediaTypeName(type: MediaType): string | undefined {
  if (type.definition === 'none' || type.definition === 'undefined-definition') {
    return undefined;
  }
  const name = type.definition === 'custom' ? type.name : PREDEFINED_MEDIA_TYPES[type.id];
  return name === undefined
    ? undefined
    : [name, ...type.parameters.map((parameter) => `${parameter.name}=${parameter.value}`)].join('; ');
}

/** Whether it is a predefined id without a meaning, which a server refuses after it read the whole request. */
export function isUnknownMediaType(type: MediaType | undefined): boolean {
  return type?.definition === 'predefined' && PREDEFINED_MEDIA_TYPES[type.id] === undefined;
}

interface MediaTypeFields {
  definition: number;
  id?: number;
  name?: string;
  parameters?: readonly MediaTypeParameter[];
}

const definitionIs =
  (...bytes: number[]) =>
  (before: object): boolean =>
    bytes.includes((before as MediaTypeFields).definition);

const parameter = struct<MediaTypeParameter>(field('name', string), field('value', string));

const onWire = mapped<MediaTypeFields, MediaType>(
  struct<MediaTypeFields>(
    field(
      'definition',
      mapped<number, number>(u8, {
        fromWire: (byte, cursor) => {
          if (byte > 2 && !cursor.lenient) {
            throw cursor.malformed(`unknown media type definition ${byte}`, cursor.reader.position - 1);
          }
          return byte;
        },
        toWire: (byte) => byte,
      }),
    ),
    field('id', vInt, { when: definitionIs(1) }),
    field('name', string, { when: definitionIs(2) }),
    field('parameters', list(parameter), { when: definitionIs(1, 2) }),
  ),
  {
    fromWire: ({ definition, id = 0, name = '', parameters = [] }) => {
      switch (definition) {
        case 0:
          return NO_MEDIA_TYPE;
        case 1:
          return { definition: 'predefined', id, parameters };
        case 2:
          return { definition: 'custom', name, parameters };
        default:
          return { definition: 'undefined-definition', byte: definition };
      }
    },
    toWire: (type) => {
      switch (type.definition) {
        case 'none':
          return { definition: 0 };
        case 'predefined':
          return { ...type, definition: 1 };
        case 'custom':
          return { ...type, definition: 2 };
        case 'undefined-definition':
          return { definition: type.byte };
      }
    },
  },
);

/**
 * ```
 *   00                                     none
 *   01  vInt id      vInt n  n × (string name, string value)     predefined
 *   02  string name  vInt n  n × (string name, string value)     custom
 * ```
 */
export const mediaType: Codec<MediaType> = {
  layout: 'MediaType',
  minBytes: 1,
  read: (cursor) => {
    const window = cursor.openWindow();
    if (window !== undefined && window.chunk[window.at] === 0) {
      window.at++;
      cursor.closeWindow();
      return NO_MEDIA_TYPE;
    }
    return onWire.read(cursor);
  },
  write: (writer, type, context) => {
    if (type.definition === 'none') {
      writer.u8(0);
    } else if (type.definition === 'predefined' && type.parameters.length === 0) {
      writer.u8(1).vInt(type.id).u8(0);
    } else {
      onWire.write(writer, type, context);
    }
  },
};
