import { setTimeout as pause } from 'node:timers/promises';
import { CallBudget } from '../call-budget.js';
import { checkCallOptions } from '../check-call-options.js';
import { HotRodError } from '../hotrod-error.js';
import type { CacheCallOptions, CacheWriteOptions } from './cache-call-options.js';
import type { CacheEntry } from './cache-entry.js';

/** What an update function returns to leave the entry as it is. */
export const UNCHANGED: unique symbol = Symbol('unchanged');

/**
 * Options of `cache.update()`. `timeoutMs` and `signal` limit all attempts together, and what the function takes with them.
 * Without `timeoutMs` each request has the client's limit, and the function may take its time.
 */
export interface UpdateOptions extends CacheWriteOptions {
  /**
   * How often the value is computed anew because another writer came first. Default 64: of that many writers at the same
   * moment the last one still gets its turn.
   */
  readonly maxAttempts?: number;
}

/** What an update function makes of an entry: a new value, undefined to remove it, {@link UNCHANGED} to leave it. */
export type Updated<V> = V | undefined | typeof UNCHANGED;

const DEFAULT_MAX_ATTEMPTS = 64;
/** So many attempts follow each other at once; then pauses begin, at random and longer each time, up to the longest. */
const EAGER_ATTEMPTS = 3;
const LONGEST_PAUSE_MS = 50;

/** What an update needs of a cache. */
export interface ComparedAndSet<K, V> {
  readonly name: string;
  getEntry(key: K, options?: CacheCallOptions): Promise<CacheEntry<V> | undefined>;
  setIfAbsent(key: K, value: V, options?: CacheWriteOptions): Promise<boolean>;
  replaceIf(key: K, value: V, version: bigint, options?: CacheWriteOptions): Promise<boolean>;
  deleteIf(key: K, version: bigint, options?: CacheCallOptions): Promise<boolean>;
}

/** What {@link updateEntry} takes from outside. */
export interface UpdateEnvironment {
  /** 0 up to 1. */
  readonly random: () => number;
}

/** Compare-and-set until nobody else has written in between. Answers what the entry holds then. */
export async function updateEntry<K, V>(
  cache: ComparedAndSet<K, V>,
  key: K,
  change: (entry: CacheEntry<V> | undefined) => Updated<V> | Promise<Updated<V>>,
  options: UpdateOptions,
  { random }: UpdateEnvironment,
): Promise<V | undefined> {
  checkCallOptions(options);
  const { maxAttempts = DEFAULT_MAX_ATTEMPTS, timeoutMs: _, signal: __, ...write } = options;
  if (!Number.isInteger(maxAttempts) || maxAttempts < 1) {
    throw new HotRodError(`maxAttempts is ${maxAttempts}; give a whole number from 1 on`, {
      code: 'HOTROD_INVALID_ARGUMENT',
    });
  }
  if (typeof change !== 'function') {
    throw new HotRodError(`an update needs a function of the entry, not ${typeof change}`, {
      code: 'HOTROD_INVALID_ARGUMENT',
    });
  }
  const budget = new CallBudget(options);
  for (let attempt = 1; ; attempt++) {
    const entry = await cache.getEntry(key, { ...write, ...budget.rest });
    const value = await budget.within(Promise.resolve(change(entry)), cache.name);
    if (value === UNCHANGED) return entry?.value;
    budget.check(cache.name);
    const rest = { ...write, ...budget.rest };
    if (await tryWrite(cache, key, value, entry, rest)) return value;
    if (attempt >= maxAttempts) throw conflict(cache.name, maxAttempts);
    if (attempt >= EAGER_ATTEMPTS) await pause(random() * Math.min(LONGEST_PAUSE_MS, 2 ** attempt));
    budget.check(cache.name);
  }
}

/** Whether nobody was faster. Nothing where nothing was is done already. */
async function tryWrite<K, V>(
  cache: ComparedAndSet<K, V>,
  key: K,
  value: V | undefined,
  entry: CacheEntry<V> | undefined,
  options: CacheWriteOptions,
): Promise<boolean> {
  if (value === undefined) return entry === undefined || cache.deleteIf(key, entry.version, options);
  return entry === undefined
    ? cache.setIfAbsent(key, value, options)
    : cache.replaceIf(key, value, entry.version, options);
}

function conflict(cache: string, attempts: number): HotRodError {
  return new HotRodError(
    `the update lost against other writers ${attempts} times; raise maxAttempts, or let fewer write this key at a time`,
    { code: 'HOTROD_CONFLICT', operation: 'update', cache, retryable: true },
  );
}
