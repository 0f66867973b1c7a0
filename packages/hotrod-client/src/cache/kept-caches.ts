import type { Cache } from './cache.js';

/** Names of caches that are kept; with more of them, the callers' names may be made up, and none are. */
const MOST_NAMES = 256;
/** Pairs of codecs that are kept for one name. */
const MOST_PAIRS = 4;

interface Kept {
  readonly key: unknown;
  readonly value: unknown;
  readonly cache: Cache<unknown, unknown>;
}

/** The caches that a client has made, for callers who ask for theirs at each call: making one costs more than a call. */
export class KeptCaches {
  readonly #byName = new Map<string, Kept[]>();

  /** The cache of that name with the very same codecs, as `make` makes it. */
  cacheOf(
    name: string,
    { key, value }: { readonly key: unknown; readonly value: unknown },
    make: () => Cache<unknown, unknown>,
  ): Cache<unknown, unknown> {
    const pairs = this.#byName.get(name);
    if (pairs !== undefined) {
      for (const kept of pairs) if (kept.key === key && kept.value === value) return kept.cache;
    }
    const cache = make();
    if (pairs === undefined) {
      if (this.#byName.size >= MOST_NAMES) this.#byName.clear();
      this.#byName.set(name, [{ key, value, cache }]);
    } else {
      if (pairs.length >= MOST_PAIRS) pairs.shift();
      pairs.push({ key, value, cache });
    }
    return cache;
  }
}
