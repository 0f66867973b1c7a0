import type { Side } from '@kvtwin/versioned-value';
import type { ShownEntries } from '../diff/shown-entries.js';

/** Ranges of the key's hash: enough that one of a hundred million keys holds half a million, few enough to checkpoint each. */
export const hashRanges = 256;

/** Units are numbered in two bytes. */
export const mostUnits = 2 ** 16;

/**
 * The keys under which a job keeps things in its {@link OrderedStore}:
 *
 * ```
 *   's'                                                 state, JSON
 *   'u' · unit u16                                      what came of a unit that is done, JSON
 *   'e' · hash of the key, 8 bytes · its length, 4 · key · side 0|1      what a scan showed
 *   'r' · unit u16 · key                                                 a row of the report, JSON
 * ```
 *
 * The hash has a fixed seed, so that a key is in the same range in every job; its first byte is the range.
 */
export const stateKey: Uint8Array = Uint8Array.of(0x73);

const SEEN = 0x65;
const ROW = 0x72;
const UNIT = 0x75;
const SEEN_HEAD_BYTES = 13;

export function seenKey(shown: ShownEntries, entry: number, side: Side): Uint8Array {
  const start = shown.keyStart(entry);
  const length = shown.keyLength(entry);
  const bytes = new Uint8Array(SEEN_HEAD_BYTES + length + 1);
  const view = new DataView(bytes.buffer);
  shown.digestsInto(hash, content, entry);
  view.setUint8(0, SEEN);
  view.setUint32(1, hash[0]!);
  view.setUint32(5, hash[1]!);
  view.setUint32(9, length);
  bytes.set(shown.keyBytes.subarray(start, start + length), SEEN_HEAD_BYTES);
  bytes[bytes.length - 1] = side === 'first' ? 0 : 1;
  return bytes;
}

const hash = new Uint32Array(4);
const content = new Uint32Array(4);

/** The key that a {@link seenKey} is of, and the side. */
export function parseSeenKey(bytes: Uint8Array): { readonly key: Uint8Array; readonly side: Side } {
  return {
    key: bytes.slice(SEEN_HEAD_BYTES, -1),
    side: bytes[bytes.length - 1] === 0 ? 'first' : 'second',
  };
}

/** Bounds of what the scans showed of a range of the hash. */
export function seenRange(range: number): readonly [from: Uint8Array, to: Uint8Array] {
  const end = range + 1 < hashRanges ? Uint8Array.of(SEEN, range + 1) : Uint8Array.of(SEEN + 1);
  return [Uint8Array.of(SEEN, range), end];
}

export function rowKey(unit: number, key: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(3 + key.length);
  bytes.set([ROW, unit >>> 8, unit & 0xff]);
  bytes.set(key, 3);
  return bytes;
}

/** The unit of a {@link rowKey}. */
export function unitOfRow(row: Uint8Array): number {
  return (row[1]! << 8) | row[2]!;
}

/** Bounds of the rows of one unit. */
export function rowsOf(unit: number): readonly [from: Uint8Array, to: Uint8Array] {
  const next = unit + 1;
  const end = next < mostUnits ? Uint8Array.of(ROW, next >>> 8, next & 0xff) : Uint8Array.of(ROW + 1);
  return [Uint8Array.of(ROW, unit >>> 8, unit & 0xff), end];
}

export function unitKey(unit: number): Uint8Array {
  return Uint8Array.of(UNIT, unit >>> 8, unit & 0xff);
}

/** Bounds of the records of all units that are done. */
export const unitRange: readonly [from: Uint8Array, to: Uint8Array] = [
  Uint8Array.of(UNIT),
  Uint8Array.of(UNIT + 1),
];

/** Bounds of all rows. */
export const rowRange: readonly [from: Uint8Array, to: Uint8Array] = [
  Uint8Array.of(ROW),
  Uint8Array.of(ROW + 1),
];
