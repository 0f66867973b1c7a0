import { encodeUtf8 } from '@kvtwin/bytes';
import type { StoreType } from '@kvtwin/versioned-value';

/** First byte of a key by what it belongs to. ASCII, so that a hex dump reads. */
const TYPE_BYTES: Readonly<Record<StoreType, number>> = { kv: 0x6b, hash: 0x68, set: 0x73, zset: 0x7a };
/** First byte of the key of a table's marker, `t`. */
const MARKER_BYTE = 0x74;

/**
 * What every key of a table begins with. Tables of several types share one cache:
 *
 * ```
 *   u8 type (k h s z)   vInt length   table (UTF-8)   member: the rest
 * ```
 */
export function entryKeyPrefix(type: StoreType, table: string): Uint8Array {
  return prefixed(TYPE_BYTES[type], table);
}

/** The key whose value tells a table's type: `t`, vInt length, table. */
export function tableMarkerKey(table: string): Uint8Array {
  return prefixed(MARKER_BYTE, table);
}

/** The value of a table's marker: the type as text. */
export function tableMarkerValue(type: StoreType): Uint8Array {
  return encodeUtf8(type);
}

/** Prefix and member as one key. */
export function joinEntryKey(prefix: Uint8Array, member: Uint8Array): Uint8Array {
  if (prefix.length === 0) return member;
  const key = new Uint8Array(prefix.length + member.length);
  key.set(prefix);
  key.set(member, prefix.length);
  return key;
}

/** The member of a key that begins with the prefix: a copy, or the key itself where the prefix is empty; undefined for another table's key. */
export function memberOfEntryKey(prefix: Uint8Array, key: Uint8Array): Uint8Array | undefined {
  if (prefix.length === 0) return key;
  if (key.length < prefix.length) return undefined;
  for (let at = 0; at < prefix.length; at++) {
    if (key[at] !== prefix[at]) return undefined;
  }
  return key.slice(prefix.length);
}

function prefixed(first: number, table: string): Uint8Array {
  const name = encodeUtf8(table);
  const head = [first];
  let rest = name.length;
  for (; rest > 0x7f; rest >>>= 7) head.push((rest & 0x7f) | 0x80);
  head.push(rest);
  const prefix = new Uint8Array(head.length + name.length);
  prefix.set(head);
  prefix.set(name, head.length);
  return prefix;
}
