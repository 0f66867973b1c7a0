import { type CacheEvent, ListenerInterest, operations, RequestFlag } from '@kvtwin/hotrod-protocol';
import { ManualClock } from '@kvtwin/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { WireConnection } from '../test/wire-connection.js';
import { HotRodCluster } from './hot-rod-cluster.js';
import { HotRodServer } from './hot-rod-server.js';
import type { HotRodServerOptions } from './server-options.js';

const listenerId = Uint8Array.of(1, 2, 3);
const inCache = { cacheName: 'c' };
const open: AsyncDisposable[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) {
    await each[Symbol.asyncDispose]();
  }
});

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

async function listen(options: Partial<HotRodServerOptions> = {}): Promise<HotRodServer> {
  const server = await HotRodServer.listen({ caches: { c: {}, other: {} }, ...options });
  open.push(server);
  return server;
}

async function connectTo({ port }: { port: number }): Promise<WireConnection> {
  const connection = await WireConnection.open(port);
  open.push(connection);
  return connection;
}

async function nextEvent(connection: WireConnection): Promise<CacheEvent> {
  const message = await connection.next();
  if (message.kind !== 'event') {
    throw new Error(`not an event: ${message.kind}`);
  }
  return message.event;
}

function line(event: CacheEvent): string {
  return event.form === 'plain' ? `${event.type} ${new TextDecoder().decode(event.key)}` : event.type;
}

describe('a listener', () => {
  it('hears of what others do to its cache, in order, and of nothing else', async () => {
    const server = await listen();
    const [listener, writer] = [await connectTo(server), await connectTo(server)];
    await listener.reply(operations.addClientListener, inCache, { listenerId });
    const [key, value] = [bytes('k'), bytes('v')];
    await writer.reply(operations.put, { cacheName: 'other' }, { key, value });
    await writer.reply(operations.put, inCache, { key, value });
    await writer.reply(operations.put, inCache, { key, value });
    await writer.reply(operations.remove, inCache, { key });
    await writer.reply(operations.remove, inCache, { key });
    const silent = { ...inCache, flags: RequestFlag.SKIP_LISTENER_NOTIFICATION };
    await writer.reply(operations.put, silent, { key: bytes('silent'), value });
    server.cache('c').put(bytes('seed'), value);
    const events = [];
    for (let count = 0; count < 4; count++) {
      events.push(await nextEvent(listener));
    }
    expect(events.map(line)).toEqual(['created k', 'modified k', 'removed k', 'created seed']);
    const version = server.cache('c').get(bytes('seed'))!.version.token;
    const told = (events[3] as { entryVersion: bigint }).entryVersion;
    expect(BigInt.asUintN(64, told).toString(16).padStart(16, '0')).toBe(version);
    expect(events.every(({ messageId }) => messageId === 0)).toBe(true);
  });

  it('hears of entries that expire, when they are met and when the sweep comes by', async () => {
    const clock = new ManualClock();
    const server = await listen({ clock });
    const listener = await connectTo(server);
    await listener.reply(operations.addClientListener, inCache, { listenerId });
    const expiration = { kind: 'mortal', lifespanMs: 500 } as const;
    server.cache('c').put(bytes('met'), bytes('v'), { expiration });
    server.cache('c').put(bytes('swept'), bytes('v'), { expiration });
    expect(line(await nextEvent(listener))).toBe('created met');
    expect(line(await nextEvent(listener))).toBe('created swept');
    clock.jumpTo(clock.nowMs() + 600);
    server.cache('c').get(bytes('met'));
    expect(line(await nextEvent(listener))).toBe('expired met');
    await clock.advance(1000);
    expect(line(await nextEvent(listener))).toBe('expired swept');
  });

  it('hears of every entry that a clear removes', async () => {
    const server = await listen();
    const listener = await connectTo(server);
    for (const key of ['a', 'b']) {
      server.cache('c').put(bytes(key), bytes('v'));
    }
    await listener.reply(operations.addClientListener, inCache, { listenerId });
    server.cache('c').clear();
    expect([line(await nextEvent(listener)), line(await nextEvent(listener))]).toEqual([
      'removed a',
      'removed b',
    ]);
  });

  it('hears only of what it is interested in', async () => {
    const server = await listen();
    const listener = await connectTo(server);
    const interests = ListenerInterest.MODIFIED | ListenerInterest.REMOVED;
    await listener.reply(operations.addClientListener, inCache, { listenerId, interests });
    for (const value of ['1', '2']) {
      server.cache('c').put(bytes('k'), bytes(value));
    }
    server.cache('c').delete(bytes('k'));
    expect([line(await nextEvent(listener)), line(await nextEvent(listener))]).toEqual([
      'modified k',
      'removed k',
    ]);
  });

  it('gets the present state before the reply, under the id of its request, however much that is', async () => {
    const server = await listen({ limits: { maxQueuedBytes: 1000, maxQueuedEventBytes: 1000 } });
    for (let count = 0; count < 5000; count++) {
      server.cache('c').put(bytes(`key ${count}`), bytes('v'));
    }
    const listener = await connectTo(server);
    const request = { listenerId, includeState: true };
    listener.send(listener.encode(operations.addClientListener, { ...inCache, messageId: 77 }, request));
    listener.send(listener.encode(operations.ping, { ...inCache, messageId: 78 }, {}));
    const keys = new Set<string>();
    for (let count = 0; count < 5000; count++) {
      const event = await nextEvent(listener);
      expect(event).toMatchObject({ messageId: 77, type: 'created' });
      keys.add(line(event));
    }
    expect(keys.size).toBe(5000);
    expect(await listener.next()).toMatchObject({ kind: 'reply', messageId: 77 });
    expect(await listener.next()).toMatchObject({ kind: 'reply', messageId: 78 });
  });

  it('gets custom events with key, value and version, raw where it asked for raw data', async () => {
    const server = await listen();
    const converterFactory = '___eager-key-value-version-converter';
    for (const useRawData of [true, false]) {
      const listener = await connectTo(server);
      await listener.reply(operations.addClientListener, inCache, {
        listenerId,
        converterFactory,
        useRawData,
      });
      server.cache('c').put(bytes('k'), bytes('v'));
      server.cache('c').delete(bytes('k'));
      const created = await nextEvent(listener);
      expect(created).toMatchObject({ type: 'created', form: useRawData ? 'custom-raw' : 'custom' });
      const { data } = created as { data: Uint8Array };
      expect([data.subarray(0, 4), data.length]).toEqual([bytes('\x01k\x01v'), 12]);
      expect(await nextEvent(listener)).toMatchObject({ type: 'removed', data: bytes('\x01k') });
    }
  });

  it('ends when it is removed, when its connection closes, and when its id is taken again', async () => {
    const server = await listen();
    const [first, second] = [await connectTo(server), await connectTo(server)];
    await first.reply(operations.addClientListener, inCache, { listenerId });
    await second.reply(operations.addClientListener, inCache, { listenerId });
    server.cache('c').put(bytes('k'), bytes('v'));
    expect(line(await nextEvent(second))).toBe('created k');
    expect(await first.reply(operations.removeClientListener, inCache, { listenerId })).toEqual({
      outcome: 'ok',
    });
    expect(await second.reply(operations.removeClientListener, inCache, { listenerId })).toEqual({
      outcome: 'not-executed',
    });
    server.cache('c').put(bytes('k'), bytes('w'));
    await first.reply(operations.addClientListener, inCache, { listenerId });
    await first[Symbol.asyncDispose]();
    await second.reply(operations.ping, inCache, {});
    while (server.connections > 1) {
      await second.reply(operations.ping, inCache, {});
    }
    expect(await second.reply(operations.removeClientListener, inCache, { listenerId })).toEqual({
      outcome: 'not-executed',
    });
    expect(second.unread).toEqual([]);
  });

  it('is refused where its factories are not there, and where there are too many', async () => {
    const server = await listen({ limits: { maxListeners: 1 } });
    const connection = await connectTo(server);
    for (const factory of [{ filterFactory: 'mine' }, { converterFactory: 'mine' }]) {
      const answer = await connection.ask(operations.addClientListener, inCache, { listenerId, ...factory });
      expect(answer).toMatchObject({
        kind: 'error',
        status: 0x85,
        message: expect.stringContaining('MissingFactoryException'),
      });
    }
    await connection.reply(operations.addClientListener, inCache, { listenerId });
    expect(
      await connection.ask(operations.addClientListener, inCache, { listenerId: bytes('another') }),
    ).toMatchObject({ kind: 'error', message: expect.stringContaining('limits.maxListeners') });
  });

  it('is cut off when it does not read its events, and holds up nobody', async () => {
    const server = await listen({ limits: { maxQueuedEventBytes: 100_000 } });
    const [slow, fast] = [await connectTo(server), await connectTo(server)];
    const converterFactory = '___eager-key-value-version-converter';
    await slow.reply(operations.addClientListener, inCache, { listenerId, converterFactory });
    slow.socket.pause();
    const value = new Uint8Array(50_000);
    let writes = 0;
    while (server.connections > 1 && writes < 2000) {
      await fast.reply(operations.put, inCache, { key: bytes('k'), value });
      writes++;
    }
    expect(writes).toBeLessThan(2000);
    slow.socket.resume();
    await slow.closed;
  });
});

describe('a listener of a cluster', () => {
  it('hears at its own node of what happens at another', async () => {
    const cluster = await HotRodCluster.start({ nodes: 2, caches: { c: {} } });
    open.push(cluster);
    const [listener, writer] = [await connectTo(cluster.node(0)), await connectTo(cluster.node(1))];
    await listener.reply(operations.addClientListener, inCache, { listenerId });
    await writer.reply(operations.put, inCache, { key: bytes('k'), value: bytes('v') });
    expect(line(await nextEvent(listener))).toBe('created k');
    expect(
      await writer.reply(operations.removeClientListener, inCache, { listenerId }),
      'the other node knows nothing of it',
    ).toEqual({ outcome: 'not-executed' });
  });
});
