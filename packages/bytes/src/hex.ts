import { BytesError } from './bytes-error.js';

const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Lower-case hex of the bytes, without blanks. */
export function toHex(bytes: Uint8Array, separator = ''): string {
  let text = '';
  for (let at = 0; at < bytes.length; at++) {
    text += (at > 0 ? separator : '') + DIGITS[bytes[at] as number];
  }
  return text;
}

/** Bytes of a hex text; blanks, line ends and a leading `0x` are skipped. Throws `BYTES_RANGE` on anything else. */
export function parseHex(text: string): Uint8Array {
  const digits = text.replace(/^\s*0x/i, '').replace(/\s+/g, '');
  const wrong = digits.search(/[^0-9a-fA-F]/);
  if (wrong >= 0) {
    throw new BytesError(`not a hex digit: ${JSON.stringify(digits[wrong])} at digit ${wrong + 1}`, {
      code: 'BYTES_RANGE',
      offset: wrong >> 1,
    });
  }
  if (digits.length % 2 !== 0) {
    throw new BytesError(`an odd number of hex digits (${digits.length})`, { code: 'BYTES_RANGE' });
  }
  const bytes = new Uint8Array(digits.length / 2);
  for (let at = 0; at < bytes.length; at++) {
    bytes[at] = Number.parseInt(digits.slice(at * 2, at * 2 + 2), 16);
  }
  return bytes;
}
