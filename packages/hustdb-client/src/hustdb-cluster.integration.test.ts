import { HustDbNode as EmbeddedNode } from '@kvtwin/hustdb-node';
import { makeTableFile, slotOf } from '@kvtwin/hustdb-protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { HustDbCluster } from './hustdb-cluster.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Three nodes in a ring: each is the first of one range and the second of the range before. */
async function ring(): Promise<{ cluster: HustDbCluster; nodes: EmbeddedNode[]; hosts: string[] }> {
  const nodes = [await EmbeddedNode.listen(), await EmbeddedNode.listen(), await EmbeddedNode.listen()];
  const hosts = nodes.map(({ port }) => `127.0.0.1:${port}`);
  const cluster = new HustDbCluster(makeTableFile(hosts), { timeoutMs: 10_000 });
  closers.push(...nodes.map((node) => () => node.close()), () => cluster.close());
  return { cluster, nodes, hosts };
}

describe('HustDbCluster', () => {
  it('finds both masters of a key by its text in a query, as a front does', async () => {
    const { cluster, nodes, hosts } = await ring();
    expect(cluster.nodes.map(({ server }) => server)).toEqual(hosts);
    for (const name of ['test_key', 'abc', 'key 1', 'café', 'hustdbhahashkey']) {
      const key = bytes(name);
      const { read, write } = cluster.ofKey(key);
      expect(read).toEqual(write);
      for (const node of write) await node.put({ key, value: bytes('v') });
      const holders = hosts.filter((_, at) => nodes[at]!.storage.read({ key }).outcome === 'found');
      expect(holders.sort()).toEqual(write.map(({ server }) => server).sort());
    }
    // The text is percent-encoded: slots 589 and 368.
    const first = (routed: string) => Math.floor(slotOf(bytes(routed)) / 256);
    const ranges = [0, 1, 2, 2];
    expect(cluster.ofKey(bytes('key 1')).write[0].server).toBe(hosts[ranges[first('key%201')]!]);
    expect(cluster.ofKey(bytes('café')).write[0].server).toBe(hosts[ranges[first('caf%C3%A9')]!]);
  });

  it('routes a set by member and a sorted set by name', async () => {
    const { cluster } = await ring();
    const spread = new Set(
      Array.from({ length: 40 }, (_, at) => cluster.ofMember(bytes(`${at}-${at * at}`)).write[0].server),
    );
    expect(spread.size).toBe(3);
    expect(cluster.ofSortedSet('hustdbhazsettb').write).toEqual(
      cluster.ofMember(bytes('hustdbhazsettb')).write,
    );
  });

  it.each([
    ['', 'HUSTDB_INVALID_TABLE'],
    ['{"table":[]}', 'HUSTDB_INVALID_TABLE'],
  ])('refuses the table %j', (table, code) => {
    expect(() => new HustDbCluster(table)).toThrow(expect.objectContaining({ code }));
  });

  it('refuses a key that a node would cut', async () => {
    const { cluster } = await ring();
    expect(() => cluster.ofKey(bytes('a?b'))).toThrow(
      expect.objectContaining({ code: 'HUSTDB_INVALID_REQUEST' }),
    );
  });
});
