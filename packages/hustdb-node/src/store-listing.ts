import { compareBytes } from '@kvtwin/bytes';
import { HUSTDB_LIMITS, type ListedEntry } from '@kvtwin/hustdb-protocol';
import { type ScannedEntry, StoreError } from '@kvtwin/versioned-value';
import { fileOfKey, fileOfTable } from './file-of.js';
import { isInRange } from './is-in-range.js';
import type { Page, ScoreRange } from './node-storage.js';
import { scoreText } from './score-text.js';
import type { StorageCount, TableCount } from './storage-count.js';
import { CATALOG_TABLE, type StoreTables } from './store-tables.js';
import type { TableType } from './stored-record.js';

/** One entry as a listing orders it. */
interface Listed {
  readonly entry: ListedEntry;
  /** Of a sorted set's member, as a node orders by it. */
  readonly score?: string;
}

/**
 * Listings and counters over the stores of a family. Stores list in no order, so a listing goes through the whole table, or
 * the whole kv space, and sorts it: by key, a sorted set by score and then key.
 */
export class StoreListing {
  readonly #tables: StoreTables;
  readonly #fileCount: number;

  constructor(tables: StoreTables, fileCount: number) {
    this.#tables = tables;
    this.#fileCount = fileCount;
  }

  async listFile(file: number, page: Page): Promise<ListedEntry[] | undefined> {
    if (file < 0 || file >= this.#fileCount) return undefined;
    const found: Listed[] = [];
    for await (const scanned of this.#tables.entries({})) {
      if (fileOfKey(scanned.key, this.#fileCount) === file) found.push(listed(scanned, page));
    }
    for (const { table, type } of await this.#tables.catalogued()) {
      if (fileOfTable(table, type, this.#fileCount) !== file) continue;
      const entries = await this.#entriesOf(table, type, page);
      for (const { entry } of entries ?? []) found.push({ entry: { ...entry, table, type } });
    }
    return cut(found.sort(byKey), page);
  }

  async listTable(table: string, page: Page, type: TableType): Promise<ListedEntry[] | undefined> {
    const entries = await this.#entriesOf(table, type, page);
    return entries && cut(entries.sort(byKey), page);
  }

  async listRanked(table: string, page: Page, range?: ScoreRange): Promise<ListedEntry[] | undefined> {
    if (!isInRange(new TextEncoder().encode(table), page)) return undefined;
    const entries = await this.#entriesOf(table, 'Z', page);
    if (entries === undefined) return undefined;
    const [min, max] = range === undefined ? [] : [scoreText(range.min), scoreText(range.max)];
    const within = entries.filter(({ score }) => min === undefined || (score! >= min && score! <= max!));
    return cut(within.sort(byScore), { ...page, start: 0, end: HUSTDB_LIMITS.slots });
  }

  /** Undefined where no type of table of that name has an entry. */
  async countTable(table: string): Promise<TableCount | undefined> {
    if (table === CATALOG_TABLE) return undefined;
    for (const type of ['H', 'S', 'Z'] as const) {
      try {
        const count = await countEntries(this.#tables.entries({ table, type }));
        if (count.count > 0) return { type, ...count };
      } catch (error) {
        if (!isWrongType(error)) throw error;
      }
    }
    return undefined;
  }

  countKv(): Promise<StorageCount> {
    return countEntries(this.#tables.entries({}));
  }

  async tableNames(): Promise<string[]> {
    const names: string[] = [];
    for (const { table, type } of await this.#tables.catalogued()) {
      if (names.at(-1) !== table && (await this.#tables.isThere({ table, type }))) names.push(table);
    }
    return names;
  }

  /** Undefined where there is no such table of that type. */
  async #entriesOf(table: string, type: TableType, page: Page): Promise<Listed[] | undefined> {
    if (table === CATALOG_TABLE) return undefined;
    const found: Listed[] = [];
    try {
      for await (const scanned of this.#tables.entries({ table, type })) {
        found.push(
          type === 'Z'
            ? ranked(scanned, page)
            : listed(scanned, page.values && type === 'H' ? page : undefined),
        );
      }
    } catch (error) {
      if (isWrongType(error)) return undefined;
      throw error;
    }
    return found.length === 0 ? undefined : found;
  }
}

function listed({ key, entry }: ScannedEntry, page: Page | undefined): Listed {
  const value = page?.values === true ? { value: entry.value } : {};
  return { entry: { key, version: entry.version.token, ...value } };
}

function ranked(scanned: ScannedEntry, page: Page): Listed {
  const score = scoreText(BigInt(new TextDecoder('latin1').decode(scanned.entry.value)));
  return { ...listed(scanned, page), score };
}

function cut(entries: readonly Listed[], page: Page): ListedEntry[] {
  return entries
    .slice(page.offset, page.offset + page.size)
    .flatMap(({ entry }) => (isInRange(entry.key, page) ? [entry] : []));
}

function byKey(a: Listed, b: Listed): number {
  return compareBytes(a.entry.key, b.entry.key);
}

function byScore(a: Listed, b: Listed): number {
  if (a.score === b.score) return byKey(a, b);
  return a.score! < b.score! ? -1 : 1;
}

async function countEntries(entries: AsyncIterable<ScannedEntry>): Promise<StorageCount> {
  let [count, size, capacity] = [0, 0, 0];
  for await (const { key, entry } of entries) {
    const bytes = key.length + entry.value.length;
    count++;
    size += bytes;
    capacity += Math.ceil(bytes / 1024) * 1024;
  }
  return { count, size, capacity };
}

function isWrongType(error: unknown): boolean {
  return StoreError.is(error) && error.code === 'STORE_WRONG_TYPE';
}
