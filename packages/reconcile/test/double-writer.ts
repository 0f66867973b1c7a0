import type { Clock, VersionedStore } from '@kvtwin/versioned-value';

/** How a {@link DoubleWriter} works. */
export interface DoubleWriterOptions {
  readonly first: VersionedStore;
  readonly second: VersionedStore;
  readonly clock: Clock;
  readonly random: () => number;
  /** Names the keys that it may write; it makes up others on its own. */
  readonly pickKey: () => string;
  /** The second side follows the first within this time, in milliseconds. */
  readonly lagMs: number;
}

/**
 * Writes both sides as a healthy caller does: the first, then within `lagMs` the second. One write of a key at a time;
 * any number of keys at once. A third of the writes are removals, a third creations of keys that nobody knows.
 */
export class DoubleWriter {
  readonly #options: DoubleWriterOptions;
  readonly #inFlight = new Set<string>();
  #made = 0;
  #writes = 0;

  constructor(options: DoubleWriterOptions) {
    this.#options = options;
  }

  get writes(): number {
    return this.#writes;
  }

  /** Begins a write every few milliseconds until the signal fires, and waits for those on their way. */
  async run(everyMs: number, until: AbortSignal): Promise<void> {
    const running = new Set<Promise<void>>();
    while (!until.aborted) {
      const write = this.#write().finally(() => running.delete(write));
      running.add(write);
      await this.#options.clock.sleep(everyMs);
    }
    await Promise.all(running);
  }

  async #write(): Promise<void> {
    const { clock, first, lagMs, pickKey, random, second } = this.#options;
    const kind = random();
    const name = kind < 0.33 ? `made ${this.#made++}` : pickKey();
    if (this.#inFlight.has(name)) return;
    this.#inFlight.add(name);
    this.#writes++;
    const key = new TextEncoder().encode(name);
    const value = new TextEncoder().encode(`written ${this.#writes}`);
    const removal = kind > 0.66 && random() < 0.5;
    const apply = async (store: VersionedStore): Promise<void> => {
      await (removal ? store.remove(key) : store.put(key, value));
    };
    await apply(first);
    await clock.sleep(Math.floor(random() * lagMs));
    await apply(second);
    this.#inFlight.delete(name);
  }
}
