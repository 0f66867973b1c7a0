/** Hands items from producers to one consumer; a producer waits while `capacity` items are not yet taken. */
export class BoundedQueue<T> {
  readonly #items: T[] = [];
  readonly #waitingProducers: (() => void)[] = [];
  #waitingConsumer: (() => void) | undefined;
  #ended: { readonly error?: unknown } | undefined;

  constructor(private readonly capacity: number) {}

  /** Resolves once there was room. After the end the item is dropped. */
  async push(item: T): Promise<void> {
    while (this.#items.length >= this.capacity && this.#ended === undefined) {
      await new Promise<void>((resolve) => this.#waitingProducers.push(resolve));
    }
    if (this.#ended !== undefined) return;
    this.#items.push(item);
    this.#waitingConsumer?.();
  }

  /** Nothing more will come. With an error the consumer gets it at once, else after the items that are left. */
  end(error?: unknown): void {
    this.#ended ??= error === undefined ? {} : { error };
    if (error !== undefined) this.#items.length = 0;
    for (const resume of this.#waitingProducers.splice(0)) resume();
    this.#waitingConsumer?.();
  }

  /** The next item; `undefined` at the end. */
  async take(): Promise<T | undefined> {
    while (this.#items.length === 0) {
      if (this.#ended !== undefined) {
        if ('error' in this.#ended) throw this.#ended.error;
        return undefined;
      }
      await new Promise<void>((resolve) => {
        this.#waitingConsumer = resolve;
      });
      this.#waitingConsumer = undefined;
    }
    const item = this.#items.shift();
    this.#waitingProducers.shift()?.();
    return item;
  }
}
