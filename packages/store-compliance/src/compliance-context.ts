import type { StoreCapabilities, StoreFamily, StoreSelector, VersionedStore } from '@kvtwin/versioned-value';
import type { StoreComplianceOptions } from './compliance-options.js';

/** What the sections of the suite share: the open store, fresh keys, and the clearing up afterwards. */
export interface ComplianceContext {
  readonly options: Required<Omit<StoreComplianceOptions, 'selectors'>>;
  readonly selector: StoreSelector;
  readonly family: StoreFamily;
  readonly store: VersionedStore;
  readonly capabilities: StoreCapabilities;
  /** A key that no test had before and that is removed in the end: letters and digits, then `suffix` as it is. */
  key(suffix?: Uint8Array): Uint8Array;
  /** A table name that nothing else uses. */
  table(): string;
  /** Has the key removed from that store in the end. */
  removeLater(store: VersionedStore, key: Uint8Array): void;
}

/** A {@link ComplianceContext} before its store is open; sections use it inside their tests only. */
export class ComplianceRun implements ComplianceContext {
  readonly options: ComplianceContext['options'];
  readonly selector: StoreSelector;
  readonly #run = Math.random().toString(36).slice(2, 10).padEnd(8, '0');
  readonly #leftovers: { store: VersionedStore; key: Uint8Array }[] = [];
  #family: StoreFamily | undefined;
  #store: VersionedStore | undefined;
  #made = 0;

  constructor(options: ComplianceContext['options'], selector: StoreSelector) {
    this.options = options;
    this.selector = selector;
  }

  async open(): Promise<void> {
    this.#family = await this.options.openFamily();
    this.#store = await this.#family.open(this.selector);
  }

  get family(): StoreFamily {
    return this.#family ?? notOpen();
  }

  get store(): VersionedStore {
    return this.#store ?? notOpen();
  }

  get capabilities(): StoreCapabilities {
    return this.store.capabilities;
  }

  key(suffix: Uint8Array = new Uint8Array()): Uint8Array {
    const prefix = new TextEncoder().encode(`c${this.#run}k${++this.#made}.`);
    const key = new Uint8Array(prefix.length + suffix.length);
    key.set(prefix);
    key.set(suffix, prefix.length);
    this.removeLater(this.store, key);
    return key;
  }

  table(): string {
    return `c${this.#run}t${++this.#made}`;
  }

  removeLater(store: VersionedStore, key: Uint8Array): void {
    this.#leftovers.push({ store, key: key.slice() });
  }

  /** Removes what the tests wrote and closes the family. A store that a test closed keeps what it has. */
  async close(): Promise<void> {
    for (const { store, key } of this.#leftovers) await store.remove(key).catch(() => undefined);
    await this.#family?.close();
  }
}

function notOpen(): never {
  throw new Error('the store under test did not open');
}
