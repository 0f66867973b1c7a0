import { type StoreType, toByteString } from '@kvtwin/versioned-value';
import { within } from '../http/within.js';

/**
 * Longest wait for the writers before. Healthy sides answer in milliseconds, so hundreds of writers of one key get their
 * turn within it; a silent side must not hold up those who come after.
 */
export const turnPatienceMs = 1000;

/** What the turns of a key are called. */
export function turnOf(type: StoreType, table: string, key: Uint8Array): string {
  return `${type}${table}\0${toByteString(key)}`;
}

/**
 * Lets the writes of one key go one after the other. A write reaches the first side, then the second; two that overlap
 * could reach them in different orders and leave the sides different.
 *
 * ```
 *   writer 1   first ─ second ┐
 *   writer 2                  └ first ─ second ┐
 *   writer 3                                   └ …      at most `turnPatienceMs` after it came
 * ```
 *
 * Bounded patience makes it an effort, not a lock: behind a side that does not answer, writes overlap as before. Writers
 * that go through another proxy are not seen here.
 */
export class WriteTurns {
  readonly #last = new Map<string, Promise<void>>();
  readonly #patienceMs: number;

  constructor(patienceMs = turnPatienceMs) {
    this.#patienceMs = patienceMs;
  }

  /** Keys with a write under way. */
  get size(): number {
    return this.#last.size;
  }

  /** Runs `work` when the writer before it is done, or patience is over; settles as `work` does. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    let done = (): void => undefined;
    const mine = new Promise<void>((resolve) => {
      done = resolve;
    });
    this.#last.set(key, mine);
    try {
      if (before !== undefined) await within(before, this.#patienceMs);
      return await work();
    } finally {
      done();
      if (this.#last.get(key) === mine) this.#last.delete(key);
    }
  }
}
