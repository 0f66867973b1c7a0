import type { InfinispanCluster, InfinispanNode } from '../src/index.js';

interface Distribution {
  readonly owners: readonly { readonly node_name: string; readonly primary: boolean }[];
}

type Holdings = readonly { readonly node_name: string; readonly memory_entries: number }[];

/**
 * The nodes that have a key of a cache of texts, the primary owner first, as the servers themselves say. The key must
 * have an entry. (Of caches that store something else, Infinispan 16.0.7 answers for another key.)
 */
export async function ownersOfText(
  cluster: InfinispanCluster,
  cacheName: string,
  key: string,
): Promise<InfinispanNode[]> {
  const { owners } = (await ask(cluster, `${cacheName}/${encodeURIComponent(key)}`)) as Distribution;
  return [...owners]
    .sort((a, b) => Number(b.primary) - Number(a.primary))
    .map(({ node_name }) => nodeOf(cluster, node_name));
}

/** The nodes that hold entries of a cache in their memory. */
export async function holdersOf(cluster: InfinispanCluster, cacheName: string): Promise<InfinispanNode[]> {
  const holdings = (await ask(cluster, cacheName)) as Holdings;
  return holdings
    .filter(({ memory_entries }) => memory_entries > 0)
    .map(({ node_name }) => nodeOf(cluster, node_name));
}

async function ask(cluster: InfinispanCluster, path: string): Promise<unknown> {
  const url = `http://127.0.0.1:${cluster.nodes[0]!.port}/rest/v2/caches/${path}?action=distribution`;
  const answer = await fetch(url, { headers: { 'Key-Content-Type': 'text/plain' } });
  if (!answer.ok) throw new Error(`${url} gives ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

function nodeOf(cluster: InfinispanCluster, name: string): InfinispanNode {
  const node = cluster.nodes.find((each) => each.name === name);
  if (node === undefined) throw new Error(`nobody is called ${name}`);
  return node;
}
