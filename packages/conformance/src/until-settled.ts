import { setTimeout as pause } from 'node:timers/promises';
import { ClientIntelligence, type Topology } from '@kvtwin/hotrod-protocol';
import type { InfinispanNode } from './infinispan-node.js';
import { openRawConnection } from './raw-connection.js';

/** Owners of each segment in a cluster that has enough nodes, by the cache's name; see cluster.xml. */
const ownersOf = (cacheName: string): number => (cacheName.startsWith('single-') ? 1 : 2);
const POLL_MS = 100;

interface Health {
  readonly cluster_health: { readonly number_of_nodes: number };
  readonly cache_health: readonly { readonly status: string; readonly cache_name: string }[];
}

/** Waits until all of the nodes say that they are one cluster at rest; rejects with what is in the way after `limitMs`. */
export async function untilSettled(nodes: readonly InfinispanNode[], limitMs: number): Promise<void> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const obstacle = await firstObstacle(nodes);
    if (obstacle === undefined) return;
    if (Date.now() > deadline) throw new Error(`the cluster is not settled after ${limitMs} ms: ${obstacle}`);
    await pause(POLL_MS);
  }
}

async function firstObstacle(nodes: readonly InfinispanNode[]): Promise<string | undefined> {
  for (const node of nodes) {
    try {
      const obstacle = await obstacleAt(node, nodes.length);
      if (obstacle !== undefined) return `${node.name} ${obstacle}`;
    } catch (error) {
      return `${node.name} does not answer: ${error}`;
    }
  }
  return undefined;
}

async function obstacleAt(node: InfinispanNode, members: number): Promise<string | undefined> {
  const answer = await fetch(`http://127.0.0.1:${node.port}/rest/v2/container/health`);
  const { cluster_health, cache_health } = (await answer.json()) as Health;
  if (cluster_health.number_of_nodes !== members) {
    return `sees ${cluster_health.number_of_nodes} nodes instead of ${members}`;
  }
  const ailing = cache_health.find(({ status }) => status !== 'HEALTHY');
  if (ailing !== undefined) return `calls ${ailing.cache_name} ${ailing.status}`;
  const caches = cache_health.map(({ cache_name }) => cache_name).filter((name) => !isInternal(name));
  const connection = await openRawConnection({ port: node.port, version: '3.0', cacheName: '' });
  try {
    for (const cacheName of caches) {
      const intelligence = ClientIntelligence.HASH_DISTRIBUTION_AWARE;
      const { topology } = await connection.call('ping', {}, { cacheName, intelligence });
      const obstacle = obstacleIn(topology, members, ownersOf(cacheName));
      if (obstacle !== undefined) return `says of ${cacheName} that ${obstacle}`;
    }
  } finally {
    await connection.close();
  }
  return undefined;
}

function isInternal(cacheName: string): boolean {
  return cacheName.startsWith('___') || cacheName.startsWith('org.infinispan.');
}

function obstacleIn(topology: Topology | undefined, members: number, owners: number): string | undefined {
  // A local cache has none, and nothing to settle.
  if (topology === undefined) return undefined;
  if (topology.servers.length !== members) return `it has ${topology.servers.length} members`;
  const needed = Math.min(owners, members);
  const poor = topology.hash?.owners.findIndex((each) => each.length < needed) ?? -1;
  return poor < 0 ? undefined : `segment ${poor} lacks an owner`;
}
