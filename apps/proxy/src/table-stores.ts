import type { PairSource, PairStore } from '@kvtwin/versioned-value';

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

  /** Runs `work` with the store of a table; the empty name is the kv space. */
  async with<T>(table: string, work: (store: PairStore) => Promise<T>): Promise<T> {
    const open = this.#use(table) ?? (await this.#openAndUse(table));
    try {
      return await work(open.store);
    } finally {
      open.users--;
      if (open.evicted && open.users === 0) await open.store.close();
    }
  }

  /** Counts the caller in at once: a table in use is not closed under it. */
  #use(table: string): OpenTable | undefined {
    const open = this.#open.get(table);
    if (open === undefined) return undefined;
    open.users++;
    if (this.#open.size > 1) this.#touch(table, open);
    return open;
  }

  #touch(table: string, open: OpenTable): void {
    this.#open.delete(table);
    this.#open.set(table, open);
  }

  async #openAndUse(table: string): Promise<OpenTable> {
    const store = await this.#source.open(table === '' ? { type: 'kv' } : { type: 'hash', table });
    const raced = this.#use(table);
    if (raced !== undefined) {
      await store.close();
      return raced;
    }
    const open: OpenTable = { store, users: 1, evicted: false };
    this.#open.set(table, open);
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
