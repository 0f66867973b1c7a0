import type { ByteWriter } from '@kvtwin/bytes';
import { LONGEST_FAST_ARRAY } from '../wire/fast-path-limits.js';
import { REQUEST_MAGIC } from '../wire/magic.js';
import type { RequestStartBytes } from '../wire/request-start-bytes.js';
import type { WireDuration } from '../wire-duration.js';
import { NO_EXPIRATION } from '../wire-expiration.js';
import type { KeyRequest } from './key-request.js';
import type { WriteRequest } from './write-request.js';

/** Up to here a loop is faster than a call of `set`. */
const LONGEST_BY_LOOP = 48;
/** Magic, message id, two lengths, the units of an expiration. */
const MOST_BYTES_BESIDE_ARRAYS = 1 + 5 + 2 + 2 + 1;
const DEFAULT_UNIT = 7;
const INFINITE_UNIT = 8;

/** The `fastRequest` of operations whose body is `keyRequest`. */
export function fastKeyRequest(
  writer: ByteWriter,
  messageId: number,
  start: RequestStartBytes,
  { key }: KeyRequest,
): boolean {
  if (!isFast(key)) {
    return false;
  }
  const bytes = writer.room(MOST_BYTES_BESIDE_ARRAYS + start.roomBytes + key.length);
  const { words } = writer;
  const at = putStart(bytes, words, writer.position, messageId, start);
  writer.advance(putArray(bytes, words, at, key));
  return true;
}

/** The `fastRequest` of operations whose body is `writeRequest`, for expirations without an amount. */
export function fastWriteRequest(
  writer: ByteWriter,
  messageId: number,
  start: RequestStartBytes,
  { key, value, expiration = NO_EXPIRATION }: WriteRequest,
): boolean {
  const units = (unitOf(expiration.lifespan) << 4) | unitOf(expiration.maxIdle);
  if (units < 0 || !isFast(key) || !isFast(value)) {
    return false;
  }
  const bytes = writer.room(MOST_BYTES_BESIDE_ARRAYS + start.roomBytes + key.length + value.length);
  const { words } = writer;
  let at = putStart(bytes, words, writer.position, messageId, start);
  at = putArray(bytes, words, at, key);
  bytes[at++] = units;
  writer.advance(putArray(bytes, words, at, value));
  return true;
}

/** Whether it is short; what is no byte array is left to the codec, which says so. */
function isFast(array: Uint8Array): boolean {
  return array instanceof Uint8Array && array.length <= LONGEST_FAST_ARRAY;
}

/** Negative where there is an amount. */
function unitOf({ unit }: WireDuration): number {
  if (unit === 'default') {
    return DEFAULT_UNIT;
  }
  return unit === 'infinite' ? INFINITE_UNIT : -1;
}

/** `A0`, vLong message id, and what stands behind it. */
function putStart(
  bytes: Uint8Array,
  words: DataView,
  from: number,
  messageId: number,
  start: RequestStartBytes,
): number {
  let at = from;
  bytes[at++] = REQUEST_MAGIC;
  let rest = messageId;
  while (rest >= 0x80) {
    bytes[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[at++] = rest;
  return start.put(words, at);
}

/** The length in at most two bytes, and the array. */
function putArray(bytes: Uint8Array, words: DataView, from: number, array: Uint8Array): number {
  let at = from;
  const { length } = array;
  if (length > 0x7f) {
    bytes[at++] = (length & 0x7f) | 0x80;
    bytes[at++] = length >>> 7;
  } else {
    bytes[at++] = length;
  }
  return put(bytes, words, at, array);
}

function put(bytes: Uint8Array, words: DataView, at: number, array: Uint8Array): number {
  const { length } = array;
  if (length > LONGEST_BY_LOOP) {
    bytes.set(array, at);
  } else {
    let index = 0;
    for (const last = length - 4; index <= last; index += 4) {
      const high = ((array[index] as number) << 8) | (array[index + 1] as number);
      const low = ((array[index + 2] as number) << 8) | (array[index + 3] as number);
      words.setInt32(at + index, (high << 16) | low);
    }
    for (; index < length; index++) {
      bytes[at + index] = array[index] as number;
    }
  }
  return at + length;
}
