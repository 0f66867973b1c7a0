import { decodeUtf8, encodeUtf8 } from '@kvtwin/bytes';
import type { StoreType } from '@kvtwin/versioned-value';
import { murmur3x128 } from '../scan/murmur3-128.js';
import type { LocatedKey, Place } from './located-key.js';

const typeBytes: Readonly<Record<StoreType, number>> = { kv: 0x6b, hash: 0x68, set: 0x73, zset: 0x7a };
const typesByByte = new Map(Object.entries(typeBytes).map(([type, byte]) => [byte, type as StoreType]));

/**
 * The keys under which a migration keeps things in its `OrderedStore`. A located key is
 * `hash, 8 bytes · type k h s z · length of the table, u16 · table · length of the key, u32 · key`: in the order of its
 * hash, so that a walk through all of them spreads over every server of the target.
 *
 * ```
 *   's'                              state, JSON
 *   'c' · type · table               counts of a place, JSON
 *   'k' · located key                what became of it (KeyRecord)
 *   'h' · located key                held: a row, JSON
 *   'x' · located key                skipped: a row, JSON
 *   'l' · round u16 · located key · part u16     what a listing of a part showed
 * ```
 */
export const spaces = {
  counts: 0x63,
  record: 0x6b,
  held: 0x68,
  skipped: 0x78,
  listed: 0x6c,
  /** Of a verification. */
  verified: 0x76,
  candidate: 0x77,
} as const;

export const migrateStateKey: Uint8Array = Uint8Array.of(0x73);

/** The hash of a located key and its parts as bytes; `head` stands before them. */
export function locatedBytes(
  { type, table, key }: LocatedKey,
  head: readonly number[],
  tail = 0,
): Uint8Array {
  const name = encodeUtf8(table ?? '');
  const hash = murmur3x128(key, typeBytes[type] + 31 * name.length);
  const bytes = new Uint8Array(head.length + 15 + name.length + key.length + tail);
  const view = new DataView(bytes.buffer);
  let at = head.length;
  bytes.set(head);
  view.setUint32(at, hash[0]);
  view.setUint32(at + 4, hash[1]);
  view.setUint8(at + 8, typeBytes[type]);
  view.setUint16(at + 9, name.length);
  at += 11;
  bytes.set(name, at);
  at += name.length;
  view.setUint32(at, key.length);
  bytes.set(key, at + 4);
  return bytes;
}

/** What {@link locatedBytes} was made of, from behind its head. */
export function parseLocated(bytes: Uint8Array, headBytes: number): LocatedKey {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const type = typesByByte.get(bytes[headBytes + 8]!)!;
  const nameLength = view.getUint16(headBytes + 9);
  const at = headBytes + 11 + nameLength;
  const key = bytes.slice(at + 4, at + 4 + view.getUint32(at));
  if (type === 'kv') return { type, key };
  return { type, table: decodeUtf8(bytes.subarray(headBytes + 11, at)), key };
}

export function countsKey({ type, table }: Place): Uint8Array {
  const name = encodeUtf8(table ?? '');
  const bytes = new Uint8Array(2 + name.length);
  bytes.set([spaces.counts, typeBytes[type]]);
  bytes.set(name, 2);
  return bytes;
}

export function parseCountsKey(bytes: Uint8Array): Place {
  const type = typesByByte.get(bytes[1]!)!;
  return type === 'kv' ? { type } : { type, table: decodeUtf8(bytes.subarray(2)) };
}

/** Bounds of everything in a space, or of what of it lies behind a key. */
export function rangeOfSpace(space: number, after?: Uint8Array): readonly [from: Uint8Array, to: Uint8Array] {
  return [after === undefined ? Uint8Array.of(space) : behind(after), Uint8Array.of(space + 1)];
}

/** The head of what listings of a round showed. */
export function listedHead(round: number): readonly number[] {
  return [spaces.listed, round >>> 8, round & 0xff];
}

/** Bounds of what the listings of a round showed, or of what of it lies behind a key. */
export function listedRange(round: number, after?: Uint8Array): readonly [from: Uint8Array, to: Uint8Array] {
  return [
    after === undefined ? Uint8Array.from(listedHead(round)) : behind(after),
    Uint8Array.from(listedHead(round + 1)),
  ];
}

/** The key of what one part showed: the located key, then the part's number. */
export function listedKey(round: number, located: LocatedKey, part: number): Uint8Array {
  const bytes = locatedBytes(located, listedHead(round), 2);
  bytes.set([part >>> 8, part & 0xff], bytes.length - 2);
  return bytes;
}

/** The key without the number of the part. */
export function withoutPart(listed: Uint8Array): Uint8Array {
  return listed.subarray(0, -2);
}

/** The first key in byte order that is greater. */
function behind(key: Uint8Array): Uint8Array {
  const next = new Uint8Array(key.length + 1);
  next.set(key);
  return next;
}
