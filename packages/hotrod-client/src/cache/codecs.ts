import { isUint8Array } from 'node:util/types';
import type { Codec } from './codec.js';
import { boolean, float64, int32, int64 } from './protostream-scalars.js';

/** How a cache's keys and values look to the application. */
export interface CacheCodecs<K, V> {
  /** Of keys. */
  readonly key: Codec<K>;
  /** Of values. */
  readonly value: Codec<V>;
}

/** Bytes as they are, `application/octet-stream`. */
const bytes: Codec<Uint8Array> = {
  mediaType: 'application/octet-stream',
  encode: asBytes,
  decode: (value) => value,
};

/** Bytes exactly as the cache stores them, whatever type that is. */
const storage: Codec<Uint8Array> = { mediaType: 'storage', encode: asBytes, decode: (value) => value };

/** UTF-8 text, `text/plain`. Half of a surrogate pair is refused: all of them would become the same character. */
const text: Codec<string> = {
  mediaType: 'text/plain',
  encode(value) {
    if (typeof value !== 'string') throw new TypeError(`a string is needed, not ${nameOf(value)}`);
    if ((value as Ecma2024String).isWellFormed()) return utf8(value);
    throw new TypeError('it has half of a surrogate pair, for which there is no UTF-8');
  },
  decode: textOf,
};

/** How {@link codecs}`.json` tells the server of its bytes. */
export interface JsonCodecOptions {
  /**
   * Default `text/plain`: any cache keeps JSON text as it is. `application/json` has a server convert between JSON and
   * what it stores, such as ProtoStream messages; one that stores bytes refuses it.
   */
  readonly mediaType?: string;
}

/** JSON text, null too. `undefined`, functions and symbols have no JSON and throw. */
function json<T = unknown>({ mediaType = 'text/plain' }: JsonCodecOptions = {}): Codec<T> {
  return (mediaType === 'text/plain' ? plainJson : jsonOf(mediaType)) as Codec<T>;
}

function jsonOf(mediaType: string): Codec<unknown> {
  return {
    mediaType,
    holdsNull: true,
    encode(value) {
      const written: string | undefined = JSON.stringify(value);
      if (written !== undefined) return utf8(written);
      throw new TypeError(`${nameOf(value)} has no JSON`);
    },
    decode: (value) => JSON.parse(textOf(value)) as unknown,
  };
}

/** One for all who want nothing special. */
const plainJson = jsonOf('text/plain');

/** The codecs that come with the client; any object of the shape {@link Codec} is one too. */
export const codecs = { bytes, storage, text, json, int64, int32, float64, boolean } as const;

/**
 * The text whose UTF-8 a codec would make of a value; undefined where it makes something else, or would refuse it. Only of
 * the text codec itself: who wraps it may keep what it has made.
 */
export function textToEncode<V>(codec: Codec<V>, value: V): string | undefined {
  return (codec as unknown) === text && typeof value === 'string' ? value : undefined;
}

function asBytes(value: Uint8Array): Uint8Array {
  if (isUint8Array(value)) return value;
  throw new TypeError(`a Uint8Array is needed, not ${nameOf(value)}`);
}

/** Texts up to here are written by a loop while they are ASCII: a call into Node costs more. */
const ASCII_LOOP_LENGTH = 48;

/** Node's own conversions: several times as fast as TextEncoder and TextDecoder on short texts. */
function utf8(text: string): Uint8Array {
  const { length } = text;
  if (length > ASCII_LOOP_LENGTH) return Buffer.from(text, 'utf8');
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) {
    const unit = text.charCodeAt(at);
    if (unit > 0x7f) return Buffer.from(text, 'utf8');
    bytes[at] = unit;
  }
  return bytes;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}

/** Node has it from version 20 on. */
type Ecma2024String = string & { isWellFormed(): boolean };

function nameOf(value: unknown): string {
  return value === null ? 'null' : typeof value;
}
