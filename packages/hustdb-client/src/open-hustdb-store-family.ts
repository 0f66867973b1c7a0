import { isTableName } from '@kvtwin/hustdb-protocol';
import {
  type CallOptions,
  StoreError,
  type StoreErrorCode,
  type StoreFamily,
  type StoreSelector,
  type VersionedStore,
} from '@kvtwin/versioned-value';
import type { HustDbClientOptions } from './client-options.js';
import { HustDbNode } from './hustdb-node.js';
import { parseHustDbUrl } from './hustdb-url.js';
import { kvSpace, tableSpace } from './node-space.js';
import { HustDbNodeStore } from './node-store.js';
import { storeErrorOf } from './store-error-of.js';
import { WrittenVersions } from './written-versions.js';

/** What a URL does not say; see {@link HustDbClientOptions}. */
export type HustDbStoreOptions = Partial<Omit<HustDbClientOptions, 'host' | 'port'>>;

/**
 * Opens `hustdb://[user:password@]host[:port]`, a storage node (default port 8085), without a round trip: kv, and hashes,
 * sets and sorted sets by name. Rejects with `STORE_INVALID_ARGUMENT` for an address that is none.
 */
export async function openHustDbStoreFamily(
  url: string,
  options: HustDbStoreOptions = {},
): Promise<StoreFamily> {
  try {
    return new HustDbStoreFamily(new HustDbNode({ ...parseHustDbUrl(url, 'hustdb'), ...options }));
  } catch (error) {
    throw storeErrorOf(error, 'hustdb://', 'open');
  }
}

class HustDbStoreFamily implements StoreFamily {
  readonly name: string;
  readonly #client: HustDbNode;
  readonly #written = new WrittenVersions();
  #closed = false;

  constructor(client: HustDbNode) {
    this.name = `hustdb://${client.server}`;
    this.#client = client;
  }

  async open({ type, table }: StoreSelector): Promise<VersionedStore> {
    if (this.#closed) throw this.#error('STORE_CLOSED', 'it was closed');
    if (type === 'kv') {
      if (table !== undefined) throw this.#error('STORE_INVALID_ARGUMENT', 'kv has no table');
      return new HustDbNodeStore(this.name, this.#client, kvSpace(this.#client), this.#written);
    }
    if (table === undefined || !isTableName(table)) {
      const shown = table === undefined ? 'none' : JSON.stringify(table.slice(0, 80));
      throw this.#error(
        'STORE_INVALID_ARGUMENT',
        `a ${type} needs a table name of 1 to 64 characters of 0-9 A-Z a-z _ : . (given: ${shown})`,
      );
    }
    return new HustDbNodeStore(
      `${this.name}/${table}`,
      this.#client,
      tableSpace(this.#client, type, table),
      this.#written,
    );
  }

  async ping(options?: CallOptions): Promise<void> {
    try {
      await this.#client.fileCount(options);
    } catch (error) {
      throw storeErrorOf(error, this.name, 'ping');
    }
  }

  close(): Promise<void> {
    this.#closed = true;
    return this.#client.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #error(code: StoreErrorCode, why: string): StoreError {
    return new StoreError(`open on ${this.name}: ${why}`, { code, store: this.name, operation: 'open' });
  }
}
