import { isTableName } from '@kvtwin/hustdb-protocol';
import {
  type PairSource,
  type PairStore,
  StoreError,
  type StoreErrorCode,
  type StoreSelector,
  type Two,
} from '@kvtwin/versioned-value';
import { HaPairStore } from './ha-pair-store.js';
import { haSpace } from './ha-space.js';
import { HustDbHa } from './hustdb-ha.js';
import { parseHustDbUrl } from './hustdb-url.js';
import type { HustDbStoreOptions } from './open-hustdb-store-family.js';
import { storeErrorOf } from './store-error-of.js';
import { onlyMastersOf } from './table-file.js';

/** How long opening waits for the names of the two masters; they are wanted for messages only. */
const NAMES_TIMEOUT_MS = 500;

/**
 * Opens `hustdb+ha://[user:password@]host[:port]`, a HustDB HA front (default port 8082): one address that is a whole pair.
 * Asks the front for its table (`/get_table`), to know what the two masters are called; one that does not answer is no reason
 * not to open. Rejects with `STORE_INVALID_ARGUMENT` for an address that is none.
 */
export async function openHustDbHaPairSource(
  url: string,
  options: HustDbStoreOptions = {},
): Promise<PairSource> {
  try {
    const client = new HustDbHa({ ...parseHustDbUrl(url, 'hustdb+ha'), ...options });
    return new HustDbHaPairSource(client, await namesOf(client));
  } catch (error) {
    throw storeErrorOf(error, 'hustdb+ha://', 'open');
  }
}

async function namesOf(client: HustDbHa): Promise<Two<string> | undefined> {
  const tableFile = await client.getTable({ timeoutMs: NAMES_TIMEOUT_MS }).catch(() => undefined);
  return tableFile === undefined ? undefined : onlyMastersOf(tableFile);
}

class HustDbHaPairSource implements PairSource {
  readonly name: string;
  readonly policy = 'counter';
  readonly sideNames: Two<string> | undefined;
  readonly #client: HustDbHa;
  #closed = false;

  constructor(client: HustDbHa, sideNames: Two<string> | undefined) {
    this.sideNames = sideNames;
    this.name = `hustdb+ha://${client.server}`;
    this.#client = client;
  }

  async open({ type, table }: StoreSelector): Promise<PairStore> {
    if (this.#closed) throw this.#error('STORE_CLOSED', 'it was closed');
    if (type === 'kv') {
      if (table !== undefined) throw this.#error('STORE_INVALID_ARGUMENT', 'kv has no table');
      return new HaPairStore(this.name, this.#client, haSpace(this.#client, type, undefined));
    }
    if (table !== undefined && isTableName(table)) {
      return new HaPairStore(`${this.name}/${table}`, this.#client, haSpace(this.#client, type, table));
    }
    const shown = table === undefined ? 'none' : JSON.stringify(table.slice(0, 80));
    throw this.#error(
      'STORE_INVALID_ARGUMENT',
      `a ${type} needs a table name of 1 to 64 characters of 0-9 A-Z a-z _ : . (given: ${shown})`,
    );
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
