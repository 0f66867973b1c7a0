import { bucketOf, fileOfKey, NodeCache } from '@kvtwin/hustdb-node';
import {
  type CacheRequest,
  type NodeCacheReply,
  type NodeListing,
  runCacheCommand,
} from '@kvtwin/hustdb-protocol';
import {
  type CallOptions,
  StoreError,
  type StoreErrorCode,
  type StoreFamily,
  type StoreType,
  type VersionedStore,
  type WriteResult,
} from '@kvtwin/versioned-value';
import { addToStore } from './add-to-store.js';
import type { CacheContents, FoundTable } from './hotrod-cache-contents.js';
import { listContents } from './list-contents.js';
import { Places } from './places.js';
import type { AddRequest, AddResult, CopyRequest, ListRequest, Side, TextRequest } from './side.js';
import { collectEntries, countEntries, listStore } from './store-listing.js';

/** Files that a store pretends to have: a node's default, so that callers walk over all of them. */
const FILE_COUNT = 10;
/**
 * Bytes of one side's cache, which a store does not have and the proxy keeps for it: a working set of small entries, little
 * beside what the proxy may hold of requests.
 */
export const CACHE_BYTES = 64 * 1024 * 1024;

/** Each may hold `MAX_LISTED_BYTES`, and makes the store send all that it has: more of them wait for a place. */
const READINGS_AT_A_TIME = 2;

const LETTERS = { hash: 'H', set: 'S', zset: 'Z' } as const;

/** How a {@link StoreSide} is made. */
export interface StoreSideOptions {
  readonly name: string;
  readonly family: StoreFamily;
  /** Where kv and tables share one cache: reads all of it by its bare keys. Without it the tables are not known. */
  readonly contents?: (call: CallOptions) => Promise<CacheContents>;
  /** What else was opened for the side. */
  readonly closeAlso?: () => Promise<void>;
  /** Default: the machine's. */
  readonly nowMs?: () => number;
}

/** A store as a side: listed by iteration, counted by iteration, added to under compare-and-set, with a cache in the proxy. */
export class StoreSide implements Side {
  readonly name: string;
  readonly copies = false;
  readonly #family: StoreFamily;
  readonly #contents: StoreSideOptions['contents'];
  readonly #closeAlso: StoreSideOptions['closeAlso'];
  readonly #cache: NodeCache;
  readonly #readings = new Places(READINGS_AT_A_TIME);

  constructor({ name, family, contents, closeAlso, nowMs = Date.now }: StoreSideOptions) {
    this.name = name;
    this.#family = family;
    this.#contents = contents;
    this.#closeAlso = closeAlso;
    this.#cache = new NodeCache({ maxBytes: CACHE_BYTES, nowMs });
  }

  list(request: ListRequest, call: CallOptions): Promise<NodeListing> {
    if ('async' in request.request && request.request.async === true) {
      return Promise.resolve({ outcome: 'no-snapshot' });
    }
    return this.#readings.run(() => this.#list(request, call), call.signal);
  }

  async #list(request: ListRequest, call: CallOptions): Promise<NodeListing> {
    switch (request.command) {
      case 'keys':
        return this.#listKeys(request.request, call);
      case 'hkeys':
      case 'smembers': {
        const type = request.command === 'hkeys' ? 'hash' : 'set';
        return this.#listTable(type, request.request.table, (store) =>
          listStore(store, type, request.request, call),
        );
      }
      case 'zrangebyrank':
      case 'zrangebyscore': {
        const { table, start = 0, end = 1024 } = request.request;
        const slot = bucketOf(Buffer.from(table));
        if (slot < start || slot >= end) return { outcome: 'wrong-table' };
        const bounds =
          request.command === 'zrangebyscore'
            ? { bounds: { min: request.request.min ?? 0n, max: request.request.max ?? 0n } }
            : {};
        return this.#listTable('zset', table, (store) =>
          listStore(store, 'zset', request.request, call, bounds),
        );
      }
    }
  }

  async text(request: TextRequest, call: CallOptions): Promise<string | undefined> {
    if (request.command !== 'file_count') {
      return this.#readings.run(() => this.#stat(request, call), call.signal);
    }
    await this.#family.ping(call);
    return String(FILE_COUNT);
  }

  async #stat(
    request: Exclude<TextRequest, { readonly command: 'file_count' }>,
    call: CallOptions,
  ): Promise<string | undefined> {
    switch (request.command) {
      case 'stat':
        return request.request.table === undefined
          ? JSON.stringify((await this.#totals(call))[0])
          : this.#statTable(request.request.table, call);
      case 'stat_all':
        return JSON.stringify(await this.#totals(call));
    }
  }

  async cache(request: CacheRequest): Promise<NodeCacheReply> {
    return runCacheCommand(this.#cache, withOwnValue(request));
  }

  async add(request: AddRequest, call: CallOptions): Promise<AddResult> {
    return this.#with(request.type, request.table, (store) => addToStore(store, request, call));
  }

  copy(request: CopyRequest, call: CallOptions): Promise<WriteResult> {
    const { type, table, key, sum, version, ttlSeconds } = request;
    return this.#with(type, table, (store) =>
      store.put(key, Buffer.from(sum), {
        ...call,
        ...(ttlSeconds === undefined ? {} : { lifespanMs: ttlSeconds * 1000 }),
        ...(version?.scheme === 'counter' && store.capabilities.replay ? { replayVersion: version } : {}),
      }),
    );
  }

  async close(): Promise<void> {
    await this.#closeAlso?.();
  }

  /** Of kv alone where the tables are not known. */
  async #listKeys(
    request: Extract<ListRequest, { command: 'keys' }>['request'],
    call: CallOptions,
  ): Promise<NodeListing> {
    const { file } = request;
    if (file < 0 || file >= FILE_COUNT) return { outcome: 'invalid' };
    if (this.#contents !== undefined) return listContents(await this.#contents(call), FILE_COUNT, request);
    const keep = (key: Uint8Array): boolean => fileOfKey(key, FILE_COUNT) === file;
    return this.#with('kv', undefined, (store) => listStore(store, 'kv', request, call, { keep }));
  }

  async #listTable(
    type: StoreType,
    table: string,
    list: (store: VersionedStore) => Promise<NodeListing>,
  ): Promise<NodeListing> {
    try {
      return await this.#with(type, table, list);
    } catch (error) {
      if (StoreError.is(error) && error.code === 'STORE_WRONG_TYPE') return { outcome: 'wrong-table' };
      throw error;
    }
  }

  async #statTable(table: string, call: CallOptions): Promise<string | undefined> {
    for (const type of ['hash', 'set', 'zset'] as const) {
      const entries = await this.#with(type, table, (store) => collectEntries(store, call, true)).catch(
        unlessWrongType,
      );
      if (entries !== undefined && entries.length > 0)
        return JSON.stringify(tableStat({ name: table, type, entries }));
    }
    return undefined;
  }

  /** The counters of everything, then those of each table. */
  async #totals(call: CallOptions): Promise<object[]> {
    const { kv, tables } = await (this.#contents?.(call) ?? this.#kvAlone(call));
    const hashes = tables.filter(({ type }) => type === 'hash').flatMap(({ entries }) => entries);
    const total = { TOTALIZE: { KVPAIR: countEntries(kv), HASHTABLE: countEntries(hashes) } };
    return [total, ...tables.map(tableStat)];
  }

  async #kvAlone(call: CallOptions): Promise<CacheContents> {
    const kv = await this.#with('kv', undefined, (store) => collectEntries(store, call, true));
    return { kv, tables: [] };
  }

  async #with<R>(
    type: StoreType,
    table: string | undefined,
    work: (store: VersionedStore) => Promise<R>,
  ): Promise<R> {
    const store = await this.#family.open(table === undefined ? { type } : { type, table });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  }
}

/** Bytes are told of hashes only. */
function tableStat({ name, type, entries }: FoundTable): object {
  const { count, size, capacity } = countEntries(entries);
  return { table: name, type: LETTERS[type], count, ...(type === 'hash' ? { size, capacity } : {}) };
}

function unlessWrongType(error: unknown): undefined {
  const code: StoreErrorCode = 'STORE_WRONG_TYPE';
  if (StoreError.is(error) && error.code === code) return undefined;
  throw error;
}

/** Keeps the value alone: its array may be a view of all that came with it. */
function withOwnValue(named: CacheRequest): CacheRequest {
  switch (named.command) {
    case 'cache_put':
    case 'cache_hset': {
      const value = new Uint8Array(named.request.value);
      return { ...named, request: { ...named.request, value } } as CacheRequest;
    }
    default:
      return named;
  }
}
