import type { MigrateTarget, TargetPlace } from '@kvtwin/reconcile';
import { CliError } from '../command-line/cli-error.js';
import type { Replica } from './replica.js';

/** One replica as a target, or the two masters of a pair, which are written one after the other. */
export function replicaTarget(replicas: readonly Replica[]): MigrateTarget {
  const maxLifespanMs = shortest(replicas);
  return {
    name: replicas.map(({ name }) => name).join(','),
    copies: replicas.length === 2 ? 2 : 1,
    ...(maxLifespanMs === undefined ? {} : { maxLifespanMs }),
    storesOf: (place) => Promise.all(replicas.map((replica) => replica.store(place))),
    shownAs: (place) => replicas[0]!.shownAs(place),
    async partsOf(places) {
      const shown = cachesOf(places.map((place) => replicas[0]!.shownAs(place)));
      const parts = shown.flatMap((place) =>
        replicas.map(async (replica) => ({
          ...(place.cache === undefined ? {} : { cache: place.cache }),
          ...(await replica.part(place)),
        })),
      );
      return Promise.all(parts);
    },
  };
}

function shortest(replicas: readonly Replica[]): number | undefined {
  const limits = replicas.flatMap(({ maxLifespanMs }) =>
    maxLifespanMs === undefined ? [] : [maxLifespanMs],
  );
  return limits.length === 0 ? undefined : Math.min(...limits);
}

/**
 * One place for each cache: what is read back of it must be read in the one way in which it was written. A CliError where a
 * mapping wants two ways for one cache.
 */
export function cachesOf(
  places: readonly TargetPlace[],
): readonly Pick<TargetPlace, 'cache' | 'layout' | 'mediaType'>[] {
  const caches = new Map<string, { cache?: string; layout?: TargetPlace['layout']; mediaType?: string }>();
  for (const { type, cache, layout, mediaType } of places) {
    const name = cache ?? '';
    const known = caches.get(name) ?? { ...(cache === undefined ? {} : { cache }) };
    caches.set(name, known);
    if (mediaType !== undefined) known.mediaType = agreed(known.mediaType, mediaType, 'mediaType', cache);
    if (type === 'kv' && layout !== undefined) known.layout = agreed(known.layout, layout, 'layout', cache);
  }
  return [...caches.values()] as readonly Pick<TargetPlace, 'cache' | 'layout' | 'mediaType'>[];
}

function agreed<T extends string>(
  known: T | undefined,
  wanted: T,
  what: string,
  cache: string | undefined,
): T {
  if (known === undefined || known === wanted) return wanted;
  const which = cache === undefined ? "the target URL's cache" : `cache ${cache}`;
  throw new CliError(`the mapping gives ${which} two kinds of ${what}: ${known} and ${wanted}`, {
    hint: 'give one of the two a cache of its own',
  });
}
