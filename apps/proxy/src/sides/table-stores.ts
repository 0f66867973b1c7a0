import type { PairSource, PairStore, StoreType } from '@kvtwin/versioned-value';

interface OpenTable {
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

  /** `limit`: tables kept open. Default 1024: views are small, and a working set of tables rarely is larger. */
  constructor(source: PairSource, limit = 1024) {
    this.#source = source;
    this.#limit = limit;
  }

  /** Runs `work` with the store of a table; the empty name goes with the kv space. */
  async with<T>(type: StoreType, table: string, work: (store: PairStore) => Promise<T>): Promise<T> {
    // No name of a table holds a slash. Kv and hashes, which are asked for most, cost no new text.
    const name = type === 'kv' || type === 'hash' ? table : `${type}/${table}`;
    const open = this.#use(name) ?? (await this.#openAndUse(name, type, table));
    try {
      return await work(open.store);
    } finally {
      open.users--;
      if (open.evicted && open.users === 0) await open.store.close();
    }
  }

  /** Counts the caller in at once: a table in use is not closed under it. */
  #use(name: string): OpenTable | undefined {
    const open = this.#open.get(name);
    if (open === undefined) return undefined;
    open.users++;
    if (this.#open.size > 1) this.#touch(name, open);
    return open;
  }

  #touch(name: string, open: OpenTable): void {
    this.#open.delete(name);
    this.#open.set(name, open);
  }

  async #openAndUse(name: string, type: StoreType, table: string): Promise<OpenTable> {
    const store = await this.#source.open(type === 'kv' ? { type } : { type, table });
    const raced = this.#use(name);
    if (raced !== undefined) {
      await store.close();
      return raced;
    }
    const open: OpenTable = { store, users: 1, evicted: false };
    this.#open.set(name, open);
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
