import {
  HustDbNode,
  type KeyPage,
  type ListKeysOptions,
  openHustDbStoreFamily,
  parseHustDbUrl,
  storeErrorOf,
} from '@kvtwin/hustdb-client';
import { HUSTDB_LIMITS, type ListedEntry, type NodeStatistics } from '@kvtwin/hustdb-protocol';
import type { LocatedBatch, LocatedEntry, ScannedPart, TargetPlace } from '@kvtwin/reconcile';
import {
  type CallOptions,
  type ScanOptions,
  StoreError,
  type StoreFamily,
  UNKNOWN_EXPIRATION,
  type VersionedStore,
} from '@kvtwin/versioned-value';
import { withoutCredentials } from '../sides/without-credentials.js';
import { OpenStores, type PlaceEstimate, type Replica, type ReplicaReport } from './replica.js';

const types = { H: 'hash', S: 'set', Z: 'zset' } as const;

/** One HustDB storage node. */
export class HustDbReplica implements Replica {
  readonly name: string;
  readonly maxLifespanMs = HUSTDB_LIMITS.ttlSeconds * 1000;
  readonly #node: HustDbNode;
  readonly #family: Promise<StoreFamily>;
  readonly #stores = new OpenStores();

  constructor(url: string) {
    this.name = withoutCredentials(url);
    try {
      this.#node = new HustDbNode(parseHustDbUrl(url, 'hustdb'));
    } catch (error) {
      throw storeErrorOf(error, this.name, 'open');
    }
    this.#family = openHustDbStoreFamily(url);
    this.#family.catch(() => undefined);
  }

  /** `host:port`. */
  get server(): string {
    return this.#node.server;
  }

  async part(): Promise<ScannedPart> {
    const list = (options: ListKeysOptions): AsyncIterable<KeyPage> => this.#node.listKeys(options);
    return { name: this.name, scan: (options) => scanListing(this.name, list, options) };
  }

  store(place: TargetPlace): Promise<VersionedStore> {
    const { type, table, cache, layout, mediaType } = place;
    return this.#stores.take(`${type}/${table ?? ''}`, async () => {
      const strange = cache ?? mediaType ?? (layout === 'typed' ? layout : undefined);
      if (strange !== undefined) {
        throw new StoreError(`${this.name} has no caches and no types of values (asked for ${strange})`, {
          code: 'STORE_UNSUPPORTED',
          store: this.name,
          operation: 'open',
        });
      }
      return (await this.#family).open(table === undefined ? { type } : { type, table });
    });
  }

  shownAs(place: TargetPlace): TargetPlace {
    return place;
  }

  async report(call: CallOptions): Promise<ReplicaReport> {
    try {
      const files = await this.#node.fileCount(call);
      const estimates = estimatesOf(await this.#node.statistics(call));
      return { name: this.name, about: `HustDB node, ${files} files`, estimates };
    } catch (error) {
      throw storeErrorOf(error, this.name, 'preflight');
    }
  }

  async probe(place: TargetPlace): Promise<undefined> {
    await this.store(place);
  }

  async close(): Promise<void> {
    await this.#node.close();
    await (await this.#family.catch(() => undefined))?.close();
  }
}

/** A node's keys page by page, as `list` has them listed, as batches of a scan. */
export async function* scanListing(
  name: string,
  list: (options: ListKeysOptions) => AsyncIterable<KeyPage>,
  { cursor, batchSize, signal, timeoutMs }: ScanOptions,
): AsyncGenerator<LocatedBatch> {
  const pages = list({
    values: true,
    pageSize: Math.min(batchSize ?? HUSTDB_LIMITS.listSize, HUSTDB_LIMITS.listSize),
    ...(cursor === undefined ? {} : { cursor }),
    ...(signal === undefined ? {} : { signal }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  try {
    for await (const page of pages) yield { entries: page.entries.map(locatedEntry), cursor: page.cursor };
  } catch (error) {
    throw storeErrorOf(error, name, 'scan');
  }
}

/** An entry of a listing, where it lies. */
function locatedEntry({ deflated, key, table, type, value, version }: ListedEntry): LocatedEntry {
  const entry = {
    value: value ?? new Uint8Array(),
    version: { scheme: 'counter', token: version },
    expiration: UNKNOWN_EXPIRATION,
  } as const;
  // What is deflated still could not be inflated; a table of a type that we do not know is none that we can read.
  const unreadable = deflated === true || (table !== undefined && type === undefined);
  const located = { key, entry, ...(unreadable ? { unreadable: true as const } : {}) };
  if (table === undefined) return { type: 'kv', ...located };
  return { type: type === undefined ? 'hash' : types[type], table, ...located };
}

/** What the counters of a node tell. */
export function estimatesOf({ kv, tables }: NodeStatistics): PlaceEstimate[] {
  const ofTables = tables.map(({ table, type, count }) => ({
    place: { type: types[type], table },
    keys: count,
  }));
  return [{ place: { type: 'kv' }, keys: kv.count }, ...ofTables];
}
