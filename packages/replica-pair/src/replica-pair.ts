import {
  type Clock,
  type PairSource,
  StoreError,
  type StoreFamily,
  type StoreSelector,
  type Two,
  type VersionPolicy,
} from '@kvtwin/versioned-value';
import { ReplicaPairStore } from './replica-pair-store.js';
import type { Sha256 } from './sha256-hex.js';

/** How a {@link ReplicaPair} is made. */
export interface ReplicaPairOptions {
  readonly first: StoreFamily;
  readonly second: StoreFamily;
  /** `counter` compares versions (HustDB nodes, enveloped stores), `opaque` only values (Infinispan sites, mixed pairs). */
  readonly policy: VersionPolicy;
  readonly name?: string;
  /** What people call the sides. Default: the families' names. */
  readonly names?: Two<string>;
  readonly clock?: Clock;
  /** Time limit per side of a call that brings none, in milliseconds. Default 5000. */
  readonly timeoutMs?: number;
  readonly expirationToleranceMs?: number;
  readonly sha256?: Sha256;
}

/** Two replicas read and written as one. */
export class ReplicaPair implements PairSource {
  readonly name: string;
  readonly policy: VersionPolicy;
  readonly sideNames: Two<string>;
  readonly #options: ReplicaPairOptions;
  #closed = false;

  constructor(options: ReplicaPairOptions) {
    this.#options = options;
    this.policy = options.policy;
    this.sideNames = options.names ?? [options.first.name, options.second.name];
    this.name = options.name ?? this.sideNames.join(' | ');
  }

  /**
   * Opens one kv space or table. A side that cannot be opened now does not fail the call: it is tried again whenever it
   * is needed, and its reads are `failed` until then.
   */
  async open(selector: StoreSelector): Promise<ReplicaPairStore> {
    if (this.#closed) {
      throw new StoreError(`open on ${this.name}: it was closed`, {
        code: 'STORE_CLOSED',
        store: this.name,
        operation: 'open',
      });
    }
    const { first, second, policy, clock, timeoutMs, expirationToleranceMs, sha256 } = this.#options;
    return new ReplicaPairStore({
      first: () => first.open(selector),
      second: () => second.open(selector),
      policy,
      name: selector.table === undefined ? this.name : `${this.name}/${selector.table}`,
      sideNames: this.sideNames,
      ...(clock === undefined ? {} : { clock }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(expirationToleranceMs === undefined ? {} : { expirationToleranceMs }),
      ...(sha256 === undefined ? {} : { sha256 }),
    });
  }

  /** Closes both families. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all([this.#options.first.close(), this.#options.second.close()]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
