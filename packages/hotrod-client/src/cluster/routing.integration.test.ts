import { describe, expect, it } from 'vitest';
import {
  closers,
  connect,
  countOf,
  eventually,
  failureOf,
  keys,
  quick,
  settled,
  startCluster,
  sum,
} from '../../test/cluster-fixture.js';
import { type ClientEvents, codecs, HotRodClient } from '../index.js';

describe('routing', () => {
  it('sends each key to its primary owner', async () => {
    const cluster = await startCluster();
    const client = await connect(cluster.url);
    await settled(client, cluster);
    const c = client.cache('c');
    for (const key of keys) await c.set(key, `value of ${key}`);
    await Promise.all(keys.map((key) => c.get(key)));
    await Promise.all(keys.map((key) => c.has(key)));
    await Promise.all(keys.map((key) => c.getEntry(key)));
    await Promise.all(keys.map((key) => c.setIfAbsent(key, 'w')));
    await Promise.all(keys.map((key) => c.delete(key)));
    const arrivals = cluster.nodes.map((node) => node.requests.keys);
    expect(sum(arrivals.map(({ primary }) => primary))).toBe(6 * keys.length);
    expect(sum(arrivals.map(({ backup, nonOwner }) => backup + nonOwner))).toBe(0);
    for (const { primary } of arrivals) expect(primary).toBeGreaterThan(keys.length);
    expect(cluster.nodes.map((node) => node.connections)).toEqual([1, 1, 1]);
  });

  it.each(['2.0', '2.5', '2.8', '2.9', '3.1', '4.0', '4.1'] as const)(
    'sends each key to its owner in protocol %s',
    async (protocol) => {
      const cluster = await startCluster({ nodes: 2, owners: 1 });
      const client = await connect(cluster.url, { protocol });
      await settled(client, cluster);
      await Promise.all(keys.map((key) => client.cache('c').get(key)));
      expect(cluster.nodes.map((node) => node.requests.keys.nonOwner)).toEqual([0, 0]);
    },
  );

  it('tells who owns a key, as the servers see it', async () => {
    const cluster = await startCluster({ segments: 20 });
    const client = await connect(cluster.url);
    expect(client.topology('c')).toMatchObject({ topologyId: undefined, segmentCount: 0 });
    expect(client.topology('c').ownersOf('k')).toEqual([]);
    await settled(client, cluster);
    const topology = client.topology('c');
    expect(topology).toMatchObject({ site: 'default', cache: 'c', segmentCount: 20 });
    expect(topology.topologyId).toBe(cluster.topologyOf('c')?.topologyId);
    for (const key of keys) {
      const bytes = codecs.text.encode(key);
      const owners = cluster.ownersOf('c', bytes).map(({ host, port }) => ({ host, port }));
      expect(topology.ownersOf(key)).toEqual(owners);
      expect(topology.ownersOf(bytes)).toEqual(owners);
    }
  });

  it('spreads what any server can do', async () => {
    const cluster = await startCluster();
    const client = await connect(cluster.url);
    await settled(client, cluster);
    for (let at = 0; at < 30; at++) await client.cache('c').size();
    for (const node of cluster.nodes) expect(node.requests.count('size')).toBe(10);
  });

  it('spreads keys too where it is told to ask for no owners', async () => {
    const cluster = await startCluster();
    const client = await connect(cluster.url, { intelligence: 'topology' });
    await settled(client, cluster);
    for (let at = 0; at < 30; at++) await client.cache('c').get('k');
    for (const node of cluster.nodes) expect(node.requests.count('get')).toBe(10);
    expect(client.topology('c')).toMatchObject({ segmentCount: 0 });
  });

  it('keeps to the servers given, in turn, where it is told to', async () => {
    const cluster = await startCluster();
    const [first, second] = cluster.nodes;
    const servers = [`127.0.0.1:${first?.port}`, `127.0.0.1:${second?.port}`];
    const client = await HotRodClient.connect({ ...quick, servers, intelligence: 'basic' });
    closers.push(() => client.close());
    await eventually(() => expect(client.topology('c').servers).toHaveLength(2));
    for (let at = 0; at < 20; at++) await client.cache('c').get('k');
    expect(cluster.nodes.map((node) => node.requests.count('get'))).toEqual([10, 10, 0]);
    expect(client.topology('c').topologyId).toBeUndefined();
  });

  it('knows each cache by itself', async () => {
    const caches = {
      c: {},
      r: { mode: 'replicated' },
      i: { mode: 'invalidation' },
      l: { mode: 'local' },
    } as const;
    const cluster = await startCluster({ caches });
    const client = await connect(cluster.url);
    for (const cache of ['c', 'r', 'i']) await settled(client, cluster, cache);
    await client.cache('l').set('k', 'v');
    expect(await client.cache('l').get('k')).toBe('v');
    const ids = ['c', 'r', 'i', 'l'].map((cache) => client.topology(cache).topologyId);
    expect(ids).toEqual(['c', 'r', 'i', 'l'].map((cache) => cluster.topologyOf(cache)?.topologyId));
    expect(client.topology('r').ownersOf('k')).toHaveLength(3);
    expect(client.topology('i').servers).toHaveLength(3);
    const asked = cluster.nodes.filter((node) => node.requests.count('put') > 0);
    expect(asked).toHaveLength(1);
  });

  it('takes no server for two, by whatever names it is called', async () => {
    const cluster = await startCluster({ nodes: 2 });
    const client = await connect(`hotrod://localhost:${cluster.node(0).port}`);
    await settled(client, cluster);
    expect(cluster.nodes.map((node) => node.connections)).toEqual([1, 1]);
  });

  it('splits calls about many keys by their owners, and keeps the order of the keys', async () => {
    const cluster = await startCluster();
    const client = await connect(cluster.url);
    await settled(client, cluster);
    const c = client.cache('c');
    await c.setMany(keys.map((key) => [key, `value of ${key}`]));
    const wanted = ['missing', ...keys, 'key-1'];
    const found = await c.getMany(wanted);
    expect([...found]).toEqual(keys.map((key) => [key, `value of ${key}`]));
    expect(cluster.nodes.map((node) => node.requests.count('putAll'))).toEqual([1, 1, 1]);
    expect(cluster.nodes.map((node) => node.requests.count('getAll'))).toEqual([1, 1, 1]);
    expect(await c.deleteMany(['missing', ...keys])).toBe(keys.length);
    const arrivals = cluster.nodes.map((node) => node.requests.keys);
    expect(sum(arrivals.map(({ backup, nonOwner }) => backup + nonOwner))).toBe(0);
    expect(await c.getMany([])).toEqual(new Map());
    await c.setMany([]);
  });

  it('says how much of a call about many keys was done', async () => {
    const cluster = await startCluster();
    const client = await connect(cluster.url, { retryWrites: false });
    await settled(client, cluster);
    const c = client.cache('c');
    const lost = countOf(keys, cluster, 1);
    cluster.node(1).faults.inject('reset-unapplied', { operation: 'putAll' });
    const failure = await failureOf(c.setMany(keys.map((key) => [key, 'v'])));
    expect(failure).toMatchObject({
      code: 'HOTROD_CONNECTION_LOST',
      mayHaveBeenApplied: true,
      retryable: true,
    });
    expect(failure.message).toContain(`failed for ${lost} of ${keys.length} keys`);
    expect((await c.getMany(keys)).size).toBe(keys.length - lost);
    cluster.node(1).faults.inject('reset-unapplied', { operation: 'getAll' });
    expect((await c.getMany(keys)).size).toBe(keys.length - lost);
  });

  it('keeps an iteration on its connection', async () => {
    const cluster = await startCluster();
    const client = await connect(cluster.url);
    const c = client.cache('c');
    await Promise.all(keys.map((key) => c.set(key, 'v')));
    const shown = new Set<string>();
    for await (const [key] of c.entries({ batchSize: 7 })) shown.add(key);
    expect(shown.size).toBe(keys.length);
    expect(sum(cluster.nodes.map((node) => node.requests.count('iterationStart')))).toBe(1);
    expect(cluster.nodes.filter((node) => node.requests.count('iterationNext') > 0)).toHaveLength(1);
  });
});

describe('a change of the topology', () => {
  it('opens one connection to a new node, however many calls are under way', async () => {
    const cluster = await startCluster({ nodes: 2 });
    const client = await connect(cluster.url);
    await settled(client, cluster);
    const changes: ClientEvents['topology'][] = [];
    client.on('topology', (event) => changes.push(event));
    const node = await cluster.addNode();
    const c = client.cache('c');
    await Promise.all(Array.from({ length: 50 }, (_, at) => c.get(`k${at}`)));
    await eventually(() =>
      expect(client.topology('c').servers.every(({ connected }) => connected)).toBe(true),
    );
    expect(node.connections).toBe(1);
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({ site: 'default', cache: 'c', segmentCount: 256 });
    for (const each of cluster.nodes) each.requests.reset();
    await Promise.all(keys.map((key) => c.get(key)));
    expect(sum(cluster.nodes.map(({ requests }) => requests.keys.primary))).toBe(keys.length);
    expect(cluster.nodes.map((each) => each.connections)).toEqual([1, 1, 1]);
  });

  it.each<[string, (cache: string, change: number) => number]>([
    ['small and growing, as before Infinispan 13', (_, change) => change],
    ['negative', (_, change) => -change * 100_000_007],
    ['the same for two states', (_, change) => change % 2],
  ])('is seen whatever the ids are: %s', async (_, topologyId) => {
    const cluster = await startCluster({ nodes: 2, topologyId });
    const client = await connect(cluster.url);
    await settled(client, cluster);
    await cluster.addNode();
    await settled(client, cluster);
    await cluster.killNode(0);
    await settled(client, cluster);
    await Promise.all(keys.map((key) => client.cache('c').set(key, 'v')));
    expect(sum(cluster.nodes.map(({ requests }) => requests.keys.nonOwner))).toBe(0);
  });

  it('logs in at a new node before any call goes there', async () => {
    const cluster = await startCluster({ nodes: 1, auth: { users: { u: 'p' } } });
    const client = await connect(cluster.url, { auth: { username: 'u', password: 'p' } });
    await settled(client, cluster);
    await cluster.addNode();
    for (let round = 0; round < 20; round++)
      await Promise.all(keys.slice(0, 50).map((key) => client.cache('c').get(key)));
    await settled(client, cluster);
    await Promise.all(keys.map((key) => client.cache('c').set(key, 'v')));
    expect(cluster.node(1).requests.keys.primary).toBeGreaterThan(0);
  });

  it('lets a node that leaves finish what it does', async () => {
    const cluster = await startCluster();
    const client = await connect(cluster.url);
    await settled(client, cluster);
    const c = client.cache('c');
    await Promise.all(keys.map((key) => c.set(key, `value of ${key}`)));
    const all = Promise.all(keys.map((key) => c.get(key)));
    await cluster.stopNode(1);
    expect(await all).toEqual(keys.map((key) => `value of ${key}`));
    expect(await Promise.all(keys.map((key) => c.get(key)))).toEqual(keys.map((key) => `value of ${key}`));
    expect(client.topology('c').servers).toHaveLength(2);
  });

  it('does not cut off an iteration', async () => {
    const cluster = await startCluster({ nodes: 2 });
    const client = await connect(cluster.url);
    const c = client.cache('c');
    await Promise.all(keys.map((key) => c.set(key, 'v')));
    const shown = new Set<string>();
    for await (const [key] of c.entries({ batchSize: 5 })) {
      shown.add(key);
      if (shown.size === 20) await cluster.addNode();
      await c.get(key);
    }
    expect(shown.size).toBe(keys.length);
  });
});

describe('addresses that only the cluster knows', () => {
  const inside = ({ index }: { readonly index: number }) => ({ host: '127.0.0.1', port: 1 + index });

  it('hold nobody up: the server that was reached goes on serving', async () => {
    const cluster = await startCluster({ advertise: inside });
    const client = await connect(cluster.node(0).url);
    const c = client.cache('c');
    await Promise.all(keys.map((key) => c.set(key, 'v')));
    expect(await Promise.all(keys.map((key) => c.get(key)))).toEqual(keys.map(() => 'v'));
    expect(client.topology('c').servers.map(({ port }) => port)).toEqual([1, 2, 3]);
    expect(cluster.nodes.map((node) => node.connections)).toEqual([1, 0, 0]);
    cluster.node(0).faults.resetConnections();
    await eventually(async () => expect(await c.get('key-1')).toBe('v'));
  });

  it('are reached by mapAddress', async () => {
    const cluster = await startCluster({ advertise: inside });
    const mapAddress = (host: string, port: number) => ({ host, port: cluster.node(port - 1).port });
    const client = await connect(cluster.node(0).url, { mapAddress });
    await settled(client, cluster);
    await Promise.all(keys.map((key) => client.cache('c').set(key, 'v')));
    expect(sum(cluster.nodes.map(({ requests }) => requests.keys.primary))).toBe(keys.length);
    expect(cluster.nodes.map((node) => node.connections)).toEqual([1, 1, 1]);
  });

  it('are taken as they are where mapAddress fails', async () => {
    const cluster = await startCluster();
    const mapAddress = () => {
      throw new Error('no such table');
    };
    const client = await connect(cluster.node(0).url, { mapAddress });
    await settled(client, cluster);
    expect(client.topology('c').servers).toHaveLength(3);
  });
});
