import { equalBytes } from '@kvtwin/bytes';
import { HUSTDB_LIMITS, type ListedEntry, type NodeRead, type NodeWrite } from '@kvtwin/hustdb-protocol';
import {
  type EntryVersion,
  StoreError,
  type VersionedStore,
  type VersionedValue,
  type WriteOptions,
  type WriteResult,
} from '@kvtwin/versioned-value';
import { integerOf } from './integer-of.js';
import type { Page, Place, PutDemand, ScoreDemand, ScoreRange } from './node-storage.js';
import type { StorageCount, TableCount } from './storage-count.js';
import type { StorageView } from './storage-view.js';
import { StoreListing } from './store-listing.js';
import { CATALOG_TABLE, type StoreTables } from './store-tables.js';
import type { TableType } from './stored-record.js';
import { declined, judgePut, type VersionDemand } from './version-rules.js';

/** Read-modify-writes that others came between before one is given up. */
const MAX_ATTEMPTS = 32;

const NOTHING: Uint8Array = new Uint8Array(0);

/** What a read-modify-write makes of what is there: a new value, or an answer without any write. */
type Change = { readonly value: Uint8Array; readonly body: Uint8Array } | { readonly answer: NodeWrite };

/**
 * A node's data in the stores of a family, which count versions as HustDB does. A table that has no entry is none. What a
 * store's key or value rules refuse is answered as HustDB answers a key that is too long.
 */
export class StoreStorage implements StorageView {
  readonly #tables: StoreTables;
  readonly #listing: StoreListing;

  constructor(tables: StoreTables, fileCount: number) {
    this.#tables = tables;
    this.#listing = new StoreListing(tables, fileCount);
  }

  async read(place: Place): Promise<NodeRead> {
    return this.#orWrongTable(place, '0', async () => {
      const store = await this.#tables.storeOf(place);
      const entry = await store.get(place.key, this.#tables.call);
      if (entry !== undefined) {
        return { outcome: 'found', version: entry.version.token, value: entry.value };
      }
      return { outcome: (await this.#tables.isThere(place)) ? 'absent' : 'wrong-table', version: '0' };
    });
  }

  async put(demand: PutDemand): Promise<NodeWrite> {
    const { key, value, ver, isDup } = demand;
    if (ver !== 0 || isDup) return this.#update(demand, () => ({ value, body: NOTHING }));
    return this.#orWrongTable(demand, '0', async () => {
      const store = await this.#storeForPut(demand);
      return applied(await store.put(key, value, this.#writeOptions(demand.ttlSeconds)), NOTHING);
    });
  }

  async increment(demand: Omit<PutDemand, 'value'> & { readonly by: bigint }): Promise<NodeWrite> {
    return this.#update(demand, (current) => {
      const before = current === undefined ? 0n : integerOf(current.value);
      if (before === undefined) return { answer: { outcome: 'refused', version: String(demand.ver) } };
      return textOf(before + demand.by);
    });
  }

  async addScore({ score, opt, ...demand }: ScoreDemand): Promise<NodeWrite> {
    return this.#update({ ...demand, type: 'Z' }, (current) => {
      const before = current === undefined ? 0n : (integerOf(current.value) ?? 0n);
      if (current !== undefined && opt === 0 && before === score && demand.ver <= numberOf(current.version)) {
        return { answer: { outcome: 'applied', version: current.version.token, body: NOTHING } };
      }
      return textOf(opt === 0 ? score : opt > 0 ? before + score : before - score);
    });
  }

  async delete(demand: Place & VersionDemand): Promise<NodeWrite> {
    const { key, ver, isDup } = demand;
    return this.#orWrongTable(demand, String(ver), async () => {
      const store = await this.#tables.storeOf(demand);
      const { call } = this.#tables;
      const written =
        ver === 0
          ? await store.remove(key, call)
          : isDup
            ? await store.remove(key, { ...call, replayVersion: versionOf(ver) })
            : await store.removeIfVersion(key, versionOf(ver), call);
      if (written.outcome === 'applied') return applied(written, NOTHING);
      if (written.outcome === 'mismatch') {
        return { outcome: isDup ? 'stale' : 'mismatch', version: written.version?.token ?? '0' };
      }
      if (await this.#tables.isThere(demand)) return { outcome: 'absent', version: '0' };
      return { outcome: 'wrong-table', version: String(ver) };
    });
  }

  listFile(file: number, page: Page): Promise<ListedEntry[] | undefined> {
    return this.#listing.listFile(file, page);
  }

  listTable(table: string, page: Page, type: TableType = 'H'): Promise<ListedEntry[] | undefined> {
    return this.#listing.listTable(table, page, type);
  }

  listRanked(table: string, page: Page, range?: ScoreRange): Promise<ListedEntry[] | undefined> {
    return this.#listing.listRanked(table, page, range);
  }

  countTable(table: string): Promise<TableCount | undefined> {
    return this.#listing.countTable(table);
  }

  countKv(): Promise<StorageCount> {
    return this.#listing.countKv();
  }

  tableNames(): Promise<string[]> {
    return this.#listing.tableNames();
  }

  /** Reads, applies HustDB's version rules, and writes under the version that was read; again where others came between. */
  async #update(
    demand: Place & VersionDemand & { readonly ttlSeconds: number },
    change: (current: VersionedValue | undefined) => Change,
  ): Promise<NodeWrite> {
    return this.#orWrongTable(demand, String(demand.ver), async () => {
      const store = await this.#storeForPut(demand);
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        const current = await store.get(demand.key, this.#tables.call);
        const changed = change(current);
        if ('answer' in changed) return changed.answer;
        const verdict = judgePut(current === undefined ? undefined : numberOf(current.version), demand);
        if (verdict.verdict !== 'accept') return declined(verdict);
        const written = await this.#write(store, demand, changed.value, current, verdict.version);
        if (written.outcome === 'applied') return applied(written, changed.body);
      }
      throw new StoreError(`others wrote a key of ${store.name} during each of ${MAX_ATTEMPTS} attempts`, {
        code: 'STORE_CONTENTION',
        store: store.name,
      });
    });
  }

  #write(
    store: VersionedStore,
    { key, ver, isDup, ttlSeconds }: Place & VersionDemand & { readonly ttlSeconds: number },
    value: Uint8Array,
    current: VersionedValue | undefined,
    version: number,
  ): Promise<WriteResult> {
    const options = this.#writeOptions(ttlSeconds);
    if (isDup) return store.put(key, value, { ...options, replayVersion: versionOf(ver) });
    if (current === undefined) return store.putIfAbsent(key, value, options);
    // A score that adds up to the one that is there still counts up; a store of sorted sets would keep its version.
    const keeps = store.capabilities.sameValueKeepsVersion === true && equalBytes(value, current.value);
    const counted = keeps ? { ...options, replayVersion: versionOf(version) } : options;
    return store.replaceIfVersion(key, value, current.version, counted);
  }

  async #storeForPut(place: Place): Promise<VersionedStore> {
    const store = await this.#tables.storeOf(place);
    await this.#tables.catalogue(place);
    return store;
  }

  #writeOptions(ttlSeconds: number): WriteOptions {
    const expires = ttlSeconds >= 1 && ttlSeconds <= HUSTDB_LIMITS.ttlSeconds;
    return { ...this.#tables.call, ...(expires ? { lifespanMs: ttlSeconds * 1000 } : {}) };
  }

  /** What the store says of its table's type, and of a key or value that it does not take, as a node says it. */
  async #orWrongTable<T>(
    { table }: Place,
    version: string,
    work: () => Promise<T>,
  ): Promise<T | { readonly outcome: 'wrong-table' | 'rejected'; readonly version: string }> {
    if (table === CATALOG_TABLE) return { outcome: 'wrong-table', version };
    try {
      return await work();
    } catch (error) {
      if (!StoreError.is(error)) throw error;
      if (error.code === 'STORE_WRONG_TYPE') return { outcome: 'wrong-table', version };
      const refused = error.code === 'STORE_INVALID_KEY' || error.code === 'STORE_INVALID_VALUE';
      if (refused) return { outcome: 'rejected', version: '0' };
      throw error;
    }
  }
}

function applied({ version }: WriteResult, body: Uint8Array): NodeWrite {
  return { outcome: 'applied', version: version?.token ?? '0', body };
}

function textOf(sum: bigint): Change {
  const value = new TextEncoder().encode(BigInt.asIntN(64, sum).toString());
  return { value, body: value };
}

function versionOf(ver: number): EntryVersion {
  return { scheme: 'counter', token: String(ver) };
}

function numberOf({ token }: EntryVersion): number {
  return Number(token);
}
