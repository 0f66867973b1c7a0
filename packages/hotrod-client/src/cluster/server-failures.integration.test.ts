import { HotRodCluster } from '@kvtwin/hotrod-server';
import { freePort, startRudeServer } from '@kvtwin/testkit';
import { describe, expect, it } from 'vitest';
import {
  closers,
  connect,
  countOf,
  eventually,
  failureOf,
  keys,
  once,
  quick,
  settled,
  startCluster,
  sum,
} from '../../test/cluster-fixture.js';
import { startSplittingRelay } from '../../test/splitting-relay.js';
import { codecs, formatServerAddress, HotRodClient } from '../index.js';

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

describe('a server that refuses the login', () => {
  it('is asked again by a call, and not all the time', async () => {
    const cluster = await startCluster({ nodes: 1, auth: { users: { u: 'right' } } });
    const wrong = await connect(cluster.url, { auth: { username: 'u', password: 'wrong' }, lazy: true });
    const right = await connect(cluster.url, { auth: { username: 'u', password: 'right' } });
    expect((await failureOf(wrong.cache('c').get('k'))).code).toBe('HOTROD_AUTH');
    const logins = cluster.node(0).requests.count('auth');
    for (const key of keys) await right.cache('c').set(key, 'v');
    expect(cluster.node(0).requests.count('auth')).toBe(logins);
    await eventually(async () => {
      expect((await failureOf(wrong.cache('c').get('k'))).code).toBe('HOTROD_AUTH');
      expect(cluster.node(0).requests.count('auth')).toBeGreaterThan(logins);
    });
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

describe('a server that is full', () => {
  it('lets only its own calls wait, or be refused', async () => {
    for (const overload of ['wait', 'reject'] as const) {
      const cluster = await startCluster({ nodes: 2 });
      const client = await connect(cluster.url, { maxInFlight: 4, overload });
      await settled(client, cluster);
      const c = client.cache('c');
      cluster.node(0).faults.holdReplies();
      const ownerOf = (key: string) => cluster.ownersOf('c', codecs.text.encode(key))[0]?.index;
      const there = keys
        .filter((key) => ownerOf(key) === 0)
        .map((key) => c.set(key, 'v').catch((error) => error.code));
      for (const key of keys.filter((each) => ownerOf(each) === 1)) await c.set(key, 'v');
      cluster.node(0).faults.releaseReplies();
      const refused = (await Promise.all(there)).filter((code) => code === 'HOTROD_OVERLOADED');
      expect(refused).toHaveLength(overload === 'wait' ? 0 : there.length - 4);
      expect(client.load).toEqual({ waiting: 0, waitingBytes: 0, inFlight: 0 });
    }
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
