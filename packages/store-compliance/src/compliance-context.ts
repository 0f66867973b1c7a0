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
  /**
   * A value that the store takes, made from a text: the text itself; for a sorted set a score that differs as the text does;
   * for a set, which has none, an empty one.
   */
  value(text: string): Uint8Array;
  /** Whether the store takes any bytes as a value: neither a set nor a sorted set does. */
  readonly anyValue: boolean;
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

  get anyValue(): boolean {
    return this.selector.type === 'kv' || this.selector.type === 'hash';
  }

  value(text: string): Uint8Array {
    if (this.anyValue) return new TextEncoder().encode(text);
    return this.selector.type === 'set' ? new Uint8Array() : scoreOf(text);
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

/** A number that another text most likely does not have, as decimal text. */
function scoreOf(text: string): Uint8Array {
  let hash = 0n;
  for (const character of text)
    hash = BigInt.asIntN(62, hash * 1_000_003n + BigInt(character.codePointAt(0)!));
  return new TextEncoder().encode(hash.toString());
}

function notOpen(): never {
  throw new Error('the store under test did not open');
}
