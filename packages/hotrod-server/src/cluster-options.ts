import type { ServerAddress } from '@kvtwin/hotrod-protocol';
import { checkCaches } from './check-names.js';
import { HotRodServerError } from './hot-rod-server-error.js';
import {
  CACHE_OPTIONS,
  type CacheOptions,
  type HotRodServerOptions,
  type ResolvedServerOptions,
  resolveServerOptions,
} from './server-options.js';

/** How a cluster keeps a cache. `invalidation`: clients learn the members but no owners; `local`: no topology at all. */
export type CacheMode = 'distributed' | 'replicated' | 'invalidation' | 'local';

/** One cache of a cluster. */
export interface ClusterCacheOptions extends CacheOptions {
  /** `distributed` by default. */
  readonly mode?: CacheMode;
  /** How many nodes own a segment of a distributed cache; 2 by default, as in Infinispan, or the cluster's `owners`. */
  readonly owners?: number;
}

/** Options of {@link HotRodCluster.start}. */
export interface HotRodClusterOptions
  extends Pick<
    HotRodServerOptions,
    'host' | 'defaultCache' | 'clock' | 'limits' | 'auth' | 'maxVersion' | 'seed' | 'signal'
  > {
  /** How many nodes are started, each on a free port; 3 by default. */
  readonly nodes?: number;
  /** The caches by name; every node serves them all. */
  readonly caches: Readonly<Record<string, ClusterCacheOptions>>;
  /** Owners per segment of caches that do not say it themselves; 2 by default. */
  readonly owners?: number;
  /** Segments of caches that do not say it themselves; 256 by default. */
  readonly segments?: number;
  /**
   * The address under which clients are told of a node; by default the one that it listens on. Another one stands for a
   * cluster behind containers or NAT, whose clients need `mapAddress`.
   */
  readonly advertise?: (node: { readonly index: number } & ServerAddress) => ServerAddress;
  /**
   * The topology id of a cache after its n-th change, a signed 32-bit number; by default a hash of the members and
   * owners, as in Infinispan since 13: negative half of the time, and the same again when the same members are back.
   */
  readonly topologyId?: (cacheName: string, change: number) => number;
}

/** What decides a cache's topology. */
export interface CacheLayout {
  readonly name: string;
  readonly mode: CacheMode;
  readonly owners: number;
  readonly segments: number;
}

/** The options with the defaults filled in. */
export interface ResolvedClusterOptions extends ResolvedServerOptions {
  readonly nodes: number;
  readonly layouts: readonly CacheLayout[];
  readonly advertise: NonNullable<HotRodClusterOptions['advertise']>;
  readonly topologyId: HotRodClusterOptions['topologyId'];
}

/** Fills in the defaults; throws `HOTROD_SERVER_INVALID_OPTION` naming the first option that is out of its range. */
export function resolveClusterOptions(options: HotRodClusterOptions): ResolvedClusterOptions {
  const { nodes = 3, owners = 2, segments, caches, advertise, topologyId, ...server } = options;
  checkCount('nodes', nodes, 1, 100);
  checkCount('owners', owners, 1, 100);
  checkCaches(caches, [...CACHE_OPTIONS, 'mode', 'owners']);
  const withSegments = Object.fromEntries(
    Object.entries(caches).map(([name, { mode: _, owners: __, ...cache }]) => [
      name,
      { ...cache, segments: cache.segments ?? segments },
    ]),
  );
  const resolved = resolveServerOptions({ ...server, caches: withSegments });
  const layouts = Object.entries(caches).map(([name, cache]) => {
    checkMode(`caches.${name}.mode`, cache.mode ?? 'distributed');
    checkCount(`caches.${name}.owners`, cache.owners ?? owners, 1, 100);
    return {
      name,
      mode: cache.mode ?? 'distributed',
      owners: cache.owners ?? owners,
      segments: resolved.caches.get(name)!.segments,
    };
  });
  return {
    ...resolved,
    nodes,
    layouts,
    advertise: advertise ?? (({ host, port }) => ({ host, port })),
    topologyId,
  };
}

const MODES: readonly CacheMode[] = ['distributed', 'replicated', 'invalidation', 'local'];

function checkMode(name: string, mode: CacheMode): void {
  if (MODES.includes(mode)) return;
  throw new HotRodServerError(
    'HOTROD_SERVER_INVALID_OPTION',
    `${name} is '${String(mode)}'; give one of ${MODES.join(', ')}`,
  );
}

function checkCount(name: string, value: number, least: number, most: number): void {
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw new HotRodServerError(
      'HOTROD_SERVER_INVALID_OPTION',
      `${name} is ${value}; give a whole number from ${least} to ${most}`,
    );
  }
}
