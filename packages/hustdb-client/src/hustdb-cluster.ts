import {
  encodeKeyText,
  latin1ToBytes,
  nodesOf,
  parseTableFile,
  type TableFile,
} from '@kvtwin/hustdb-protocol';
import type { Two } from '@kvtwin/versioned-value';
import type { HustDbCallOptions, HustDbClientOptions } from './client-options.js';
import { HustDbClientError } from './hustdb-client-error.js';
import type { HustDbHa } from './hustdb-ha.js';
import { HustDbNode } from './hustdb-node.js';

/** How the nodes of a cluster are reached; the same for each. */
export type HustDbClusterOptions = Omit<HustDbClientOptions, 'host' | 'port'>;

/** The nodes that hold a key. */
export interface RoutedNodes {
  /** Asked one after the other until one has it; the first two are compared by `get2` and its like. */
  readonly read: readonly HustDbNode[];
  /** Written one after the other: first and second master. */
  readonly write: Two<HustDbNode>;
}

/**
 * Finds the nodes of a key by a cluster's table, as a front does, and keeps a client of each. What is written by it is routed as
 * the front routes it, so both may be used side by side.
 */
export class HustDbCluster {
  readonly #table: TableFile;
  readonly #nodes: ReadonlyMap<string, HustDbNode>;

  /** `table`: the text of `hustdbtable.json`. Throws `HUSTDB_INVALID_TABLE`, or `HUSTDB_INVALID_URL` for bad options. */
  constructor(table: string, options: HustDbClusterOptions = {}) {
    this.#table = parsed(table);
    this.#nodes = new Map(this.#table.hosts.map((host) => [host, nodeOf(host, options)]));
  }

  /** With the table that a front serves. Rejects with `HUSTDB_INVALID_TABLE` where it has none. */
  static async fromFront(
    front: HustDbHa,
    options: HustDbClusterOptions = {},
    call?: HustDbCallOptions,
  ): Promise<HustDbCluster> {
    return new HustDbCluster((await front.getTable(call)) ?? '', options);
  }

  /** Every node of the table, in the order of its first place there. */
  get nodes(): readonly HustDbNode[] {
    return [...this.#nodes.values()];
  }

  /** Of a kv key, a hash's field, or a key of the cache. Throws `HUSTDB_INVALID_REQUEST` for a key that HustDB cannot keep. */
  ofKey(key: Uint8Array): RoutedNodes {
    try {
      return this.#of(latin1ToBytes(encodeKeyText(key)));
    } catch (error) {
      const context = { server: 'the cluster', operation: 'route', mayHaveBeenApplied: false };
      throw HustDbClientError.fromProtocol(error, context);
    }
  }

  /** Of a set's member. Each member of a set has its own. */
  ofMember(member: Uint8Array): RoutedNodes {
    return this.#of(member);
  }

  /** Of a whole sorted set, by its name. */
  ofSortedSet(table: string): RoutedNodes {
    return this.#of(new TextEncoder().encode(table));
  }

  /** Closes the client of every node. Idempotent. */
  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.close()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #of(routed: Uint8Array): RoutedNodes {
    const { read, write } = nodesOf(this.#table, routed);
    const at = (host: string): HustDbNode => this.#nodes.get(host)!;
    return { read: read.map(at), write: [at(write[0]), at(write[1])] };
  }
}

function parsed(table: string): TableFile {
  try {
    return parseTableFile(table);
  } catch (error) {
    throw HustDbClientError.fromProtocol(error, {
      server: 'the cluster',
      operation: 'get_table',
      mayHaveBeenApplied: false,
    });
  }
}

function nodeOf(address: string, options: HustDbClusterOptions): HustDbNode {
  const at = address.lastIndexOf(':');
  const host = address.slice(0, at).replace(/^\[|\]$/g, '');
  return new HustDbNode({ ...options, host, port: Number(address.slice(at + 1)) });
}
