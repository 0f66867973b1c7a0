/**
 * A walk through a cache. It can be gone through once; `break`, `close()` and `await using` end the server's cursor. A
 * walk that is given up without any of these is ended by the server after some minutes.
 */
export class CacheIteration<T> implements AsyncIterableIterator<T, undefined> {
  readonly #source: AsyncGenerator<T, void, undefined>;

  /** Made by `cache.entries()` and its like. Nothing is asked of the server before the first `next()`. */
  constructor(source: AsyncGenerator<T, void, undefined>) {
    this.#source = source;
  }

  /** The next one; `done` behind the last. */
  next(): Promise<IteratorResult<T, undefined>> {
    return this.#source.next() as Promise<IteratorResult<T, undefined>>;
  }

  /** Called by `break`. */
  async return(): Promise<IteratorResult<T, undefined>> {
    await this.#source.return();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Ends the server's cursor. */
  async close(): Promise<void> {
    await this.#source.return();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
