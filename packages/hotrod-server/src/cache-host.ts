import type { ProtocolVersion } from '@kvtwin/hotrod-protocol';
import { EmbeddedCache } from './embedded-cache.js';
import { EntryVersionSource } from './entry-version-source.js';
import { InMemoryCache } from './in-memory-cache.js';
import { Iterations } from './iterations.js';
import type { ResolvedAuthOptions, ResolvedCacheOptions, ResolvedServerOptions } from './server-options.js';

/** What remote callers did with one cache since the server started; seeding does not count. */
export interface CacheCounters {
  stores: number;
  hits: number;
  misses: number;
  removeHits: number;
  removeMisses: number;
}

/** A cache with what the server knows about it. */
export interface HostedCache {
  readonly cache: InMemoryCache;
  readonly options: ResolvedCacheOptions;
  readonly counters: CacheCounters;
  readonly direct: EmbeddedCache;
}

/** All that requests work on: the caches and the open iterations of one server. */
export interface CacheHost {
  readonly iterations: Iterations;
  /** Name of the default cache, if there is one. */
  readonly defaultCache: string | undefined;
  /** The newest protocol that is claimed and taken. */
  readonly maxVersion: ProtocolVersion;
  /** Who may log in; undefined: nobody has to. */
  readonly auth: ResolvedAuthOptions | undefined;
  readonly startedMs: number;
  nowMs(): number;
  find(name: string): HostedCache | undefined;
  names(): string[];
  /** Drops what has expired, looking at up to `budget` entries of each cache. */
  sweep(budget: number): void;
}

/** Creates the caches that the options name, empty. */
export function openCacheHost(options: ResolvedServerOptions): CacheHost {
  const nowMs = (): number => options.clock.nowMs();
  const versions = new EntryVersionSource(options.seed);
  const iterations = new Iterations({ maxOpen: options.limits.maxIterations, nowMs });
  const caches = new Map(
    Array.from(options.caches, ([name, cacheOptions]) => {
      const { segments, maxEntries, maxBytes } = cacheOptions;
      const cache = new InMemoryCache({ name, segments, maxEntries, maxBytes, nowMs, versions });
      const hosted: HostedCache = {
        cache,
        options: cacheOptions,
        counters: { stores: 0, hits: 0, misses: 0, removeHits: 0, removeMisses: 0 },
        direct: new EmbeddedCache(cache, cacheOptions),
      };
      return [name, hosted] as const;
    }),
  );
  return {
    iterations,
    defaultCache: options.defaultCache,
    maxVersion: options.maxVersion,
    auth: options.auth,
    startedMs: nowMs(),
    nowMs,
    find: (name) => caches.get(name),
    names: () => [...caches.keys()],
    sweep(budget) {
      iterations.dropExpired();
      for (const { cache } of caches.values()) {
        cache.sweep(budget);
      }
    },
  };
}
