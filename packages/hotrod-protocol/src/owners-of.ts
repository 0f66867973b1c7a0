import type { ServerAddress, Topology } from './topology.js';

/** The one hash function that `segmentOfKey` knows. */
const ROUTABLE_HASH_FUNCTION = 3;

/**
 * The servers that hold a segment, the primary owner first. None where the topology does not say, or where its hash
 * function is not the one of `segmentOfKey`: any server will do then.
 */
export function ownersOf(topology: Topology, segment: number): ServerAddress[] {
  const { hash, servers } = topology;
  if (hash?.functionVersion !== ROUTABLE_HASH_FUNCTION) {
    return [];
  }
  return (hash.owners[segment] ?? []).flatMap((index) => servers[index] ?? []);
}
