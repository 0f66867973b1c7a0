import { encodeUtf8 } from '@kvtwin/bytes';
import { murmurHash3, type ServerAddress, type Topology } from '@kvtwin/hotrod-protocol';
import type { CacheLayout } from './cluster-options.js';

/** The segmented MurmurHash3 of Hot Rod 2.0 and later. */
const hashFunctionVersion = 3;

/** Who owns the segments of a cache: per segment the indexes of its owners among `members` nodes, the primary first. */
export function segmentOwners(layout: CacheLayout, members: number): number[][] {
  const copies = layout.mode === 'replicated' ? members : Math.min(layout.owners, members);
  return Array.from({ length: layout.segments }, (_, segment) =>
    Array.from({ length: copies }, (_, copy) => (segment + copy) % members),
  );
}

/** The topology of a cache among these members; undefined for a local cache. The id is a hash of all the rest. */
export function clusterTopology(
  layout: CacheLayout,
  servers: readonly ServerAddress[],
): Topology | undefined {
  if (layout.mode === 'local' || servers.length === 0) {
    return undefined;
  }
  const hash =
    layout.mode === 'invalidation'
      ? { functionVersion: 0, segmentCount: 0, owners: [] }
      : {
          functionVersion: hashFunctionVersion,
          segmentCount: layout.segments,
          owners: segmentOwners(layout, servers.length),
        };
  const topologyId = murmurHash3(encodeUtf8(JSON.stringify([layout.name, servers, hash])));
  return { topologyId, servers, hash };
}
