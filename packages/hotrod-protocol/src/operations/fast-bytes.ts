import type { ByteWindow } from '../wire/byte-window.js';
import { LONGEST_FAST_ARRAY } from '../wire/fast-path-limits.js';

/** A short byte array that lies whole in the window, copied; undefined, and nothing moved, where it does not. */
export function fastBytes(window: ByteWindow): Uint8Array | undefined {
  const { chunk } = window;
  let { at } = window;
  if (at + 2 > chunk.length) {
    return undefined;
  }
  let length = chunk[at++] as number;
  if (length > 0x7f) {
    length = (length & 0x7f) | ((chunk[at++] as number) << 7);
    if (length > LONGEST_FAST_ARRAY) {
      return undefined;
    }
  }
  const end = at + length;
  if (end > chunk.length) {
    return undefined;
  }
  window.at = end;
  window.copied += length;
  return window.copies.copy(chunk, at, end);
}
