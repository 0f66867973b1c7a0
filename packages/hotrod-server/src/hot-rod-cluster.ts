import { type ServerAddress, segmentOfKey, type Topology } from '@kvtwin/hotrod-protocol';
import { type CacheHost, openCacheHost, openCaches } from './cache-host.js';
import { authority, ClusterNode } from './cluster-node.js';
import {
  type HotRodClusterOptions,
  type ResolvedClusterOptions,
  resolveClusterOptions,
} from './cluster-options.js';
import { clusterTopology } from './cluster-topology.js';
import type { EmbeddedCache } from './embedded-cache.js';
import { embeddedCacheOf } from './embedded-cache-of.js';
import type { HostedCache } from './hosted-cache.js';
import { HotRodServerError } from './hot-rod-server-error.js';
import { ServerNode } from './server-node.js';

/**
 * Several nodes in one process that behave as one Infinispan cluster towards their clients: the entries of a cache are
 * the same at every node, each node tells clients who the members are and who owns which segment, and nodes come and go.
 *
 * ```
 *   client ──▶ node 0 :p0 ─┐
 *          ──▶ node 1 :p1 ─┼─▶ caches (one copy)      topology of each cache: members in order of joining,
 *          ──▶ node 2 :p2 ─┘                          segment s: member s mod n first, then the next ones
 * ```
 *
 * What is simulated is what clients can see. Rebalancing takes no time; entries are lost only where they would be for
 * good: when all the owners of a segment were killed, and when the last node goes.
 */
export class HotRodCluster implements AsyncDisposable {
  readonly #options: ResolvedClusterOptions;
  readonly #caches: ReadonlyMap<string, HostedCache>;
  readonly #nodes: ClusterNode[] = [];
  /** Those that clients are told of, in order of joining. */
  #members: ClusterNode[] = [];
  #topologies = new Map<string, Topology>();
  #changes = 0;
  readonly #ending = new AbortController();

  /**
   * Starts the nodes. Rejects with `HOTROD_SERVER_INVALID_OPTION` or `HOTROD_SERVER_LISTEN`, or with the signal's reason.
   */
  static async start(options: HotRodClusterOptions): Promise<HotRodCluster> {
    options.signal?.throwIfAborted();
    const cluster = new HotRodCluster(resolveClusterOptions(options));
    try {
      for (let count = 0; count < cluster.#options.nodes; count++) {
        await cluster.addNode();
        options.signal?.throwIfAborted();
      }
    } catch (error) {
      await cluster.close();
      throw error;
    }
    options.signal?.addEventListener('abort', () => void cluster.close(), {
      once: true,
      signal: cluster.#ending.signal,
    });
    return cluster;
  }

  private constructor(options: ResolvedClusterOptions) {
    this.#options = options;
    this.#caches = openCaches(options);
  }

  /** Every node that there ever was, by index; those that do not run among them. */
  get nodes(): readonly ClusterNode[] {
    return this.#nodes;
  }

  /** `hotrod://host:port,host:port`: the nodes that run. */
  get url(): string {
    const running = this.#nodes.filter((node) => node.running);
    return `hotrod://${running.map(authority).join(',')}`;
  }

  /** A node by its index; throws `HOTROD_SERVER_NO_SUCH_NODE`. */
  node(index: number): ClusterNode {
    const node = this.#nodes[index];
    if (node === undefined) {
      throw new HotRodServerError(
        'HOTROD_SERVER_NO_SUCH_NODE',
        `no node ${index}; there are 0 to ${this.#nodes.length - 1}`,
      );
    }
    return node;
  }

  /** A cache, for seeding and looking into; throws `HOTROD_SERVER_NO_SUCH_CACHE`. */
  cache(name: string): EmbeddedCache {
    return embeddedCacheOf(this.#caches, name);
  }

  /** What clients are told about a cache now; undefined for a local cache, and where there are no members. */
  topologyOf(cacheName: string): Topology | undefined {
    return this.#topologies.get(this.cache(cacheName).name);
  }

  /** The nodes that own a key of a cache, the primary first; none where the cache has no owners. */
  ownersOf(cacheName: string, key: Uint8Array): ClusterNode[] {
    const owners = this.topologyOf(cacheName)?.hash?.owners ?? [];
    return owners.length === 0
      ? []
      : owners[segmentOfKey(key, owners.length)]!.map((member) => this.#members[member]!);
  }

  /** Starts another node, on a free port, under the next index. */
  async addNode(): Promise<ClusterNode> {
    const host = this.#openHost(() => node);
    const server = await ServerNode.listen({ ...this.#options, port: 0 }, host);
    const index = this.#nodes.length;
    const address: ServerAddress = { host: this.#options.host, port: server.port };
    const node = new ClusterNode(index, address, this.#options.advertise({ index, ...address }), server);
    this.#nodes.push(node);
    await this.#joinUnlessEnded(node);
    return node;
  }

  /**
   * Starts a node that was stopped or killed, on its old port; it joins as the youngest member. Nothing happens where it
   * runs. Rejects with `HOTROD_SERVER_LISTEN` where the port was taken meanwhile.
   */
  async startNode(index: number): Promise<void> {
    const node = this.node(index);
    if (!node.running) {
      const options = { ...this.#options, port: node.port };
      const host = this.#openHost(() => node);
      node.revive(await ServerNode.listen(options, host, node.faults));
      await this.#joinUnlessEnded(node);
    }
  }

  /**
   * A node leaves the cluster and goes on answering: what a client sees of one that is being shut down while requests are
   * under way. `stopNode()` ends it, `joinNode()` takes it back.
   */
  leaveNode(index: number): void {
    const node = this.node(index);
    this.#leave((member) => member === node);
  }

  /** Makes a node that runs a member again, the youngest one; nothing happens where it is one, or does not run. */
  joinNode(index: number): void {
    const node = this.node(index);
    if (node.running) {
      this.#join(node);
    }
  }

  /**
   * Stops a node gracefully: the others' clients hear that it left, its own connections get what was already answered
   * and are ended, at the latest after `deadlineMs` (2,000 by default). Its entries stay with the others.
   */
  async stopNode(index: number, options: { readonly deadlineMs?: number } = {}): Promise<void> {
    const node = this.node(index);
    const server = node.takeServer();
    this.#leave((member) => member === node);
    await server?.close(options);
    this.#forgetIfNobodyIsLeft();
  }

  /**
   * Kills a node: its connections are reset and its port refuses. Entries are lost whose owners are all dead now. With
   * `detected: false` the others have not noticed yet: clients are still told of the node, until `detectFailures()`.
   */
  async killNode(index: number, options: { readonly detected?: boolean } = {}): Promise<void> {
    const node = this.node(index);
    const server = node.takeServer();
    this.#loseSegmentsOfTheDead();
    if (options.detected ?? true) {
      this.#leave((member) => member === node);
    }
    await server?.kill();
    this.#forgetIfNobodyIsLeft();
  }

  /** The cluster notices which of its members are dead. */
  detectFailures(): void {
    this.#leave((member) => !member.running);
  }

  /** Ends all nodes, and then holds nothing any more that keeps the process alive. May be called again. */
  async close(options: { readonly deadlineMs?: number } = {}): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#nodes.map((node) => node.takeServer()?.close(options)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #openHost(nodeOfHost: () => ClusterNode): CacheHost {
    return openCacheHost(this.#options, this.#caches, {
      topologyOf: (cacheName) => this.#topologies.get(cacheName),
      onRequest: (message) => {
        const node = nodeOfHost();
        const topology = this.#topologies.get(message.header.cacheName || (this.#options.defaultCache ?? ''));
        node.requests.note(message, topology, this.#members.indexOf(node));
      },
    });
  }

  async #joinUnlessEnded(node: ClusterNode): Promise<void> {
    if (this.#ending.signal.aborted) {
      await node.takeServer()?.close();
    } else {
      this.#join(node);
    }
  }

  #join(node: ClusterNode): void {
    // A killed node that nobody noticed comes back as itself: it is in its old place, as a member that was suspected.
    if (!this.#members.includes(node)) {
      this.#setMembers([...this.#members, node]);
    }
  }

  #leave(hasLeft: (node: ClusterNode) => boolean): void {
    const staying = this.#members.filter((node) => !hasLeft(node));
    if (staying.length < this.#members.length) {
      this.#setMembers(staying);
    }
  }

  #setMembers(members: ClusterNode[]): void {
    this.#members = members;
    this.#changes++;
    this.#topologies = new Map();
    const servers = members.map((node) => node.advertised);
    for (const layout of this.#options.layouts) {
      const topology = clusterTopology(layout, servers);
      if (topology !== undefined) {
        const topologyId = this.#options.topologyId?.(layout.name, this.#changes) ?? topology.topologyId;
        this.#topologies.set(layout.name, { ...topology, topologyId });
      }
    }
  }

  #loseSegmentsOfTheDead(): void {
    for (const { name, mode } of this.#options.layouts) {
      const owners = mode === 'distributed' ? (this.#topologies.get(name)?.hash?.owners ?? []) : [];
      for (const [segment, indexes] of owners.entries()) {
        if (indexes.every((member) => !this.#members[member]!.running)) {
          this.#caches.get(name)!.cache.forgetSegment(segment);
        }
      }
    }
  }

  #forgetIfNobodyIsLeft(): void {
    if (this.#nodes.every((node) => !node.running)) {
      for (const { cache } of this.#caches.values()) {
        cache.clear();
      }
    }
  }
}
