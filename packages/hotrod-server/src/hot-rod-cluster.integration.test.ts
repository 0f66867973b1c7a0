import { connect } from 'node:net';
import { operations, segmentOfKey, type Topology } from '@kvtwin/hotrod-protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { WireConnection } from '../test/wire-connection.js';
import type { HotRodClusterOptions } from './cluster-options.js';
import { HotRodCluster } from './hot-rod-cluster.js';

const text = new TextEncoder();
const open: AsyncDisposable[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) {
    await each[Symbol.asyncDispose]();
  }
});

async function start(options: Partial<HotRodClusterOptions> = {}): Promise<HotRodCluster> {
  const cluster = await HotRodCluster.start({ caches: { c: {} }, ...options });
  open.push(cluster);
  return cluster;
}

async function connectTo(port: number): Promise<WireConnection> {
  const connection = await WireConnection.open(port);
  open.push(connection);
  return connection;
}

/** What a ping of a client with this topology id is told. */
async function told(
  connection: WireConnection,
  { cacheName = 'c', intelligence = 3, topologyId = -1 } = {},
): Promise<Topology | undefined> {
  const message = await connection.ask(operations.ping, { cacheName, intelligence, topologyId }, {});
  return message.kind === 'reply' ? message.topology : undefined;
}

function refused(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
  });
}

describe('HotRodCluster', () => {
  it('tells a hash-aware client who the members are and who owns which segment', async () => {
    const cluster = await start({ segments: 20 });
    const topology = await told(await connectTo(cluster.node(1).port));
    expect(topology?.servers).toEqual(cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port })));
    expect(topology?.hash).toMatchObject({ functionVersion: 3, segmentCount: 20 });
    expect(topology?.hash?.owners).toHaveLength(20);
    expect(topology?.hash?.owners.every((owners) => new Set(owners).size === 2)).toBe(true);
    expect(topology).toEqual(cluster.topologyOf('c'));
    const key = text.encode('hello');
    const [primary] = topology!.hash!.owners[segmentOfKey(key, 20)]!;
    expect(cluster.ownersOf('c', key)[0]).toBe(cluster.node(primary!));
  });

  it('tells no more than a client of its intelligence understands, and nothing that it knows', async () => {
    const cluster = await start({
      caches: { c: {}, alone: { mode: 'local' }, inv: { mode: 'invalidation' } },
    });
    const connection = await connectTo(cluster.node(0).port);
    const { topologyId } = cluster.topologyOf('c')!;
    expect(await told(connection, { intelligence: 1 })).toBeUndefined();
    expect((await told(connection, { intelligence: 2 }))?.servers).toHaveLength(3);
    expect((await told(connection, { intelligence: 2 }))?.hash).toBeUndefined();
    expect(await told(connection, { topologyId })).toBeUndefined();
    expect(await told(connection, { cacheName: 'alone' })).toBeUndefined();
    const invalidation = await told(connection, { cacheName: 'inv' });
    expect(invalidation?.hash).toEqual({ functionVersion: 0, segmentCount: 0, owners: [] });
  });

  it('gives each cache a topology id of its own, and takes those that a test wants', async () => {
    const caches = { a: {}, b: {}, r: { mode: 'replicated' as const } };
    const cluster = await start({ caches });
    const ids = Object.keys(caches).map((name) => cluster.topologyOf(name)!.topologyId);
    expect(new Set(ids).size).toBe(3);
    expect(cluster.topologyOf('r')!.hash!.owners[7]).toHaveLength(3);
    const negative = await start({ caches, topologyId: (_, change) => -2_000_000_000 - change });
    const topology = await told(await connectTo(negative.node(2).port), { cacheName: 'a' });
    expect(topology?.topologyId).toBe(-2_000_000_003);
  });

  it('has the same entries at every node', async () => {
    const cluster = await start();
    const [first, second] = [await connectTo(cluster.node(0).port), await connectTo(cluster.node(1).port)];
    const [key, value] = [text.encode('k'), text.encode('v')];
    await first.reply(operations.put, { cacheName: 'c' }, { key, value });
    expect(await second.reply(operations.get, { cacheName: 'c' }, { key })).toMatchObject({ value });
    expect(cluster.cache('c').get(key)?.value).toEqual(value);
  });

  it('counts at each node what was asked, and whether keys came to their owners', async () => {
    const cluster = await start();
    const key = text.encode('hello');
    const value = key;
    const [primary, backup] = cluster.ownersOf('c', key);
    const other = cluster.nodes.find((node) => node !== primary && node !== backup)!;
    for (const node of [primary!, backup!, other]) {
      const connection = await connectTo(node.port);
      await connection.reply(operations.put, { cacheName: 'c' }, { key, value });
      await connection.reply(operations.getAll, { cacheName: 'c' }, { keys: [key, key] });
    }
    expect(primary!.requests.keys).toEqual({ primary: 3, backup: 0, nonOwner: 0 });
    expect(backup!.requests.keys).toEqual({ primary: 0, backup: 3, nonOwner: 0 });
    expect(other.requests.keys).toEqual({ primary: 0, backup: 0, nonOwner: 3 });
    expect([...other.requests.byOperation]).toEqual([
      ['put', 1],
      ['getAll', 1],
    ]);
    other.faults.inject({ status: 0x87, message: 'SuspectException' });
    await (await connectTo(other.port)).ask(operations.put, { cacheName: 'c' }, { key, value });
    expect(other.requests.count('put'), 'also where it was refused').toBe(2);
    other.requests.reset();
    expect([other.requests.total, other.requests.count('put')]).toEqual([0, 0]);
  });

  it('tells of a node that stops, and of its return on the same port', async () => {
    const cluster = await start();
    const connection = await connectTo(cluster.node(0).port);
    const before = (await told(connection))!;
    const leaving = cluster.node(2);
    const itsClient = await connectTo(leaving.port);
    await cluster.stopNode(2);
    await itsClient.closed;
    expect(await refused(leaving.port)).toBe('ECONNREFUSED');
    const without = (await told(connection, before))!;
    expect(without.servers).toEqual(before.servers.slice(0, 2));
    await cluster.startNode(2);
    expect((await told(connection, without))?.servers).toEqual(before.servers);
    expect((await told(await connectTo(leaving.port)))?.topologyId, 'the same members as before').toBe(
      before.topologyId,
    );
  });

  it('goes on answering at a node that has left, and takes it back', async () => {
    const cluster = await start();
    const connection = await connectTo(cluster.node(1).port);
    const before = (await told(connection))!;
    cluster.leaveNode(1);
    const without = (await told(connection, before))!;
    expect(without.servers).toEqual([before.servers[0], before.servers[2]]);
    const key = text.encode('k');
    cluster.cache('c').put(key, key);
    expect(await connection.reply(operations.get, { cacheName: 'c' }, { key })).toMatchObject({ value: key });
    expect(cluster.node(1).requests.keys).toEqual({ primary: 0, backup: 0, nonOwner: 1 });
    cluster.joinNode(1);
    expect((await told(connection, without))?.servers).toHaveLength(3);
  });

  it('resets the connections of a node that is killed, and names it until somebody notices', async () => {
    const cluster = await start();
    const connection = await connectTo(cluster.node(0).port);
    const itsClient = await connectTo(cluster.node(1).port);
    const before = (await told(connection))!;
    await cluster.killNode(1, { detected: false });
    await itsClient.closed;
    expect(await refused(cluster.node(1).port)).toBe('ECONNREFUSED');
    expect(await told(connection, before)).toBeUndefined();
    cluster.detectFailures();
    expect((await told(connection, before))?.servers).toEqual([before.servers[0], before.servers[2]]);
  });

  it('replaces all its nodes by others on other ports and keeps the entries', async () => {
    const cluster = await start({ nodes: 2 });
    const key = text.encode('k');
    cluster.cache('c').put(key, text.encode('v'));
    const old = cluster.nodes.map(({ port }) => port);
    await cluster.addNode();
    await cluster.addNode();
    await cluster.stopNode(0);
    await cluster.stopNode(1);
    const connection = await connectTo(cluster.node(3).port);
    const ports = (await told(connection))!.servers.map(({ port }) => port);
    expect(ports).toEqual([cluster.node(2).port, cluster.node(3).port]);
    expect(ports.some((port) => old.includes(port))).toBe(false);
    expect(await connection.reply(operations.get, { cacheName: 'c' }, { key })).toMatchObject({
      outcome: 'ok',
    });
    expect(cluster.url).toBe(`hotrod://127.0.0.1:${ports[0]},127.0.0.1:${ports[1]}`);
  });

  it('loses what it would lose for good: segments whose owners were all killed, and all with the last node', async () => {
    const cluster = await start({ nodes: 3, caches: { once: { owners: 1 }, twice: {} } });
    const key = text.encode('k');
    for (const name of ['once', 'twice']) {
      cluster.cache(name).put(key, key);
    }
    await cluster.killNode(cluster.ownersOf('once', key)[0]!.index);
    expect([cluster.cache('once').size, cluster.cache('twice').size]).toEqual([0, 1]);
    for (const { index } of cluster.nodes) {
      await cluster.stopNode(index);
    }
    expect(cluster.cache('twice').size).toBe(0);
    expect(cluster.topologyOf('twice')).toBeUndefined();
  });

  it('advertises other addresses than its own where it is told to', async () => {
    const cluster = await start({
      nodes: 2,
      advertise: ({ index }) => ({ host: `10.11.12.${index}`, port: 11222 }),
    });
    const topology = await told(await connectTo(cluster.node(0).port));
    expect(topology?.servers).toEqual([
      { host: '10.11.12.0', port: 11222 },
      { host: '10.11.12.1', port: 11222 },
    ]);
  });

  it('refuses options and indexes that make no sense', async () => {
    await expect(HotRodCluster.start({ caches: {}, nodes: 0 })).rejects.toMatchObject({
      code: 'HOTROD_SERVER_INVALID_OPTION',
    });
    await expect(HotRodCluster.start({ caches: { c: { owners: 0 } } })).rejects.toThrow('caches.c.owners');
    const odd = { caches: { c: { mode: 'scattered' as never } } };
    await expect(HotRodCluster.start(odd)).rejects.toThrow("caches.c.mode is 'scattered'");
    const slip = { caches: {}, node: 2 } as never;
    await expect(HotRodCluster.start(slip)).rejects.toThrow("no 'node'");
    const cluster = await start({ nodes: 1 });
    expect(() => cluster.node(1)).toThrow(expect.objectContaining({ code: 'HOTROD_SERVER_NO_SUCH_NODE' }));
  });

  it('ends with its signal, also where it is still starting', async () => {
    const controller = new AbortController();
    const starting = HotRodCluster.start({ caches: {}, signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(starting).rejects.toThrow('enough');
  });
});
