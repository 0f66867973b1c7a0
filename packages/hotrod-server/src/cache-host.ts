import type { ProtocolVersion, RequestMessage, Topology } from '@kvtwin/hotrod-protocol';
import { ClientListeners } from './client-listeners.js';
import { EmbeddedCache } from './embedded-cache.js';
import { EntryVersionSource } from './entry-version-source.js';
import type { HostedCache } from './hosted-cache.js';
import { InMemoryCache } from './in-memory-cache.js';
import { Iterations } from './iterations.js';
import type { ResolvedAuthOptions, ResolvedServerOptions } from './server-options.js';

/** What a node of a cluster knows of the cluster; a server of its own has none. */
export interface ClusterView {
  /** The members as a cache sees them; undefined for a cache that only its node knows of. */
  topologyOf(cacheName: string): Topology | undefined;
  /** Hears of every request before it is carried out. */
  onRequest(message: RequestMessage): void;
}

/** All that requests work on: the caches, which the nodes of a cluster share, and what one node has for itself. */
export interface CacheHost {
  readonly iterations: Iterations;
  readonly listeners: ClientListeners;
  /** Listeners past this many are refused. */
  readonly maxListeners: number;
  readonly cluster: ClusterView | undefined;
  /** Name of the default cache, if there is one. */
  readonly defaultCache: string | undefined;
  /** The newest protocol that is claimed and taken. */
  readonly maxVersion: ProtocolVersion;
  /** Who may log in; undefined: nobody has to. */
  readonly auth: ResolvedAuthOptions | undefined;
  readonly startedMs: number;
  nowMs(): number;
  find(name: string): HostedCache | undefined;
  /** Drops what has expired, looking at up to `budget` entries of each cache. */
  sweep(budget: number): void;
}

/** Creates the caches that the options name, empty. */
export function openCaches(
  options: Pick<ResolvedServerOptions, 'caches' | 'clock' | 'seed'>,
): ReadonlyMap<string, HostedCache> {
  const nowMs = (): number => options.clock.nowMs();
  const versions = new EntryVersionSource(options.seed);
  return new Map(
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
}

/** One node's hold on the caches. */
export function openCacheHost(
  options: Omit<ResolvedServerOptions, 'caches' | 'seed' | 'host' | 'port'>,
  caches: ReadonlyMap<string, HostedCache>,
  cluster?: ClusterView,
): CacheHost {
  const nowMs = (): number => options.clock.nowMs();
  const iterations = new Iterations({ maxOpen: options.limits.maxIterations, nowMs });
  return {
    iterations,
    listeners: new ClientListeners(),
    maxListeners: options.limits.maxListeners,
    cluster,
    defaultCache: options.defaultCache,
    maxVersion: options.maxVersion,
    auth: options.auth,
    startedMs: nowMs(),
    nowMs,
    find: (name) => caches.get(name),
    sweep(budget) {
      iterations.dropExpired();
      for (const { cache } of caches.values()) {
        cache.sweep(budget);
      }
    },
  };
}
