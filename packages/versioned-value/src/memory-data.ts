import { MemoryTable } from './memory-table.js';
import { StoreError } from './store-error.js';
import type { StoreSelector, StoreType } from './versioned-store.js';

/** What one in-memory family holds: the kv space and its tables. Outlives the families that are opened on it. */
export class MemoryData {
  readonly #kv = new MemoryTable('kv');
  readonly #tables = new Map<string, MemoryTable>();
  #lastVersion = 0;
  /** At least as many as there are entries: removals are not taken off. */
  #booked = 0;

  /** The last version given out. */
  get lastVersion(): number {
    return this.#lastVersion;
  }

  /** A version that no entry of this family ever had. */
  nextVersion(): number {
    return ++this.#lastVersion;
  }

  /** The tables that have entries, in byte order of their names. */
  tables(nowMs: number): { readonly type: StoreType; readonly table: string }[] {
    const found: { readonly type: StoreType; readonly table: string }[] = [];
    for (const [table, { type, entries }] of [...this.#tables].sort(([a], [b]) => (a < b ? -1 : 1))) {
      this.#tables.get(table)!.purge(nowMs);
      if (entries.size > 0) found.push({ type, table });
    }
    return found;
  }

  /** The table, where it has entries. One of another type rejects with `STORE_WRONG_TYPE`. */
  existing(selector: StoreSelector, nowMs: number): MemoryTable | undefined {
    if (selector.table === undefined) return this.#kv;
    const table = this.#tables.get(selector.table);
    if (table === undefined || table.type === selector.type) return table;
    table.purge(nowMs);
    if (table.entries.size === 0) return undefined;
    throw new StoreError(
      `table ${JSON.stringify(selector.table)} holds a ${table.type}, not a ${selector.type}; empty it first or use another name`,
      { code: 'STORE_WRONG_TYPE' },
    );
  }

  /** The table, made where it is missing; an empty one changes its type. */
  forWrite(selector: StoreSelector, nowMs: number): MemoryTable {
    const found = this.existing(selector, nowMs);
    if (found !== undefined || selector.table === undefined) return found ?? this.#kv;
    const made = new MemoryTable(selector.type);
    this.#tables.set(selector.table, made);
    return made;
  }

  /**
   * Whether one more entry fits, and books it. Counts only when `maxEntries` bookings were made since the last count;
   * drops expired entries before it says no.
   */
  book(maxEntries: number, nowMs: number): boolean {
    if (this.#booked >= maxEntries) {
      for (const table of [this.#kv, ...this.#tables.values()]) table.purge(nowMs);
      this.#booked = this.#count();
    }
    if (this.#booked >= maxEntries) return false;
    this.#booked++;
    return true;
  }

  #count(): number {
    let count = this.#kv.entries.size;
    for (const table of this.#tables.values()) count += table.entries.size;
    return count;
  }
}
