import type { Place } from '@kvtwin/reconcile';
import type { StoreType } from '@kvtwin/versioned-value';

type TableType = Exclude<StoreType, 'kv'>;

const tableTypes: ReadonlyMap<number, TableType> = new Map([
  [0x68, 'hash'],
  [0x73, 'set'],
  [0x7a, 'zset'],
]);
const kvByte = 0x6b;
const markerByte = 0x74;
/** A name has at most 64 characters in HustDB; on Hot Rod we write longer ones too, but none that a person would. */
const longestName = 127;
/** Where a node that stands on such a cache (`kvtwin serve hustdb --store`) keeps the names of its tables. */
const catalog = 'kvtwin:tables';

/** Finds out of which type a table is that a cache holds, by its marker; undefined: there is no such table. */
export type TableTypeOf = (table: string) => Promise<StoreType | undefined>;

/** What a key of a cache is: an entry of kv or a table, or `ours`, which belongs to the layout itself. */
export type CacheKey = (Place & { readonly key: Uint8Array }) | 'ours' | undefined;

/**
 * Tells what a key of a cache belongs to that kv and tables share. What looks like an entry of a table is one only if
 * the cache has a marker of that table and type, else it is a kv key that begins so. Undefined: with typed kv keys, a
 * key that is neither.
 *
 * ```
 *   u8 type (k h s z)   u8 length   table   member: the rest        u8 t   u8 length   table: a marker, its value the type
 * ```
 */
export async function locateCacheKey(
  key: Uint8Array,
  typed: boolean,
  typeOf: TableTypeOf,
): Promise<CacheKey> {
  const first = key[0] ?? 0;
  const name = nameIn(key);
  if (name !== undefined && first === markerByte && name.end === key.length) {
    if ((await typeOf(name.text)) !== undefined) return 'ours';
  }
  const type = tableTypes.get(first);
  if (name !== undefined && type !== undefined && (await typeOf(name.text)) === type) {
    if (name.text === catalog) return 'ours';
    return { type, table: name.text, key: key.subarray(name.end) };
  }
  if (!typed) return { type: 'kv', key };
  return first === kvByte && key[1] === 0 ? { type: 'kv', key: key.subarray(2) } : undefined;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The name behind the first byte; undefined where what stands there is none. */
function nameIn(key: Uint8Array): { readonly text: string; readonly end: number } | undefined {
  const length = key[1] ?? 0;
  if (length < 1 || length > longestName || key.length < 2 + length) return undefined;
  try {
    return { text: strictUtf8.decode(key.subarray(2, 2 + length)), end: 2 + length };
  } catch {
    return undefined;
  }
}

/** The key of the marker that tells a table's type. */
export function markerKeyOf(table: string): Uint8Array {
  const name = new TextEncoder().encode(table);
  return Uint8Array.of(markerByte, name.length, ...name);
}
