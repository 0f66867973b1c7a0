import { StoreError, type StoreType, toByteString } from '@kvtwin/versioned-value';
import { within } from '../http/within.js';

/**
 * A writer goes on once none before it has ended for so long. Healthy sides answer in milliseconds; a silent one must not hold
 * up those who come after.
 */
export const turnPatienceMs = 1000;

/**
 * Longest wait behind writers who do end: then a key is written more often than its sides can take it, and the write is
 * refused, unsent. Twice what a silent side may take.
 */
export const turnLimitMs = 10_000;

/** What the turns of a key are called. */
export function turnOf(type: StoreType, table: string, key: Uint8Array): string {
  return `${type}${table}\0${toByteString(key)}`;
}

/** Those who write one key. */
interface KeyTurns {
  /** Resolves with true when whoever came last is done, and all before it. */
  last: Promise<true> | undefined;
  /** How many are done. */
  ended: number;
}

/**
 * Lets the writes of one key go one after the other. A write reaches the first side, then the second; two that overlap
 * could reach them in different orders and leave the sides different.
 *
 * ```
 *   writer 1   first ─ second ┐
 *   writer 2                  └ first ─ second ┐
 *   writer 3                                   └ …      or when for `turnPatienceMs` nobody was done
 * ```
 *
 * Bounded patience makes it an effort, not a lock: behind a side that does not answer, writes overlap as before; all but
 * additions, for two upon one number could not be told apart later. Writers that go through another proxy are not seen here.
 */
export class WriteTurns {
  readonly #keys = new Map<string, KeyTurns>();
  readonly #patienceMs: number;
  readonly #limitMs: number;

  constructor(patienceMs = turnPatienceMs, limitMs = turnLimitMs) {
    this.#patienceMs = patienceMs;
    this.#limitMs = limitMs;
  }

  /** Keys with a write under way. */
  get size(): number {
    return this.#keys.size;
  }

  /**
   * Runs `work` when the writers before it are done, or patience is over if it may overlap; settles as `work` does. Rejects with
   * STORE_OVERLOADED where its turn does not come in time.
   */
  async run<T>(
    key: string,
    work: () => Promise<T>,
    { mayOverlap = true }: { readonly mayOverlap?: boolean } = {},
  ): Promise<T> {
    const turns = this.#keys.get(key) ?? { last: undefined, ended: 0 };
    this.#keys.set(key, turns);
    const before = turns.last;
    let done = (_: true): void => undefined;
    const mine = new Promise<true>((resolve) => {
      done = resolve;
    });
    turns.last = mine;
    const finish = (): void => {
      done(true);
      if (turns.last === mine) this.#keys.delete(key);
    };
    try {
      if (before !== undefined && !(await this.#comes(turns, before, mayOverlap)))
        throw tooMany(this.#limitMs);
      return await work();
    } finally {
      turns.ended++;
      if (before === undefined) finish();
      else void before.then(finish);
    }
  }

  /** Whether it is time to go; false: it does not come. */
  async #comes(turns: KeyTurns, before: Promise<true>, mayOverlap: boolean): Promise<boolean> {
    for (let waitedMs = 0; waitedMs < this.#limitMs; waitedMs += this.#patienceMs) {
      const { ended } = turns;
      if ((await within(before, this.#patienceMs)) === true) return true;
      if (mayOverlap && turns.ended === ended) return true;
    }
    return false;
  }
}

function tooMany(limitMs: number): StoreError {
  return new StoreError(`too many writes of this key: the turn did not come within ${limitMs} ms`, {
    code: 'STORE_OVERLOADED',
    store: 'proxy',
    operation: 'write',
  });
}
