import { type MediaType, type Topology, UNKNOWN_TOPOLOGY_ID } from '@kvtwin/hotrod-protocol';

/** The one hash function that `segmentOfKey` knows. */
const ROUTABLE_HASH_FUNCTION = 3;

/**
 * Who has which segment of one cache, as its cluster last told. `Server` is whatever stands for a member.
 *
 * Ids are compared for equality only: servers send hashes, half of them negative.
 */
export class CacheTopology<Server> {
  topologyId: number = UNKNOWN_TOPOLOGY_ID;
  /** Each server once, in the order of the list. */
  members: readonly Server[] = [];
  /** By segment, the primary owner first; undefined where the servers did not say, or hash in a way unknown here. */
  owners: readonly (readonly Server[])[] | undefined;
  segmentCount = 0;
  /** How the cache stores keys: not asked yet, being asked, or what the server said, be that nothing. */
  storage: 'unasked' | 'asking' | { readonly keyType: MediaType | undefined } = 'unasked';
  /** The connection that the topology came on. */
  #source = 0;

  constructor(readonly cacheName: string) {}

  /**
   * Whether a topology in a reply is to be applied. The reply may be older than what is known: it tells something new
   * only if its request named the topology in use, or if it came on the same connection, behind the one in use. What is
   * passed over comes again with the next reply.
   */
  isNews({ topologyId }: Topology, askedWith: number, connectionId: number): boolean {
    if (topologyId === this.topologyId) return false;
    return askedWith === this.topologyId || connectionId === this.#source;
  }

  /** Takes it as the one in use. `servers`: who stands for each server of the list; two may be the same. */
  apply({ topologyId, hash }: Topology, servers: readonly Server[], connectionId: number): void {
    this.topologyId = topologyId;
    this.members = [...new Set(servers)];
    this.#source = connectionId;
    const known = hash?.functionVersion === ROUTABLE_HASH_FUNCTION && hash.segmentCount > 0;
    this.segmentCount = known ? hash.segmentCount : 0;
    this.owners = known ? ownersBySegment(hash.owners, servers) : undefined;
  }
}

/** Segments with the same owners share one list: most caches have far fewer different ones than segments. */
function ownersBySegment<Server>(
  indexes: readonly (readonly number[])[],
  servers: readonly Server[],
): (readonly Server[])[] {
  const lists = new Map<string, readonly Server[]>();
  return indexes.map((owners) => {
    const name = owners.join();
    const list = lists.get(name) ?? [...new Set(owners.flatMap((index) => servers[index] ?? []))];
    lists.set(name, list);
    return list;
  });
}
