import { HotRodCluster, type HotRodClusterOptions } from '@kvtwin/hotrod-server';
import { freePort, startRudeServer } from '@kvtwin/testkit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startSplittingRelay } from '../test/splitting-relay.js';
import {
  type ClientEvents,
  codecs,
  formatServerAddress,
  HotRodClient,
  type HotRodClientOptions,
  HotRodError,
} from './index.js';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const quick: HotRodClientOptions = { reconnectMinMs: 5, reconnectMaxMs: 50 };

async function startCluster(options: Partial<HotRodClusterOptions> = {}): Promise<HotRodCluster> {
  const cluster = await HotRodCluster.start({ caches: { c: {} }, ...options });
  closers.push(() => cluster.close());
  return cluster;
}

async function connect(url: string, options: HotRodClientOptions = {}): Promise<HotRodClient> {
  const client = await HotRodClient.connect(url, { ...quick, ...options });
  closers.push(() => client.close());
  return client;
}

/** A busy machine may take its time. */
function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, 10_000);
}

/** Connected to every member, and sure how keys are stored. */
async function settled(client: HotRodClient, cluster: HotRodCluster, cache = 'c'): Promise<void> {
  const running = cluster.nodes.filter((node) => node.running).length;
  await eventually(async () => {
    await client.cache(cache).get('warm-up');
    const { servers } = client.topology(cache);
    expect(servers.filter(({ connected }) => connected)).toHaveLength(running);
  });
  await client.cache(cache).get('warm-up');
  for (const node of cluster.nodes) node.requests.reset();
}

const keys = Array.from({ length: 200 }, (_, at) => `key-${at}`);
const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

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

describe('the addresses given', () => {
  it('are not all waited for, one after the other', async () => {
    const cluster = await startCluster({ nodes: 1 });
    const silent = await Promise.all([1, 2].map(() => startRudeServer({ kind: 'silent' })));
    for (const server of silent) closers.push(() => server.close());
    const servers = [...silent.map(({ address }) => address), `127.0.0.1:${cluster.node(0).port}`];
    const client = await HotRodClient.connect({ ...quick, servers, connectTimeoutMs: 60_000 });
    closers.push(() => client.close());
    expect(await client.cache('c').get('k')).toBeUndefined();
    expect(cluster.node(0).connections).toBe(1);
  });

  it('are tried while the first of them resets every connection', async () => {
    const cluster = await startCluster({ nodes: 1 });
    const rude = await startRudeServer({ kind: 'reset' });
    closers.push(() => rude.close());
    const client = await connect(`hotrod://${rude.address},127.0.0.1:${cluster.node(0).port}`);
    await Promise.all(keys.map((key) => client.cache('c').set(key, 'v')));
    expect(rude.accepted).toBeGreaterThan(0);
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

describe('nodes that die', () => {
  it('cost no call, and are used again when they are back', async () => {
    const cluster = await startCluster();
    const client = await connect(cluster.url, { timeoutMs: 10_000 });
    await settled(client, cluster);
    const c = client.cache('c');
    await Promise.all(keys.map((key) => c.set(key, 'v')));
    const reads = Promise.all(keys.map((key) => c.get(key)));
    await cluster.killNode(2, { detected: false });
    expect(await reads).toEqual(keys.map(() => 'v'));
    expect(await Promise.all(keys.map((key) => c.get(key)))).toEqual(keys.map(() => 'v'));
    cluster.detectFailures();
    await Promise.all(keys.map((key) => c.set(key, 'w')));
    expect(client.topology('c').servers).toHaveLength(2);
    await cluster.startNode(2);
    await settled(client, cluster);
    expect(await Promise.all(keys.map((key) => c.get(key)))).toEqual(keys.map(() => 'w'));
    expect(cluster.node(2).requests.keys.primary).toBeGreaterThan(0);
  });

  it('are found again without anybody calling, where the cluster did not notice', async () => {
    const cluster = await startCluster();
    const client = await connect(cluster.url);
    await settled(client, cluster);
    await cluster.killNode(1, { detected: false });
    await eventually(() => expect(client.topology('c').servers[1]?.connected).toBe(false));
    await cluster.startNode(1);
    await eventually(() => expect(client.topology('c').servers[1]?.connected).toBe(true));
  });

  it('are used again for a cache that was not looked at meanwhile', async () => {
    const cluster = await startCluster({ caches: { c: {}, other: {} } });
    const client = await connect(cluster.url);
    await settled(client, cluster);
    await settled(client, cluster, 'other');
    await cluster.killNode(2);
    await client.cache('other').get('k');
    expect(client.topology('other').servers).toHaveLength(2);
    await cluster.startNode(2);
    expect(cluster.topologyOf('c')?.topologyId).toBe(client.topology('c').topologyId);
    cluster.node(2).requests.reset();
    await eventually(async () => {
      await Promise.all(keys.map((key) => client.cache('c').get(key)));
      expect(cluster.node(2).requests.keys.primary).toBeGreaterThan(0);
    });
  });

  it('may be all of them: the client is there when they are', async () => {
    const cluster = await startCluster();
    const client = await connect(cluster.url);
    await settled(client, cluster);
    const c = client.cache('c');
    await c.set('k', 'v');
    for (const index of [0, 1, 2]) await cluster.stopNode(index);
    await eventually(async () => expect((await failureOf(c.get('k'))).code).toBe('HOTROD_CONNECT'));
    const calls = keys.map((key) => failureOf(c.set(key, 'v', { timeoutMs: 1_000 })));
    for (const { code, mayHaveBeenApplied } of await Promise.all(calls)) {
      expect(['HOTROD_CONNECT', 'HOTROD_TIMEOUT']).toContain(code);
      expect(mayHaveBeenApplied).toBe(false);
    }
    for (const index of [2, 1, 0]) await cluster.startNode(index);
    await eventually(async () => expect(await c.get('k')).toBeUndefined());
    await settled(client, cluster);
    await Promise.all(keys.map((key) => c.set(key, 'v')));
    expect(sum(cluster.nodes.map(({ requests }) => requests.keys.primary))).toBe(keys.length);
  });

  it('may all be replaced, one after the other', async () => {
    const cluster = await startCluster({ nodes: 2 });
    const client = await connect(cluster.url);
    const c = client.cache('c');
    await c.set('k', 'v');
    for (const old of [0, 1]) {
      await cluster.addNode();
      await c.get('k');
      await eventually(() =>
        expect(client.topology('c').servers.every(({ connected }) => connected)).toBe(true),
      );
      await cluster.stopNode(old);
      expect(await c.get('k')).toBe('v');
    }
    await settled(client, cluster);
    expect(cluster.nodes.map((node) => node.connections)).toEqual([0, 0, 1, 1]);
    expect(await c.get('k')).toBe('v');
  });

  it('may all be gone while others listen at the addresses given', async () => {
    const port = await freePort();
    const cluster = await startCluster({
      nodes: 2,
      advertise: ({ host, port: own }) => ({ host, port: own }),
    });
    const servers = [
      `127.0.0.1:${port}`,
      `127.0.0.1:${cluster.node(0).port}`,
      `127.0.0.1:${cluster.node(1).port}`,
    ];
    const client = await HotRodClient.connect({ ...quick, servers });
    closers.push(() => client.close());
    await settled(client, cluster);
    await cluster.close();
    const next = await HotRodCluster.start({ nodes: 1, caches: { c: {} } });
    closers.push(() => next.close());
    const relay = await startSplittingRelay(next.node(0).port, 65_536, port);
    closers.push(() => relay.close());
    await eventually(async () => expect(await client.cache('c').get('k')).toBeUndefined());
    expect(client.topology('c').servers.map(formatServerAddress)).toEqual([`127.0.0.1:${next.node(0).port}`]);
  });
});

describe('servers that refuse', () => {
  it.each([
    [0x87, 'HOTROD_NODE_SUSPECTED'],
    [0x88, 'HOTROD_ILLEGAL_LIFECYCLE'],
  ])('with status %i are passed over by what may be repeated', async (status, code) => {
    const cluster = await startCluster();
    const client = await connect(cluster.url);
    await settled(client, cluster);
    const c = client.cache('c');
    await c.set('k', 'v');
    const owner = cluster.ownersOf('c', codecs.text.encode('k'))[0];
    owner?.faults.inject({ status, message: 'not here, not now' }, { operation: 'get', times: 10 });
    expect(await c.get('k')).toBe('v');
    owner?.faults.inject({ status, message: 'not here, not now' }, { operation: 'put' });
    await c.set('k', 'w');
    owner?.faults.inject({ status, message: 'not here, not now' }, { operation: 'putIfAbsent' });
    expect(await failureOf(c.setIfAbsent('k', 'x'))).toMatchObject({
      code,
      status,
      mayHaveBeenApplied: true,
    });
    expect(client.stats().retries).toBe(2);
  });

  it('all of them, end a call with their answer', async () => {
    const cluster = await startCluster({ nodes: 2 });
    const client = await connect(cluster.url);
    await settled(client, cluster);
    for (const node of cluster.nodes) {
      node.faults.inject({ status: 0x88, message: 'stopping' }, { operation: 'get', times: 100 });
    }
    expect((await failureOf(client.cache('c').get('k'))).code).toBe('HOTROD_ILLEGAL_LIFECYCLE');
    expect(client.stats().retries).toBe(3);
  });
});

describe('a server that does not answer', () => {
  it('holds up its own calls only, and is passed over as long as it is silent', async () => {
    const cluster = await startCluster({ nodes: 2, owners: 2 });
    const client = await connect(cluster.url, { timeoutMs: 400, connectTimeoutMs: 400 });
    await settled(client, cluster);
    const c = client.cache('c');
    await Promise.all(keys.map((key) => c.set(key, 'v')));
    cluster.node(0).faults.holdReplies();
    const results = await Promise.allSettled(keys.map((key) => c.get(key)));
    const failed = results.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(failed.length).toBe(countOf(keys, cluster, 0));
    for (const { reason } of failed) expect(reason).toMatchObject({ code: 'HOTROD_TIMEOUT' });
    await eventually(async () =>
      expect(await Promise.all(keys.map((key) => c.get(key)))).toHaveLength(keys.length),
    );
    cluster.node(0).faults.releaseReplies();
    await settled(client, cluster);
    expect(await Promise.all(keys.map((key) => c.get(key)))).toEqual(keys.map(() => 'v'));
    expect(cluster.node(0).requests.keys.primary).toBeGreaterThan(0);
  });
});

describe('a server that stands still', () => {
  it('is left for another one, in time for the calls that wait for it', async () => {
    const cluster = await startCluster({ nodes: 2 });
    const client = await connect(cluster.url, { timeoutMs: 15_000, connectTimeoutMs: 500 });
    await settled(client, cluster);
    const c = client.cache('c');
    await Promise.all(keys.map((key) => c.set(key, 'v')));
    cluster.node(0).faults.holdReplies();
    const lost = once(client, 'disconnect');
    expect(await Promise.all(keys.map((key) => c.get(key)))).toEqual(keys.map(() => 'v'));
    expect((await lost).why).toContain('even to a ping');
  });

  it('is waited for where there is no other', async () => {
    const cluster = await startCluster({ nodes: 1 });
    const client = await connect(cluster.url, { timeoutMs: 15_000, connectTimeoutMs: 100 });
    await settled(client, cluster);
    cluster.node(0).faults.holdReplies();
    const pings = cluster.node(0).requests.count('ping');
    const read = client.cache('c').get('k');
    await eventually(() => expect(cluster.node(0).requests.count('ping')).toBeGreaterThan(pings));
    cluster.node(0).faults.releaseReplies();
    expect(await read).toBeUndefined();
    expect(cluster.node(0).connections).toBe(1);
  });
});

/** The next event of that name. */
function once<Name extends keyof ClientEvents>(
  client: HotRodClient,
  name: Name,
): Promise<ClientEvents[Name]> {
  return new Promise((resolve) => {
    const listener = (event: ClientEvents[Name]): void => {
      client.off(name, listener);
      resolve(event);
    };
    client.on(name, listener);
  });
}

/** Keys whose primary owner the node is. */
function countOf(some: readonly string[], cluster: HotRodCluster, index: number): number {
  return some.filter((key) => cluster.ownersOf('c', codecs.text.encode(key))[0]?.index === index).length;
}

async function failureOf(call: Promise<unknown>): Promise<HotRodError> {
  const thrown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (HotRodError.is(thrown)) return thrown;
  throw new Error('no HotRodError', { cause: thrown });
}
