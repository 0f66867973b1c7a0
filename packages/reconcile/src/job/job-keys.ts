import type { Side } from '@kvtwin/versioned-value';
import { murmur3x128 } from '../murmur3-128.js';

/** Units of a job: enough that one of a hundred million keys holds half a million, few enough to checkpoint each. */
export const unitCount = 256;

/**
 * The keys under which a job keeps things in its {@link OrderedStore}:
 *
 * ```
 *   's'                                                 state, JSON
 *   'e' · hash of the key, 8 bytes · its length, 4 · key · side 0|1      what a scan showed
 *   'r' · unit u16 · key                                                 a row of the report, JSON
 * ```
 *
 * The hash has a fixed seed, so that a key is in the same unit in every job; its first byte is the unit.
 */
export const stateKey: Uint8Array = Uint8Array.of(0x73);

const SEEN = 0x65;
const ROW = 0x72;
const SEEN_HEAD_BYTES = 13;

export function seenKey(key: Uint8Array, side: Side): Uint8Array {
  const bytes = new Uint8Array(SEEN_HEAD_BYTES + key.length + 1);
  const view = new DataView(bytes.buffer);
  const hash = murmur3x128(key, 0);
  view.setUint8(0, SEEN);
  view.setUint32(1, hash[0]);
  view.setUint32(5, hash[1]);
  view.setUint32(9, key.length);
  bytes.set(key, SEEN_HEAD_BYTES);
  bytes[bytes.length - 1] = side === 'first' ? 0 : 1;
  return bytes;
}

/** The key that a {@link seenKey} is of, and the side. */
export function parseSeenKey(bytes: Uint8Array): { readonly key: Uint8Array; readonly side: Side } {
  return {
    key: bytes.slice(SEEN_HEAD_BYTES, -1),
    side: bytes[bytes.length - 1] === 0 ? 'first' : 'second',
  };
}

/** Bounds of what the scans showed of a unit. */
export function seenRange(unit: number): readonly [from: Uint8Array, to: Uint8Array] {
  const end = unit + 1 < unitCount ? Uint8Array.of(SEEN, unit + 1) : Uint8Array.of(SEEN + 1);
  return [Uint8Array.of(SEEN, unit), end];
}

export function rowKey(unit: number, key: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(3 + key.length);
  bytes.set([ROW, unit >>> 8, unit & 0xff]);
  bytes.set(key, 3);
  return bytes;
}

/** Bounds of all rows. */
export const rowRange: readonly [from: Uint8Array, to: Uint8Array] = [
  Uint8Array.of(ROW),
  Uint8Array.of(ROW + 1),
];
