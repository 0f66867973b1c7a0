import { versionByte } from '@kvtwin/hotrod-protocol';
import {
  type CallOptions,
  checkCall,
  checkSelector,
  type StoreCapabilities,
  StoreError,
  type StoreFamily,
  type StoreSelector,
  type VersionedStore,
  withCounterEnvelopes,
} from '@kvtwin/versioned-value';
import { HotRodClient } from '../hotrod-client.js';
import { HotRodError } from '../hotrod-error.js';
import { type HotRodClientOptions, mergeOptions } from '../options/options.js';
import { CacheStorages } from './cache-storage.js';
import { entryKeyPrefix } from './entry-key.js';
import { HotRodStore } from './hotrod-store.js';
import { type HotRodStoreUrl, type KeyLayout, parseStoreUrl } from './store-url.js';
import { TableMarker } from './table-marker.js';
import { toStoreError } from './to-store-error.js';

/** How a family is opened; what the URL says goes first. */
export interface HotRodStoreFamilyOptions {
  /** Where the URL does not say. `raw` (default): `kv` keys are the cache's own; `typed`: behind a type byte. */
  readonly layout?: KeyLayout;
  /**
   * Options of the client below, such as `timeoutMs` or `maxInFlight`. No `sites`: a replica is one site and no other.
   * `retryWrites` is false here unless it is given: of a write whose answer is lost the caller is told `mayHaveBeenApplied`.
   */
  readonly client?: Omit<HotRodClientOptions, 'servers' | 'sites' | 'cache' | 'lazy'>;
}

/** Protocol that iterates with versions. */
const FIRST_VERSION_WITH_SCAN = versionByte('2.5');
/** What the client takes back in one piece. The server's own limit of a request (10 MB unless raised) cannot be asked for. */
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * Opens a cache of a Hot Rod server as a replica: `hotrod[s]://[user:password@]host[:port][/cache][?layout=raw|typed&tables=caches
 * &envelope=1&adopt=1&media=…&protocol=3.1]`. Connects with the first call. Throws a StoreError on a URL that cannot be
 * used.
 *
 * Tables share the cache: an entry's key is a type byte, the table's name with its length, and the member; a marker
 * entry, written before a table's first entry, keeps it from being opened as another type. With `tables=caches` each
 * table is an existing cache of that name, its keys as they are, and no markers.
 */
export async function openHotRodStoreFamily(
  url: string,
  options: HotRodStoreFamilyOptions = {},
): Promise<StoreFamily> {
  try {
    const parsed = parseStoreUrl(url);
    if (parsed.client.sites !== undefined) {
      throw new HotRodError('a replica is one site; name its servers only, and no other clusters', {
        code: 'HOTROD_INVALID_URI',
      });
    }
    const client = await HotRodClient.connect({
      retryWrites: false,
      ...mergeOptions(options.client ?? {}, parsed.client),
      lazy: true,
    });
    const family = new HotRodStoreFamily(client, parsed, parsed.layout ?? options.layout ?? 'raw');
    return parsed.envelope ? withCounterEnvelopes(family, { adopt: parsed.adopt }) : family;
  } catch (error) {
    throw toStoreError(error, 'hotrod:', 'open');
  }
}

/** Media types from which a server converts UTF-8 text; another charset would be named. */
const CONVERTED_TEXT = /^(?:text\/plain|application\/json)(?:;\s*charset=utf-8)?$/i;

class HotRodStoreFamily implements StoreFamily {
  readonly name: string;
  readonly #client: HotRodClient;
  readonly #url: HotRodStoreUrl;
  readonly #layout: KeyLayout;
  readonly #storages: CacheStorages;
  #closed = false;

  constructor(client: HotRodClient, url: HotRodStoreUrl, layout: KeyLayout) {
    this.name = url.name;
    this.#client = client;
    this.#url = url;
    this.#layout = layout;
    this.#storages = new CacheStorages(client, url.name, url.media);
  }

  async open(selector: StoreSelector): Promise<VersionedStore> {
    this.#refuseWhenClosed('open');
    checkSelector(selector, this.name);
    const { type, table = '' } = selector;
    const { tablesAreCaches, cacheName, envelope, media } = this.#url;
    const name = type === 'kv' ? this.name : `${this.name} table ${table}`;
    const shared = {
      client: this.#client,
      name,
      type,
      storages: this.#storages,
      plainValues: !envelope,
      textOnly: CONVERTED_TEXT.test(media ?? ''),
    };
    const capabilities = this.#capabilities(selector);
    if (tablesAreCaches && type !== 'kv') {
      return new HotRodStore({
        ...shared,
        capabilities,
        cacheName: table,
        prefix: new Uint8Array(),
        marker: undefined,
      });
    }
    const raw = type === 'kv' && (tablesAreCaches || this.#layout === 'raw');
    return new HotRodStore({
      ...shared,
      capabilities,
      cacheName,
      prefix: raw ? new Uint8Array() : entryKeyPrefix(type, table),
      marker: type === 'kv' ? undefined : new TableMarker(this.#client, name, type, table),
    });
  }

  async ping(options?: CallOptions): Promise<void> {
    this.#refuseWhenClosed('ping');
    checkCall(options, { store: this.name, operation: 'ping' });
    try {
      await this.#client.ping(this.#url.cacheName, options);
    } catch (error) {
      throw toStoreError(error, this.name, 'ping');
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#client.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #capabilities({ type }: StoreSelector): StoreCapabilities {
    const { envelope, client } = this.#url;
    const { protocol = 'auto' } = client;
    const scans = protocol === 'auto' || versionByte(protocol) >= FIRST_VERSION_WITH_SCAN;
    const maxValueBytes = envelope || type === 'kv' || type === 'hash' ? MAX_BYTES : type === 'set' ? 0 : 20;
    return {
      compareAndSet: 'atomic',
      putIfAbsent: 'atomic',
      tokensUnique: true,
      writesReturnVersion: false,
      readsExpiration: true,
      lifespan: true,
      expirationUnitMs: 1_000,
      maxIdle: true,
      emptyValues: envelope || type !== 'zset',
      emptyKeys: true,
      maxKeyBytes: MAX_BYTES,
      maxValueBytes,
      forbiddenKeyBytes: [],
      scan: scans ? 'live' : 'none',
      scanTouches: false,
    };
  }

  #refuseWhenClosed(operation: string): void {
    if (!this.#closed) return;
    throw new StoreError(`${operation} on ${this.name}: it was closed`, {
      code: 'STORE_CLOSED',
      store: this.name,
      operation,
    });
  }
}
