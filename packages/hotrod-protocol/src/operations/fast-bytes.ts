import type { ByteWindow } from '../wire/byte-window.js';
import { LONGEST_FAST_ARRAY } from '../wire/fast-path-limits.js';

/** {@link fastBytes}, or a text in its place where that is wanted. */
export function fastValue(window: ByteWindow): Uint8Array | undefined {
  const { textOf } = window;
  const end = textOf === undefined ? -1 : fastEnd(window);
  if (textOf === undefined || end < 0) {
    return fastBytes(window);
  }
  const start = window.at;
  window.at = end;
  return textOf(window.chunk, start, end) as unknown as Uint8Array;
}

/** A short byte array that lies whole in the window, copied; undefined, and nothing moved, where it does not. */
export function fastBytes(window: ByteWindow): Uint8Array | undefined {
  const end = fastEnd(window);
  if (end < 0) {
    return undefined;
  }
  const start = window.at;
  window.at = end;
  window.copied += end - start;
  return window.copies.copy(window.chunk, start, end);
}

/** Where a short array ends, once the window stands at its first byte; −1, and nothing moved, where it does not lie whole there. */
export function fastEnd(window: ByteWindow): number {
  const { chunk } = window;
  let { at } = window;
  if (at + 2 > chunk.length) {
    return -1;
  }
  let length = chunk[at++] as number;
  if (length > 0x7f) {
    length = (length & 0x7f) | ((chunk[at++] as number) << 7);
    if (length > LONGEST_FAST_ARRAY) {
      return -1;
    }
  }
  const end = at + length;
  if (end > chunk.length) {
    return -1;
  }
  window.at = at;
  return end;
}
