import type { PaneRow } from './pane-row.js';
import { type StyledLine, span } from './styled-line.js';

type Bytes = Uint8Array | undefined;

/** Bytes in a row: the most that fit into a pane with the offset before and the characters behind. */
export function bytesPerRow(columns: number, longest: number): number {
  const digits = offsetDigits(longest);
  return [16, 8, 4, 2].find((count) => digits + count * 3 + 1 + count <= columns) ?? 1;
}

export function hexRowCount(first: Bytes, second: Bytes, perRow: number): number {
  return Math.ceil(longestOf(first, second) / perRow);
}

/**
 * Rows `from` to `from + count` of the two values as hex, offset first and characters behind. A byte that differs has
 * `*` before it.
 */
export function hexRows(first: Bytes, second: Bytes, perRow: number, from: number, count: number): PaneRow[] {
  const digits = offsetDigits(longestOf(first, second));
  const rows = Math.max(0, Math.min(count, hexRowCount(first, second, perRow) - from));
  return Array.from({ length: rows }, (_, at) => {
    const offset = (from + at) * perRow;
    const a = first?.subarray(offset, offset + perRow);
    const b = second?.subarray(offset, offset + perRow);
    const differs = first !== undefined && second !== undefined && Buffer.compare(a!, b!) !== 0;
    const line = (bytes: Bytes, other: Bytes): StyledLine =>
      bytes === undefined || bytes.length === 0 ? [] : hexLine(bytes, other, offset, digits, perRow);
    return { mark: differs ? '≠' : ' ', left: line(a, b), right: line(b, a) };
  });
}

/** The row in which the two values differ first; 0 where they do not. */
export function firstHexDifference(first: Bytes, second: Bytes, perRow: number): number {
  if (first === undefined || second === undefined) return 0;
  const shorter = Math.min(first.length, second.length);
  let at = 0;
  while (at < shorter && first[at] === second[at]) at++;
  return at === first.length && at === second.length ? 0 : Math.floor(at / perRow);
}

function hexLine(
  bytes: Uint8Array,
  other: Bytes,
  offset: number,
  digits: number,
  perRow: number,
): StyledLine {
  const cells = Array.from(bytes, (byte, at) => {
    const changed = other !== undefined && other[at] !== byte;
    const hex = byte.toString(16).padStart(2, '0');
    return changed ? span(`*${hex}`, 'changed') : span(` ${hex}`);
  });
  const characters = Array.from(bytes, (byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.',
  );
  return [
    span(offset.toString(16).padStart(digits, '0'), 'dim'),
    ...cells,
    span(' '.repeat((perRow - bytes.length) * 3 + 1)),
    span(characters.join(''), 'dim'),
  ];
}

function longestOf(first: Bytes, second: Bytes): number {
  return Math.max(first?.length ?? 0, second?.length ?? 0);
}

function offsetDigits(longest: number): number {
  return Math.max(4, Math.max(0, longest - 1).toString(16).length);
}
