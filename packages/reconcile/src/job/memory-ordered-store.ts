import { compareBytes } from '@kvtwin/bytes';
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
    const found: (readonly [Uint8Array, Uint8Array])[] = [];
    for (const [text, value] of this.#entries) {
      const key = fromByteString(text);
      if (compareBytes(key, from) >= 0 && compareBytes(key, to) < 0) found.push([key, value]);
    }
    yield found.sort(([one], [other]) => compareBytes(one, other));
  }
}
