import { BytesError } from './bytes-error.js';

const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const DIGIT_CODES = new TextEncoder().encode('0123456789abcdef');
const ASCII = new TextDecoder();
/** Bytes up to which appending to a text is the fastest way. */
const LONGEST_APPENDED = 256;

/** Lower-case hex of the bytes, without blanks. */
export function toHex(bytes: Uint8Array, separator = ''): string {
  if (separator !== '' || bytes.length <= LONGEST_APPENDED) {
    let text = '';
    for (let at = 0; at < bytes.length; at++) {
      text += (at > 0 ? separator : '') + DIGITS[bytes[at] as number];
    }
    return text;
  }
  // Appending a hundred million pieces would cost gigabytes until the text is flat.
  const digits = new Uint8Array(bytes.length * 2);
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    digits[at * 2] = DIGIT_CODES[byte >> 4] as number;
    digits[at * 2 + 1] = DIGIT_CODES[byte & 0x0f] as number;
  }
  return ASCII.decode(digits);
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
    bytes[at] = (valueOfDigit(digits.charCodeAt(at * 2)) << 4) | valueOfDigit(digits.charCodeAt(at * 2 + 1));
  }
  return bytes;
}

/** Of the code of a hex digit. */
function valueOfDigit(code: number): number {
  return code <= 0x39 ? code - 0x30 : (code & 0x0f) + 9;
}
