import type { Codec } from './codec.js';

const MEDIA_TYPE = 'application/x-protostream';

/** Tags of the fields of ProtoStream's WrappedMessage: field number and wire type. Hot Rod §WrappedMessage. */
const DOUBLE = 0x09;
const INT64 = 0x18;
const INT32 = 0x28;
const BOOL = 0x40;

const MAX_VARINT_BYTES = 10;

/** 64-bit integers as bigints, as the Java client writes a Long: `18`, varint. Reads Integers too. */
export const int64: Codec<bigint> = {
  mediaType: MEDIA_TYPE,
  encode(value) {
    if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) {
      throw new TypeError('a bigint of 64 bits is needed');
    }
    return Uint8Array.from([INT64, ...varint(value)]);
  },
  decode(bytes) {
    if (bytes[0] !== INT64 && bytes[0] !== INT32) throw wrongTag(bytes, 'a Long');
    return readVarint(bytes);
  },
};

/** 32-bit integers, as the Java client writes an Integer: `28`, varint. */
export const int32: Codec<number> = {
  mediaType: MEDIA_TYPE,
  encode(value) {
    if (!Number.isInteger(value) || (value | 0) !== value)
      throw new TypeError('a whole number of 32 bits is needed');
    return Uint8Array.from([INT32, ...varint(BigInt(value))]);
  },
  decode(bytes) {
    if (bytes[0] !== INT32) throw wrongTag(bytes, 'an Integer');
    return Number(BigInt.asIntN(32, readVarint(bytes)));
  },
};

/** Numbers, as the Java client writes a Double: `09`, 8 bytes, the lowest first. */
export const float64: Codec<number> = {
  mediaType: MEDIA_TYPE,
  encode(value) {
    if (typeof value !== 'number') throw new TypeError(`a number is needed, not ${typeof value}`);
    const bytes = new Uint8Array(9);
    bytes[0] = DOUBLE;
    new DataView(bytes.buffer).setFloat64(1, value, true);
    return bytes;
  },
  decode(bytes) {
    if (bytes[0] !== DOUBLE || bytes.length !== 9) throw wrongTag(bytes, 'a Double');
    return new DataView(bytes.buffer, bytes.byteOffset).getFloat64(1, true);
  },
};

/** Booleans, as the Java client writes a Boolean: `40`, 0 or 1. */
export const boolean: Codec<boolean> = {
  mediaType: MEDIA_TYPE,
  encode(value) {
    if (typeof value !== 'boolean') throw new TypeError(`a boolean is needed, not ${typeof value}`);
    return Uint8Array.of(BOOL, value ? 1 : 0);
  },
  decode(bytes) {
    if (bytes[0] !== BOOL || bytes.length !== 2) throw wrongTag(bytes, 'a Boolean');
    return bytes[1] !== 0;
  },
};

/** Seven bits per byte, the lowest first; negative numbers take ten bytes. */
function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return bytes;
}

/** The varint behind the tag, which must be all there is. */
function readVarint(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let at = 1; at < bytes.length && at <= MAX_VARINT_BYTES; at++) {
    const byte = bytes[at] as number;
    value |= BigInt(byte & 0x7f) << BigInt(7 * (at - 1));
    if (byte < 0x80) {
      if (at === bytes.length - 1) return BigInt.asIntN(64, value);
      break;
    }
  }
  throw new TypeError('malformed varint in a ProtoStream scalar');
}

function wrongTag(bytes: Uint8Array, what: string): TypeError {
  const tag = bytes[0] === undefined ? 'nothing' : `tag 0x${bytes[0].toString(16).padStart(2, '0')}`;
  return new TypeError(`not ${what} of ProtoStream: it begins with ${tag}`);
}
