import { HustDbProtocolError } from './hustdb-protocol-error.js';
import { latin1ToBytes } from './latin1.js';

const QUESTION_MARK = 0x3f;
const HEX = '0123456789ABCDEF';
/** Keys that are made to text in one step; a call takes only so many arguments, and longer ones are rare. */
const LONGEST_AT_ONCE = 1024;
/** How each byte stands in a query. */
const BYTE_TEXTS: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  isUnreserved(byte) ? String.fromCharCode(byte) : `%${HEX[byte >> 4]}${HEX[byte & 15]}`,
);

/**
 * A key as text for a query: unreserved characters of RFC 3986 as they are, every other byte as upper-case `%XX`.
 * One canonical spelling matters: the HA routes by the encoded text.
 *
 * Throws `HUSTDB_INVALID_REQUEST` for an empty key, and for one with a `?`: a node would drop what follows it.
 */
export function encodeKeyText(key: Uint8Array): string {
  if (!(key instanceof Uint8Array)) throw invalid('the key must be bytes (a Uint8Array)');
  if (key.length === 0) throw invalid('the key is empty; HustDB takes that for a missing parameter');
  if (key.includes(QUESTION_MARK)) {
    throw invalid('the key contains "?" (0x3f); HustDB would drop what follows it and hit another key');
  }
  if (key.length <= LONGEST_AT_ONCE && key.every(isUnreserved)) {
    return String.fromCharCode.apply(undefined, key as unknown as number[]);
  }
  let text = '';
  for (let at = 0; at < key.length; at++) text += BYTE_TEXTS[key[at]!];
  return text;
}

/**
 * A node's decoder of the `key` parameter. `raw` holds one character per byte.
 * `%XX` is a byte; `+` stays; a `?`, raw or encoded, is kept and ends the key; `%` before a non-hex character is
 * dropped alone; `%` with one hex digit and a non-hex character is dropped with both; `%` or `%X` at the end is dropped.
 */
export function decodeKeyText(raw: string): Uint8Array {
  const bytes: number[] = [];
  let at = 0;
  while (at < raw.length) {
    let code = raw.charCodeAt(at++);
    if (code === 0x25) {
      if (at >= raw.length) break;
      const high = hexValue(raw.charCodeAt(at));
      if (high < 0) continue;
      if (at + 1 >= raw.length) break;
      const low = hexValue(raw.charCodeAt(at + 1));
      at += 2;
      if (low < 0) continue;
      code = high * 16 + low;
    }
    bytes.push(code);
    if (code === QUESTION_MARK) break;
  }
  return Uint8Array.from(bytes);
}

/** The bytes of a parameter that a node does not decode. */
export function rawParameterBytes(raw: string): Uint8Array {
  return latin1ToBytes(raw);
}

function isUnreserved(byte: number): boolean {
  const letterOrDigit =
    (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
  return letterOrDigit || byte === 0x2d || byte === 0x2e || byte === 0x5f || byte === 0x7e;
}

function hexValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function invalid(message: string): HustDbProtocolError {
  return new HustDbProtocolError(message, { code: 'HUSTDB_INVALID_REQUEST', parameter: 'key' });
}
