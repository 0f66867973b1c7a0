import type { ByteWindow } from '../operation-definition.js';

/** Longest array that the fast path takes: its length fits two bytes of vInt. Longer ones gain nothing by it. */
const LONGEST = 0x3fff;

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
    if (length > LONGEST) {
      return undefined;
    }
  }
  const end = at + length;
  if (end > chunk.length) {
    return undefined;
  }
  window.at = end;
  return chunk.slice(at, end);
}
