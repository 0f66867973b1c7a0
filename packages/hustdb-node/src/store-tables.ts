import type { ScannedEntry, StoreFamily, StoreType, VersionedStore } from '@kvtwin/versioned-value';
import { StoreError } from '@kvtwin/versioned-value';
import type { Place } from './node-storage.js';
import type { TableType } from './stored-record.js';

/** The hash that tells which tables there are: stores list their entries, not their tables. To callers it is no table. */
export const CATALOG_TABLE = 'kvtwin:tables';

/** Stores kept open at a time, and tables known to be in the catalog; a node's shipped limit of tables. */
const MAX_KNOWN = 8192;

/** Entries of a listing, counted in all its pages: they are sorted in memory. */
const MAX_LISTED = 1_000_000;

const STORE_TYPES: Readonly<Record<TableType, StoreType>> = { H: 'hash', S: 'set', Z: 'zset' };
const MARK = new Uint8Array([0x31]);

/** The kv space and the tables of a family, by the names that a node gives them. */
export class StoreTables {
  readonly #family: StoreFamily;
  readonly #call: { readonly timeoutMs: number };
  /** Least recently used first. */
  readonly #open = new Map<string, Promise<VersionedStore>>();
  readonly #catalogued = new Set<string>();

  constructor(family: StoreFamily, timeoutMs: number) {
    this.#family = family;
    this.#call = { timeoutMs };
  }

  get call(): { readonly timeoutMs: number } {
    return this.#call;
  }

  /** The kv space, or a table; a hash where the place has no type. */
  storeOf({ table, type = 'H' }: Pick<Place, 'table' | 'type'>): Promise<VersionedStore> {
    const name = table === undefined ? '' : `${type}:${table}`;
    const open =
      this.#open.get(name) ??
      this.#family.open(table === undefined ? { type: 'kv' } : { type: STORE_TYPES[type], table });
    this.#open.delete(name);
    this.#open.set(name, open);
    open.catch(() => this.#open.delete(name));
    // A view that falls out is not closed: it holds nothing, and calls in it may be under way.
    if (this.#open.size > MAX_KNOWN) this.#open.delete(this.#open.keys().next().value!);
    return open;
  }

  /** Notes a table that is about to have its first entry. */
  async catalogue({ table, type = 'H' }: Pick<Place, 'table' | 'type'>): Promise<void> {
    if (table === undefined) return;
    const name = `${type}:${table}`;
    if (this.#catalogued.has(name)) return;
    const catalog = await this.storeOf({ table: CATALOG_TABLE });
    const key = new TextEncoder().encode(name);
    if ((await catalog.get(key, this.#call)) === undefined) await catalog.put(key, MARK, this.#call);
    if (this.#catalogued.size >= MAX_KNOWN) this.#catalogued.clear();
    this.#catalogued.add(name);
  }

  /** Every table of the catalog, in byte order of names; one that has become empty too. */
  async catalogued(): Promise<{ readonly table: string; readonly type: TableType }[]> {
    const tables: { table: string; type: TableType }[] = [];
    for await (const { key } of this.entries({ table: CATALOG_TABLE })) {
      const match = /^([HSZ]):(.+)$/.exec(new TextDecoder().decode(key));
      if (match !== null) tables.push({ type: match[1] as TableType, table: match[2]! });
    }
    return tables.sort((a, b) => (a.table < b.table ? -1 : a.table > b.table ? 1 : 0));
  }

  /**
   * Whether a table of that type has an entry: goes through its store up to the first one. A store that takes too long over
   * it is taken to have one.
   */
  async isThere(place: Pick<Place, 'table' | 'type'>): Promise<boolean> {
    if (place.table === undefined) return true;
    const endMs = performance.now() + this.#call.timeoutMs;
    try {
      const store = await this.storeOf(place);
      for await (const { entries } of store.scan(this.#call)) {
        if (entries.length > 0 || performance.now() > endMs) return true;
      }
      return false;
    } catch (error) {
      if (StoreError.is(error) && error.code === 'STORE_WRONG_TYPE') return false;
      if (StoreError.is(error) && error.code === 'STORE_TIMEOUT') return true;
      throw error;
    }
  }

  /** The entries of a table, or of kv. Rejects with `STORE_REJECTED` past what is listed. */
  async *entries(place: Pick<Place, 'table' | 'type'>): AsyncGenerator<ScannedEntry> {
    const store = await this.storeOf(place);
    let left = MAX_LISTED;
    for await (const { entries } of store.scan(this.#call)) {
      left -= entries.length;
      if (left < 0) {
        throw new StoreError(`${store.name} has more than ${MAX_LISTED} entries, too many to list in order`, {
          code: 'STORE_REJECTED',
          store: store.name,
          operation: 'scan',
        });
      }
      yield* entries;
    }
  }

  close(): Promise<void> {
    return this.#family.close();
  }
}
