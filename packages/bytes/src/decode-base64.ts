import { BytesError } from './bytes-error.js';

/** Six-bit value by character code; -1 outside the alphabet. */
const sextets = new Int8Array(128).fill(-1);
for (const [value, letter] of [
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
].entries()) {
  sextets[letter.charCodeAt(0)] = value;
}

/**
 * Bytes of standard base64 (RFC 4648 §4), padded or not. Anything else (white space, the URL alphabet, a lone last
 * letter, bits set behind the last byte) is refused with `BYTES_RANGE`.
 */
export function decodeBase64(text: string): Uint8Array {
  const letters = text.slice(0, text.length - paddingOf(text));
  if (letters.length % 4 === 1) throw malformed(text.length - 1, 'a lone last letter');
  const bytes = new Uint8Array(Math.floor((letters.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let written = 0;
  for (let at = 0; at < letters.length; at++) {
    const sextet = sextets[letters.charCodeAt(at)] ?? -1;
    if (sextet < 0) throw malformed(at, 'a character outside the alphabet');
    bits = ((bits << 6) | sextet) & 0xffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes[written++] = (bits >> held) & 0xff;
    }
  }
  if ((bits & ((1 << held) - 1)) !== 0) throw malformed(letters.length - 1, 'bits set behind the last byte');
  return bytes;
}

function paddingOf(text: string): number {
  if (text.length % 4 !== 0 || !text.endsWith('=')) return 0;
  return text.endsWith('==') ? 2 : 1;
}

function malformed(offset: number, why: string): BytesError {
  return new BytesError(`malformed base64 at character ${offset}: ${why}`, { code: 'BYTES_RANGE', offset });
}
