import { configurationDir } from './infinispan-assembly.js';
import { InfinispanNode } from './infinispan-node.js';
import { CRASH_DETECTION_OFFSET, freeServerPorts } from './server-ports.js';
import { untilSettled } from './until-settled.js';

/** Options of {@link startInfinispanCluster}. */
export interface InfinispanClusterOptions {
  /** Name of the cluster, and the start of its nodes' names: `trio` has `trio-1`, `trio-2`, … */
  readonly name: string;
  /** Default 3. */
  readonly nodes?: number;
  /** Largest heap of each node. Default 256: three of them fit on a small machine. */
  readonly heapMb?: number;
  /** How long each node may take to serve; 120,000 by default. */
  readonly startLimitMs?: number;
  readonly log?: (line: string) => void;
}

/** A real cluster on 127.0.0.1 with the caches of cluster.xml, all of them in memory only. */
export interface InfinispanCluster {
  /** Each with its own port for good, running or not. */
  readonly nodes: readonly InfinispanNode[];
  /** `hotrod://` with the addresses of all of them. */
  readonly url: string;
  /** Starts those that do not run, and waits until they are one settled cluster. */
  start(): Promise<void>;
  /**
   * Waits until every running node sees all the running ones and no others, every segment of every cache has its full
   * number of owners, and nobody is moving entries. Rejects after `limitMs` (60,000 by default).
   */
  settled(limitMs?: number): Promise<void>;
  /** Stops all of them at once. */
  stop(): Promise<void>;
}

/** How long the first node of a cluster waits for others before it is one by itself; the server's own default is 2 s. */
const JOIN_TIMEOUT = '500ms';

/** Assembles the server if need be, starts the nodes and resolves once they are a settled cluster. */
export async function startInfinispanCluster(options: InfinispanClusterOptions): Promise<InfinispanCluster> {
  const nodes = await clusterNodes(options);
  const running = (): InfinispanNode[] => nodes.filter((node) => node.running);
  const cluster: InfinispanCluster = {
    nodes,
    url: `hotrod://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    start: async () => {
      const waiting = nodes.filter((node) => !node.running);
      // Nodes that start at once found clusters of their own, which takes long to mend; so one goes first.
      if (waiting.length === nodes.length) await waiting.shift()?.start();
      await Promise.all(waiting.map((node) => node.start()));
      await cluster.settled();
    },
    settled: (limitMs = 60_000) => untilSettled(running(), limitMs),
    stop: async () => {
      await Promise.all(nodes.map((node) => node.remove()));
    },
  };
  try {
    await cluster.start();
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

async function clusterNodes(options: InfinispanClusterOptions): Promise<InfinispanNode[]> {
  const ports = await freeServerPorts(options.nodes ?? 3);
  const hosts = ports.map(({ cluster }) => `127.0.0.1[${cluster}]`).join(',');
  return ports.map(({ endpoint, cluster }, index) => {
    const name = `${options.name}-${index + 1}`;
    return new InfinispanNode({
      name,
      port: endpoint,
      heapMb: options.heapMb ?? 256,
      startLimitMs: options.startLimitMs ?? 120_000,
      log: options.log ?? (() => undefined),
      configuration: {
        directory: configurationDir,
        file: 'cluster.xml',
        properties: {
          'kvtwin.cluster': options.name,
          'kvtwin.node': name,
          'kvtwin.port': String(endpoint),
          'kvtwin.cluster-port': String(cluster),
          'kvtwin.cluster-hosts': hosts,
          'jgroups.bind_addr': '127.0.0.1',
          'jgroups.fd.port-offset': String(CRASH_DETECTION_OFFSET),
          'jgroups.join_timeout': JOIN_TIMEOUT,
        },
      },
    });
  });
}
