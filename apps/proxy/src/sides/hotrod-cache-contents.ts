import { decodeCounterEnvelope, type ScannedEntry, type StoreType } from '@kvtwin/versioned-value';

/** A table found in a cache. */
export interface FoundTable {
  readonly name: string;
  readonly type: Exclude<StoreType, 'kv'>;
  readonly entries: readonly ScannedEntry[];
}

/** What a cache holds, sorted out by its keys. */
export interface CacheContents {
  readonly kv: readonly ScannedEntry[];
  /** In byte order of their names. */
  readonly tables: readonly FoundTable[];
}

/** How a cache is to be read. */
export interface CacheLayout {
  /** Whether kv keys stand behind a type byte. */
  readonly typed: boolean;
  /** Whether a counter envelope stands around each value. */
  readonly enveloped: boolean;
  /** Whether values without one count as version 1. */
  readonly adopt: boolean;
}

const TYPES: ReadonlyMap<number, StoreType> = new Map([
  [0x6b, 'kv'],
  [0x68, 'hash'],
  [0x73, 'set'],
  [0x7a, 'zset'],
]);
const MARKER = 0x74;
/** Where a node that stands on such a cache (`kvtwin serve hustdb --store`) keeps the names of its tables: none of a caller's. */
const CATALOG = 'kvtwin:tables';
const TABLE_NAME = /^[0-9A-Za-z_:.]{1,64}$/;

/**
 * Sorts the entries of a Hot Rod cache that kv and tables share. A table is one that has a marker entry; what looks like an
 * entry of another is a kv key that begins so. Values that are no envelope, where one is due, somebody else has written: they
 * are left out.
 *
 * ```
 *   u8 type (k h s z)   vInt length   table   member: the rest        u8 t   vInt length   table: a marker, its value the type
 * ```
 */
export function sortCacheContents(all: readonly ScannedEntry[], layout: CacheLayout): CacheContents {
  const types = new Map<string, Exclude<StoreType, 'kv'>>();
  for (const { key, entry } of all) {
    const type = Buffer.from(entry.value).toString('latin1');
    const name = key[0] === MARKER ? nameIn(key) : undefined;
    if (name === undefined || name.end !== key.length) continue;
    if (type === 'hash' || type === 'set' || type === 'zset') types.set(name.text, type);
  }
  const kv: ScannedEntry[] = [];
  const tables = new Map<string, ScannedEntry[]>();
  for (const scanned of all) {
    const place = placeOf(scanned.key, types);
    if (place === 'marker') continue;
    if (place !== undefined) {
      const opened = openedEntry(scanned, place.type, layout);
      const entries = tables.get(place.name);
      if (opened === undefined) continue;
      if (entries === undefined) tables.set(place.name, [{ ...opened, key: place.member }]);
      else entries.push({ ...opened, key: place.member });
    } else {
      const key = kvKey(scanned.key, layout);
      const opened = key === undefined ? undefined : openedEntry(scanned, 'kv', layout);
      if (opened !== undefined) kv.push({ ...opened, key: key! });
    }
  }
  tables.delete(CATALOG);
  const found = [...tables].map(([name, entries]) => ({ name, type: types.get(name)!, entries }));
  return { kv, tables: found.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

type Place = { readonly name: string; readonly type: Exclude<StoreType, 'kv'>; readonly member: Uint8Array };

function placeOf(
  key: Uint8Array,
  types: ReadonlyMap<string, Exclude<StoreType, 'kv'>>,
): Place | 'marker' | undefined {
  const isMarker = key[0] === MARKER;
  const type = isMarker ? undefined : TYPES.get(key[0] ?? 0);
  if (!isMarker && (type === undefined || type === 'kv')) return undefined;
  const name = nameIn(key);
  if (name === undefined) return undefined;
  const known = types.get(name.text);
  if (isMarker) return known !== undefined && name.end === key.length ? 'marker' : undefined;
  if (known === undefined || known !== type) return undefined;
  return { name: name.text, type: known, member: key.subarray(name.end) };
}

/** Names have at most 64 characters, so their length is one byte. */
function nameIn(key: Uint8Array): { readonly text: string; readonly end: number } | undefined {
  const length = key[1] ?? 0;
  const text = Buffer.from(key.subarray(2, 2 + length)).toString('latin1');
  return length > 64 || text.length !== length || !TABLE_NAME.test(text)
    ? undefined
    : { text, end: 2 + length };
}

/** Behind the type byte stands an empty table name. */
function kvKey(key: Uint8Array, { typed }: CacheLayout): Uint8Array | undefined {
  if (!typed) return key;
  return key[0] === 0x6b && key[1] === 0 ? key.subarray(2) : undefined;
}

function openedEntry(
  scanned: ScannedEntry,
  type: StoreType,
  { enveloped, adopt }: CacheLayout,
): ScannedEntry | undefined {
  if (!enveloped) return scanned;
  const { entry } = scanned;
  const envelope = decodedOrNot(entry.value);
  if (envelope === undefined && adopt) return { ...scanned, entry: { ...entry, version: counter(1) } };
  if (envelope?.type !== type) return undefined;
  return { ...scanned, entry: { ...entry, value: envelope.value, version: counter(envelope.counter) } };
}

function decodedOrNot(value: Uint8Array): ReturnType<typeof decodeCounterEnvelope> {
  try {
    return decodeCounterEnvelope(value);
  } catch {
    return undefined;
  }
}

function counter(count: number): { readonly scheme: 'counter'; readonly token: string } {
  return { scheme: 'counter', token: String(count) };
}
