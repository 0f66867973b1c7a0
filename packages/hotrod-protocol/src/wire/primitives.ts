import { decodeUtf8, encodeUtf8 } from '@kvtwin/bytes';
import type { Codec } from './codec.js';

/** One byte, unsigned. */
export const u8: Codec<number> = {
  layout: 'u8',
  minBytes: 1,
  read: ({ reader }) => reader.u8(),
  write: (writer, value) => void writer.u8(value),
};

/** One byte; any but 0 is true, 1 is written. */
export const bool: Codec<boolean> = {
  layout: 'bool',
  minBytes: 1,
  read: ({ reader }) => reader.bool(),
  write: (writer, value) => void writer.bool(value),
};

/** Two bytes, unsigned, big-endian. */
export const u16: Codec<number> = {
  layout: 'u16',
  minBytes: 2,
  read: ({ reader }) => reader.u16(),
  write: (writer, value) => void writer.u16(value),
};

/** Four bytes, signed, big-endian. */
export const i32: Codec<number> = {
  layout: 'i32',
  minBytes: 4,
  read: ({ reader }) => reader.i32(),
  write: (writer, value) => void writer.i32(value),
};

/** Eight bytes, signed, big-endian. */
export const i64: Codec<bigint> = {
  layout: 'i64',
  minBytes: 8,
  read: ({ reader }) => reader.i64(),
  write: (writer, value) => void writer.i64(value),
};

/** Eight bytes, signed, big-endian: milliseconds since the epoch. Beyond ±2^53 it is malformed: no clock says that. */
export const timestamp: Codec<number> = {
  layout: 'i64 ms',
  minBytes: 8,
  read: (cursor) => {
    const value = Number(cursor.reader.i64());
    if (!Number.isSafeInteger(value)) {
      throw cursor.malformed('timestamp out of range', cursor.reader.position - 8);
    }
    return value;
  },
  write: (writer, value) => void writer.i64(value),
};

/** One to five bytes, unsigned. */
export const vInt: Codec<number> = {
  layout: 'vInt',
  minBytes: 1,
  read: ({ reader }) => reader.vInt(),
  write: (writer, value) => void writer.vInt(value),
};

/** One to five bytes, the pattern of a signed 32-bit number. */
export const vIntSigned: Codec<number> = {
  layout: 'vInt (signed)',
  minBytes: 1,
  read: ({ reader }) => reader.vIntSigned(),
  write: (writer, value) => void writer.vInt(value),
};

/** One to five bytes, zig-zag: signed, small numbers of either sign short. */
export const zigZagInt: Codec<number> = {
  layout: 'zzInt',
  minBytes: 1,
  read: ({ reader }) => reader.zigZagInt(),
  write: (writer, value) => void writer.zigZagInt(value),
};

/** One to ten bytes, the pattern of a signed 64-bit number; a bigint only where it is no safe integer. */
export const vLong: Codec<number | bigint> = {
  layout: 'vLong',
  minBytes: 1,
  read: ({ reader }) => reader.vLong(),
  write: (writer, value) => void writer.vLong(value),
};

/** vInt length, then the bytes. */
export const bytes: Codec<Uint8Array> = {
  layout: 'bytes',
  minBytes: 1,
  read: ({ reader }) => reader.bytes(),
  write: (writer, value) => void writer.bytes(value),
};

/** vInt length, then UTF-8. */
export const string: Codec<string> = {
  layout: 'string',
  minBytes: 1,
  read: ({ reader }) => reader.string(),
  write: (writer, value) => void writer.string(value),
};

/** Zig-zag length, then the bytes; −1 is absent. */
export const optionalBytes: Codec<Uint8Array | undefined> = {
  layout: 'optBytes',
  minBytes: 1,
  read: ({ reader }) => reader.optionalBytes(),
  write: (writer, value) => {
    writer.zigZagInt(value === undefined ? -1 : value.length);
    if (value !== undefined) {
      writer.raw(value);
    }
  },
};

/** Zig-zag length, then UTF-8; −1 is absent. */
export const optionalString: Codec<string | undefined> = {
  layout: 'optString',
  minBytes: 1,
  read: ({ reader }) => {
    const value = reader.optionalBytes();
    return value === undefined ? undefined : decodeUtf8(value);
  },
  write: (writer, value, context) =>
    optionalBytes.write(writer, value === undefined ? undefined : encodeUtf8(value), context),
};
