import { fromByteString, toByteString } from '@kvtwin/versioned-value';
import type { OrderedStore, OrderedWrite } from './ordered-store.js';

/** An {@link OrderedStore} that lives as long as its process: for tests, and for jobs that need not be resumed. */
export class MemoryOrderedStore implements OrderedStore {
  readonly #entries = new Map<string, Uint8Array>();

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#entries.get(toByteString(key));
  }

  async write(entries: readonly OrderedWrite[]): Promise<void> {
    for (const [key, value] of entries) {
      if (value === undefined) this.#entries.delete(toByteString(key));
      else this.#entries.set(toByteString(key), value.slice());
    }
  }

  async *range(
    from: Uint8Array,
    to: Uint8Array,
  ): AsyncGenerator<readonly (readonly [Uint8Array, Uint8Array])[]> {
    // A byte string is ordered as its bytes are.
    const [first, end] = [toByteString(from), toByteString(to)];
    const names = [...this.#entries.keys()].filter((name) => name >= first && name < end).sort();
    yield names.map((name) => [fromByteString(name), this.#entries.get(name)!] as const);
  }
}
