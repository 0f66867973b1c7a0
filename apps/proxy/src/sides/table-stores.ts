import type { PairSource, PairStore, StoreType } from '@kvtwin/versioned-value';

/** A store that somebody uses; to be given back by {@link TableStores.release}. */
export interface OpenTable {
  readonly store: PairStore;
  users: number;
  evicted: boolean;
}

/**
 * The open stores of a pair: its kv space and the tables used last. Callers choose table names, so their number is
 * bounded; a table that falls out is closed once nobody uses it.
 */
export class TableStores {
  readonly #source: PairSource;
  readonly #limit: number;
  /** Least recently used first. */
  readonly #open = new Map<string, OpenTable>();
  /** The one used last: it need not be moved to the end. */
  #newest: OpenTable | undefined;

  /** `limit`: tables kept open. Default 1024: views are small, and a working set of tables rarely is larger. */
  constructor(source: PairSource, limit = 1024) {
    this.#source = source;
    this.#limit = limit;
  }

  /** Runs `work` with the store of a table; the empty name goes with the kv space. */
  async with<T>(type: StoreType, table: string, work: (store: PairStore) => Promise<T>): Promise<T> {
    const open = this.use(type, table) ?? (await this.#openAndUse(nameOf(type, table), type, table));
    try {
      return await work(open.store);
    } finally {
      await this.release(open);
    }
  }

  /** The store of a table that is open; to be released. */
  use(type: StoreType, table: string): OpenTable | undefined {
    return this.#use(nameOf(type, table));
  }

  /** Closes a table that fell out meanwhile, once nobody uses it. */
  release(open: OpenTable): Promise<void> | undefined {
    open.users--;
    return open.evicted && open.users === 0 ? open.store.close() : undefined;
  }

  /** Counts the caller in at once: a table in use is not closed under it. */
  #use(name: string): OpenTable | undefined {
    const open = this.#open.get(name);
    if (open === undefined) return undefined;
    open.users++;
    if (open !== this.#newest) this.#touch(name, open);
    return open;
  }

  #touch(name: string, open: OpenTable): void {
    this.#open.delete(name);
    this.#add(name, open);
  }

  #add(name: string, open: OpenTable): void {
    this.#open.set(name, open);
    this.#newest = open;
  }

  async #openAndUse(name: string, type: StoreType, table: string): Promise<OpenTable> {
    const store = await this.#source.open(type === 'kv' ? { type } : { type, table });
    const raced = this.#use(name);
    if (raced !== undefined) {
      await store.close();
      return raced;
    }
    const open: OpenTable = { store, users: 1, evicted: false };
    this.#add(name, open);
    if (this.#open.size > this.#limit) await this.#evictOldest();
    return open;
  }

  async #evictOldest(): Promise<void> {
    const oldest = this.#open.entries().next().value;
    if (oldest === undefined) return;
    const [name, table] = oldest;
    this.#open.delete(name);
    table.evicted = true;
    if (table.users === 0) await table.store.close();
  }
}

/** No name of a table holds a slash. Kv and hashes, which are asked for most, cost no new text. */
function nameOf(type: StoreType, table: string): string {
  return type === 'kv' || type === 'hash' ? table : `${type}/${table}`;
}
