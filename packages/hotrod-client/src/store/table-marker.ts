import { decodeUtf8, equalBytes } from '@kvtwin/bytes';
import { NO_EXPIRATION, operations, RequestFlag } from '@kvtwin/hotrod-protocol';
import { StoreError, type StoreType } from '@kvtwin/versioned-value';
import type { CallBudget } from '../call-budget.js';
import type { HotRodClient } from '../hotrod-client.js';
import type { CallTarget } from '../pending-call.js';
import { tableMarkerKey, tableMarkerValue } from './entry-key.js';

/**
 * The entry that tells a table's type, so that a table written as one type is not read as another. It is written before
 * the table's first entry; once it was seen to be ours it is not asked for again.
 */
export class TableMarker {
  readonly #client: HotRodClient;
  readonly #store: string;
  readonly #key: Uint8Array;
  readonly #value: Uint8Array;
  #isOurs = false;

  constructor(client: HotRodClient, store: string, type: StoreType, table: string) {
    this.#client = client;
    this.#store = store;
    this.#key = tableMarkerKey(table);
    this.#value = tableMarkerValue(type);
  }

  get isOurs(): boolean {
    return this.#isOurs;
  }

  /** Rejects with `STORE_WRONG_TYPE` where the table holds another type; a table without a marker is empty. */
  async check(target: CallTarget, budget: CallBudget): Promise<void> {
    const found = await this.#client.execute({
      operation: operations.get,
      request: { key: this.#key },
      target,
      options: budget.rest,
      interpret: (reply) => (reply.outcome === 'ok' ? reply.value : undefined),
    });
    if (found !== undefined) this.#compare(found);
  }

  /** The same, and sets the marker where there is none. */
  async claim(target: CallTarget, budget: CallBudget): Promise<void> {
    const found = await this.#client.execute({
      operation: operations.putIfAbsent,
      request: { key: this.#key, value: this.#value, expiration: NO_EXPIRATION },
      target,
      flags: RequestFlag.FORCE_RETURN_PREVIOUS_VALUE,
      options: budget.rest,
      interpret: (reply) =>
        reply.outcome === 'not-executed-with-previous' ? reply.previous.value : this.#value,
    });
    this.#compare(found);
  }

  #compare(found: Uint8Array): void {
    if (equalBytes(found, this.#value)) {
      this.#isOurs = true;
      return;
    }
    throw new StoreError(
      `${this.#store} holds a ${decodeUtf8(found).slice(0, 20)}, not a ${decodeUtf8(this.#value)}`,
      { code: 'STORE_WRONG_TYPE', store: this.#store, operation: 'open' },
    );
  }
}
