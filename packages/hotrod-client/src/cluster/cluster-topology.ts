import { type MediaType, segmentOfKey, TEXT_PLAIN } from '@kvtwin/hotrod-protocol';
import type { ServerChannel } from '../connection/server-channel.js';
import type { ServerAddress } from '../options/server-address.js';
import type { CacheTopology } from './cache-topology.js';
import { storedKey, storedKeyForm } from './stored-key.js';

/** One server as a client sees it. */
export interface ClusterServer extends ServerAddress {
  /** Whether there is a connection to it at the moment. */
  readonly connected: boolean;
}

/** What a client knows of the servers of one cache. A snapshot: it does not change. */
export interface ClusterTopology {
  /** Name of the site in use. */
  readonly site: string;
  /** The cache that it is about; empty: the server's default cache. */
  readonly cache: string;
  /** Opaque; compare for equality only. Undefined while the servers have told nothing of the cache. */
  readonly topologyId: number | undefined;
  /** The members, as the client reaches them; while none are known, the servers that it is connected to. */
  readonly servers: readonly ClusterServer[];
  /** 0 where the servers tell no segments, or the client does not ask for them. */
  readonly segmentCount: number;
  /**
   * Who has a key, the primary owner first; empty where that is not known. Text is taken as `text/plain`, as `codecs.text`
   * sends it; bytes as the cache stores them.
   */
  ownersOf(key: string | Uint8Array): readonly ServerAddress[];
}

/** Where topologies come from. */
export interface TopologySource {
  readonly site: string;
  readonly channels: Iterable<ServerChannel>;
  topologyOf(cacheName: string): CacheTopology<ServerChannel> | undefined;
}

/** What is known of a cache now. */
export function clusterTopology(source: TopologySource, cache: string): ClusterTopology {
  const { site } = source;
  const known = source.topologyOf(cache);
  const channels =
    known?.members ?? [...source.channels].filter(({ connection }) => connection !== undefined);
  const { owners, storage, segmentCount = 0 } = known ?? {};
  const keyType = typeof storage === 'object' ? storage.keyType : undefined;
  return {
    site,
    cache,
    topologyId: known?.topologyId,
    servers: channels.map(({ address, connection }) => ({ ...address, connected: connection !== undefined })),
    segmentCount,
    ownersOf: (key) => {
      const stored = typeof key === 'string' ? storedText(key, keyType) : key;
      if (owners === undefined || stored === undefined) return [];
      return (owners[segmentOfKey(stored, segmentCount)] ?? []).map(({ address }) => address);
    },
  };
}

function storedText(text: string, keyType: MediaType | undefined): Uint8Array | undefined {
  return storedKey(storedKeyForm(TEXT_PLAIN, keyType), new TextEncoder().encode(text));
}
