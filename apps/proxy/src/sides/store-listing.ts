import { compareBytes } from '@kvtwin/bytes';
import { bucketOf } from '@kvtwin/hustdb-node';
import { HUSTDB_LIMITS, type ListedEntry, type NodeListing } from '@kvtwin/hustdb-protocol';
import {
  type CallOptions,
  type ScannedEntry,
  StoreError,
  type StoreType,
  type VersionedStore,
} from '@kvtwin/versioned-value';

/**
 * Entries that a store's table (or kv space) may hold for its pages to be told. A page of a store is cut out of all its
 * entries in order, so that pages neither miss nor repeat one; this many keys of 50 bytes are some tens of megabytes.
 */
export const MAX_LISTED_ENTRIES = 100_000;
/** Bytes of keys and values that one page may be cut out of. */
export const MAX_LISTED_BYTES = 64 * 1024 * 1024;

/** Which entries are asked for, and which page of them. */
export interface StorePage {
  readonly offset: number;
  readonly size: number;
  /** Bucket range of the keys. */
  readonly start?: number | undefined;
  readonly end?: number | undefined;
  /** Leaves values out. Default true. */
  readonly noval?: boolean | undefined;
}

/** Sorted sets: members in the order of their scores, of those from `min` to `max`. */
export interface ScoreBounds {
  readonly min: bigint;
  readonly max: bigint;
}

/**
 * A page of what a store holds, by iteration over all of it: in the order of the keys' bytes, a sorted set's in the order of
 * scores and then bytes. An empty table is none. Rejects with `STORE_REJECTED` where the store holds more than
 * {@link MAX_LISTED_ENTRIES} or {@link MAX_LISTED_BYTES}.
 */
export async function listStore(
  store: VersionedStore,
  type: StoreType,
  page: StorePage,
  call: CallOptions,
  {
    bounds,
    keep = () => true,
  }: { readonly bounds?: ScoreBounds; readonly keep?: (key: Uint8Array) => boolean } = {},
): Promise<NodeListing> {
  const { noval = true, offset, size, start = 0, end = HUSTDB_LIMITS.slots } = page;
  const ranked = type === 'zset';
  const all = await collectEntries(store, call, ranked || !noval);
  if (all.length === 0 && type !== 'kv') return { outcome: 'wrong-table' };
  const chosen = ranked ? byScore(all, bounds) : all.sort(byKey);
  const entries = chosen
    .filter(({ key }) => keep(key))
    .slice(offset, offset + size)
    .filter(({ key }) => ranked || isInRange(key, start, end))
    .map((entry) => listed(entry, noval || type === 'set'));
  return { outcome: 'listed', entries };
}

/** Counters of entries: how many, and the bytes of their keys and values. `capacity` rounds each up to 1024. */
export function countEntries(entries: readonly ScannedEntry[]): EntryCount {
  let [size, capacity] = [0, 0];
  for (const { key, entry } of entries) {
    const bytes = key.length + entry.value.length;
    size += bytes;
    capacity += Math.ceil(bytes / 1024) * 1024;
  }
  return { count: entries.length, size, capacity };
}

/** What `stat` tells of entries. */
export interface EntryCount {
  readonly count: number;
  readonly size: number;
  readonly capacity: number;
}

/** Everything that a store holds, once; without values where they are not asked for. */
export async function collectEntries(
  store: VersionedStore,
  call: CallOptions,
  values: boolean,
): Promise<ScannedEntry[]> {
  const found = new Map<string, ScannedEntry>();
  let bytes = 0;
  for await (const batch of store.scan(scanOptions(call))) {
    for (const { key, entry } of batch.entries) {
      bytes += key.length + (values ? entry.value.length : 0);
      // A live scan may show an entry twice.
      found.set(Buffer.from(key).toString('latin1'), {
        key,
        entry: values ? entry : { ...entry, value: NOTHING },
      });
    }
    if (found.size > MAX_LISTED_ENTRIES || bytes > MAX_LISTED_BYTES) throw tooMany(store);
    stopWhenAborted(store, call);
  }
  return [...found.values()];
}

const NOTHING = new Uint8Array(0);

function scanOptions({ signal }: CallOptions): { readonly batchSize: number; readonly signal?: AbortSignal } {
  return { batchSize: 1000, ...(signal === undefined ? {} : { signal }) };
}

/** Not every store looks at its signal between two batches. */
function stopWhenAborted(store: VersionedStore, { signal }: CallOptions): void {
  if (signal?.aborted !== true) return;
  const details = { code: 'STORE_ABORTED', store: store.name, operation: 'scan' } as const;
  throw new StoreError(`scan on ${store.name} was given up`, details);
}

function tooMany(store: VersionedStore): StoreError {
  const why = `it holds more than ${MAX_LISTED_ENTRIES} entries or ${MAX_LISTED_BYTES} bytes; pages of so many are not cut`;
  return new StoreError(`listing ${store.name}: ${why}`, {
    code: 'STORE_REJECTED',
    store: store.name,
    operation: 'list',
  });
}

function byKey(a: ScannedEntry, b: ScannedEntry): number {
  return compareBytes(a.key, b.key);
}

function byScore(all: ScannedEntry[], bounds: ScoreBounds | undefined): ScannedEntry[] {
  const scored = all.map((entry) => ({ entry, score: scoreOf(entry) }));
  const inside =
    bounds === undefined ? scored : scored.filter(({ score }) => score >= bounds.min && score <= bounds.max);
  return inside
    .sort((a, b) => (a.score < b.score ? -1 : a.score > b.score ? 1 : byKey(a.entry, b.entry)))
    .map(({ entry }) => entry);
}

/** A value that is no score, which only somebody else can have written, counts as 0. */
function scoreOf({ entry }: ScannedEntry): bigint {
  const text = Buffer.from(entry.value).toString('latin1');
  return /^-?\d{1,19}$/.test(text) ? BigInt(text) : 0n;
}

export function isInRange(key: Uint8Array, start: number, end: number): boolean {
  if (start === 0 && end === HUSTDB_LIMITS.slots) return true;
  const slot = bucketOf(key);
  return slot >= start && slot < end;
}

/** Tokens of a store that does not count are no numbers that a listing can hold; 0 stands for them. */
export function listed({ key, entry }: ScannedEntry, noval: boolean): ListedEntry {
  const { version, value } = entry;
  return {
    key,
    version: version.scheme === 'counter' ? version.token : '0',
    ...(noval ? {} : { value }),
  };
}
