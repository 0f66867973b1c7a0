import { openBackend } from '@kvtwin/proxy';
import { MemoryRegistry, StoreError, type StoreSelector, type VersionedStore } from '@kvtwin/versioned-value';
import { withoutCredentials } from '../sides/without-credentials.js';
import type { BenchData, BenchTarget } from './bench-target.js';

/** Keys written or removed at a time, before and after the measurement. */
const bulkInFlight = 64;
/**
 * Keys of a bench that was killed are gone after so long by themselves, where the store can do that: longer than any
 * bench takes.
 */
const lifespanMs = 25 * 3_600_000;
/** Removing gives up on a target after so many failures in a row. */
const maxFailures = 3;

/** Opens a store as a target: gets and puts of keys that begin with `data.prefix`. The caller closes it. */
export async function openStoreTarget(
  url: string,
  selector: StoreSelector,
  data: BenchData,
): Promise<BenchTarget> {
  const { family } = await openBackend(url, { memory: new MemoryRegistry() });
  try {
    const store = await family.open(selector);
    return new StoreTarget(withoutCredentials(url), store, data, () => family.close());
  } catch (error) {
    await family.close();
    throw error;
  }
}

class StoreTarget implements BenchTarget {
  readonly kinds = ['get', 'put'] as const;
  readonly #keys: readonly Uint8Array[];
  readonly #write: { readonly lifespanMs?: number };
  #prepared = 0;

  constructor(
    readonly name: string,
    readonly store: VersionedStore,
    readonly data: BenchData,
    readonly close: () => Promise<void>,
  ) {
    const encoder = new TextEncoder();
    this.#keys = Array.from({ length: data.keys }, (_, at) => encoder.encode(`${data.prefix}${at}`));
    this.#write = store.capabilities.lifespan ? { lifespanMs } : {};
  }

  async prepare(signal: AbortSignal): Promise<void> {
    const { timeoutMs, value } = this.data;
    await this.#forEachKey(async (key, at) => {
      signal.throwIfAborted();
      this.#prepared = Math.max(this.#prepared, at + 1);
      await this.store.put(key, value, { ...this.#write, signal, timeoutMs });
    });
  }

  run(kind: 'get' | 'put', at: number, signal: AbortSignal): Promise<unknown> {
    const key = this.#keys[at % this.#keys.length]!;
    const call = { signal, timeoutMs: this.data.timeoutMs };
    if (kind === 'put') return this.store.put(key, this.data.value, { ...this.#write, ...call });
    return this.store.get(key, call);
  }

  async cleanUp(): Promise<number> {
    let left = 0;
    let failedInARow = 0;
    await this.#forEachKey(async (key, at) => {
      if (at >= this.#prepared) return;
      if (failedInARow >= maxFailures) {
        left++;
        return;
      }
      try {
        await this.store.remove(key, { timeoutMs: this.data.timeoutMs });
        failedInARow = 0;
      } catch (error) {
        if (!StoreError.is(error)) throw error;
        failedInARow++;
        left++;
      }
    });
    return left;
  }

  async #forEachKey(run: (key: Uint8Array, at: number) => Promise<void>): Promise<void> {
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < this.#keys.length) {
        const at = next++;
        await run(this.#keys[at]!, at);
      }
    };
    await Promise.all(Array.from({ length: bulkInFlight }, worker));
  }
}
