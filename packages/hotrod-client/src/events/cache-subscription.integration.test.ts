import { spawn } from 'node:child_process';
import { subscribe as subscribeChannel, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { HotRodCluster, HotRodServer } from '@kvtwin/hotrod-server';
import { ManualClock } from '@kvtwin/versioned-value';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bundledProgram } from '../../test/bundled-program.js';
import { type Cache, type CacheGap, codecs, HotRodClient, type HotRodClientOptions } from '../index.js';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function startServer(options: Partial<Parameters<typeof HotRodServer.listen>[0]> = {}) {
  const server = await HotRodServer.listen({ caches: { c: {} }, ...options });
  closers.push(() => server.close());
  return server;
}

async function connect(url: string, options: HotRodClientOptions = {}): Promise<HotRodClient> {
  const client = await HotRodClient.connect(url, { reconnectMinMs: 5, reconnectMaxMs: 50, ...options });
  closers.push(() => client.close());
  return client;
}

/** A busy machine may take its time. */
function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, 10_000);
}

interface Told {
  readonly type: string;
  readonly key?: unknown;
}

/** All handlers, and what they were called with: `created k`. */
function recording() {
  const told: string[] = [];
  const tell = (event: Told): void => {
    told.push(`${event.type} ${String(event.key)}`);
  };
  const gaps: CacheGap[] = [];
  const gap = (each: CacheGap): void => {
    gaps.push(each);
    told.push('gap');
  };
  return { told, gaps, handlers: { created: tell, modified: tell, removed: tell, expired: tell, gap } };
}

describe('a subscription', () => {
  it.each(['2.0', '2.5', '2.6', '3.1', '4.1'] as const)(
    'hears of what happens, in protocol %s',
    async (protocol) => {
      const clock = new ManualClock(Date.now());
      const server = await startServer({ clock });
      const { told, handlers } = recording();
      const c = (await connect(server.url, { protocol })).cache('c');
      const other = (await connect(server.url)).cache('c');
      await using subscription = await c.subscribe(handlers);
      expect(subscription.server).toBe(`127.0.0.1:${server.port}`);
      await other.set('k', 'v');
      await other.set('k', 'w');
      await other.delete('k');
      await other.set('short', 'v', { lifespan: 1_000 });
      clock.turn(2_000);
      await other.get('short');
      const expected = ['created k', 'modified k', 'removed k', 'created short', 'expired short'];
      await eventually(() => expect(told).toEqual(expected));
      await subscription.close();
      expect(subscription.closed).toBe(true);
      await other.set('after', 'v');
      await c.get('after');
      expect(told).toEqual(expected);
    },
  );

  it('asks only for what it has handlers for', async () => {
    const server = await startServer();
    const c = (await connect(server.url)).cache('c');
    const removed: unknown[] = [];
    await c.subscribe({ removed: (event) => removed.push(event) });
    await c.set('k', 'v');
    await c.delete('k');
    await eventually(() =>
      expect(removed).toEqual([{ type: 'removed', key: 'k', replayed: false, retried: false }]),
    );
  });

  it('tells the version that getEntry tells, and with values the value', async () => {
    const server = await startServer();
    const c = (await connect(server.url)).cache('c', { value: codecs.json<{ n: number }>() });
    const plain: unknown[] = [];
    const valued: unknown[] = [];
    const sum: number[] = [];
    await c.subscribe({ created: (event) => plain.push(event) });
    await c.subscribe(
      {
        created: (event) => {
          sum.push(event.value.n);
          valued.push(event);
        },
        removed: (event) => valued.push(event),
      },
      { values: true },
    );
    await c.set('k', { n: 7 });
    const { version } = (await c.getEntry('k'))!;
    await c.delete('k');
    const info = { replayed: false, retried: false };
    await eventually(() => expect(valued).toHaveLength(2));
    expect(plain).toEqual([{ type: 'created', key: 'k', value: undefined, version, ...info }]);
    expect(valued).toEqual([
      { type: 'created', key: 'k', value: { n: 7 }, version, ...info },
      { type: 'removed', key: 'k', ...info },
    ]);
    expect(sum).toEqual([7]);
  });

  it('tells the present state first where asked, marked as such', async () => {
    const server = await startServer();
    const c = (await connect(server.url)).cache('c');
    await c.setMany([
      ['a', '1'],
      ['b', '2'],
    ]);
    const events: { key: string; replayed: boolean }[] = [];
    await c.subscribe({ created: (event) => events.push(event) }, { includeState: true });
    await c.set('c', '3');
    await eventually(() => expect(events).toHaveLength(3));
    expect(
      events
        .filter(({ replayed }) => replayed)
        .map(({ key }) => key)
        .sort(),
    ).toEqual(['a', 'b']);
    expect(events.find(({ replayed }) => !replayed)!.key).toBe('c');
  });

  it('goes on at another server when its own is killed, says gap first, and replays the state', async () => {
    const cluster = await HotRodCluster.start({ caches: { c: {} }, nodes: 3 });
    closers.push(() => cluster.close());
    const client = await connect(cluster.url);
    const c = client.cache('c');
    await c.set('old', 'v');
    const { told, gaps, handlers } = recording();
    const lost: string[] = [];
    const subscription = await c.subscribe(
      { ...handlers, lost: (why) => lost.push(why) },
      { includeState: true },
    );
    await eventually(() => expect(told).toEqual(['created old']));
    const first = subscription.server;
    const node = cluster.nodes.findIndex(({ port }) => first === `127.0.0.1:${port}`);
    await cluster.killNode(node);
    await eventually(() => expect(told).toContain('gap'));
    expect(lost).toHaveLength(1);
    await eventually(() => expect(told.slice(1)).toEqual(['gap', 'created old']));
    expect(gaps).toMatchObject([{ type: 'gap', reason: 'reconnected', dropped: 0, stateFollows: true }]);
    expect(subscription.server).not.toBe(first);
    await c.set('new', 'v');
    await eventually(() => expect(told.at(-1)).toBe('created new'));
    await subscription.close();
    expect(subscription.server).toBeUndefined();
  });

  it('survives the restart of the only server, however long that takes', async () => {
    const cluster = await HotRodCluster.start({ caches: { c: {} }, nodes: 1 });
    closers.push(() => cluster.close());
    const c = (await connect(cluster.url)).cache('c');
    const { told, handlers } = recording();
    const heard: unknown[] = [];
    const hear = (message: unknown): void => {
      heard.push(message);
    };
    subscribeChannel('hotrod:gap', hear);
    closers.push(async () => void unsubscribe('hotrod:gap', hear));
    const subscription = await c.subscribe(handlers);
    for (let round = 1; round <= 3; round++) {
      await cluster.killNode(0);
      await eventually(() => expect(subscription.server).toBeUndefined());
      await cluster.startNode(0);
      await eventually(() => expect(told.filter((each) => each === 'gap')).toHaveLength(round));
    }
    await eventually(() => c.set('k', 'v'));
    await eventually(() => expect(told.at(-1)).toMatch(/^(?:created|modified) k$/));
    expect(heard.slice(0, 2)).toMatchObject([
      { phase: 'start', cache: 'c' },
      { phase: 'end', cache: 'c', stateFollows: false, durationMs: expect.any(Number) },
    ]);
  });

  it('survives an error handler that rejects itself, and handlers that return other promises', async () => {
    const server = await startServer();
    const c = (await connect(server.url)).cache('c');
    const warnings: Error[] = [];
    const keep = (warning: Error) => warnings.push(warning);
    process.on('warning', keep);
    closers.push(async () => process.off('warning', keep));
    const errors: unknown[] = [];
    const reject = (_: unknown, fail: (error: unknown) => void) => fail('from a thenable');
    const thenable = Object.fromEntries([['then', reject]]);
    await c.subscribe({
      created: () => thenable,
      modified: () => Promise.reject(new Error('from a promise')),
      error: async (error) => {
        errors.push(error);
        throw new Error('from the error handler');
      },
    });
    await c.set('k', 'v');
    await c.set('k', 'w');
    const handler = { code: 'HOTROD_HANDLER', message: expect.stringContaining('error handler') };
    await eventually(() => expect(warnings).toContainEqual(expect.objectContaining(handler)));
    await eventually(() => expect(errors).toEqual(['from a thenable', new Error('from a promise')]));
  });

  it('keeps the connection when a handler throws or rejects, and tells the error', async () => {
    const server = await startServer();
    const client = await connect(server.url);
    const c = client.cache('c');
    const errors: unknown[] = [];
    const [thrown, rejected] = [new Error('thrown'), new Error('rejected')];
    let disconnected = 0;
    client.on('disconnect', () => disconnected++);
    await c.subscribe({
      created: () => {
        throw thrown;
      },
      removed: async () => {
        throw rejected;
      },
      error: (error) => errors.push(error),
    });
    await c.set('k', 'v');
    await c.delete('k');
    await eventually(() => expect(errors).toEqual([thrown, rejected]));
    expect(await c.get('k')).toBeUndefined();
    expect(disconnected).toBe(0);
  });

  it('warns once of handlers that throw where nobody listens for it', async () => {
    const server = await startServer();
    const c = (await connect(server.url)).cache('c');
    const warnings: (Error & { code?: string })[] = [];
    const onWarning = (warning: Error): void => {
      if (warning.name === 'HotRodWarning') warnings.push(warning);
    };
    process.on('warning', onWarning);
    closers.push(async () => void process.off('warning', onWarning));
    const failing = () => {
      throw new Error('no such luck');
    };
    await c.subscribe({ created: failing, modified: failing });
    await c.set('k', 'v');
    await c.set('k', 'w');
    await eventually(() => expect(warnings).toHaveLength(1));
    expect(warnings[0]).toMatchObject({
      code: 'HOTROD_HANDLER',
      message: expect.stringContaining('no such luck'),
    });
  });

  it('is not told of writes that are flagged so', async () => {
    const server = await startServer();
    const c = (await connect(server.url)).cache('c');
    const { told, handlers } = recording();
    await c.subscribe(handlers);
    await c.set('by option', 'v', { skipListenerNotification: true });
    const quiet = c.withFlags({ skipListenerNotification: true });
    await quiet.set('by cache', 'v');
    await quiet.as({ value: codecs.bytes }).delete('by cache', { timeoutMs: 10_000 });
    await quiet.setMany([['many', 'v']]);
    await quiet.getAndSet('many', 'w');
    await quiet.update('many', () => undefined);
    await c.set('loud', 'v');
    await eventually(() => expect(told).toContain('created loud'));
    expect(told).toEqual(['created loud']);
  });

  it('keeps the process alive while it is open, and no longer', async () => {
    const server = await startServer();
    const c = (await connect(server.url)).cache('c');
    const program = await bundledProgram(`
      import { HotRodClient } from '@kvtwin/hotrod-client';
      const client = await HotRodClient.connect('${server.url}');
      const subscription = await client.cache('c').subscribe({
        created: async ({ key }) => {
          await subscription.close();
          console.log('closed by', key);
        },
      });
      console.log('open');
    `);
    const child = spawn(process.execPath, ['--input-type=module'], { stdio: ['pipe', 'pipe', 'inherit'] });
    let printed = '';
    child.stdout.on('data', (chunk) => {
      printed += chunk;
    });
    const ended = once(child, 'close');
    child.stdin.end(program);
    await vi.waitFor(() => expect(printed).toContain('open'), 30_000);
    await c.set('k', 'v');
    expect((await ended)[0]).toBe(0);
    expect(printed).toBe('open\nclosed by k\n');
  }, 60_000);

  it('tells what a codec cannot decode as an error of its own', async () => {
    const server = await startServer();
    const c = (await connect(server.url)).cache('c');
    const errors: unknown[] = [];
    const told: unknown[] = [];
    await c
      .as({ value: codecs.json() })
      .subscribe({ created: (e) => told.push(e), error: (e) => errors.push(e) }, { values: true });
    await c.set('k', 'no JSON');
    await c.set('l', '1');
    await eventually(() => expect(told).toMatchObject([{ key: 'l', value: 1 }]));
    expect(errors).toMatchObject([{ code: 'HOTROD_CODEC' }]);
  });

  it('ends with its signal, and tells when the client is closed', async () => {
    const server = await startServer();
    const client = await connect(server.url);
    const c = client.cache('c');
    const { told, handlers } = recording();
    const controller = new AbortController();
    const subscription = await c.subscribe(handlers, { signal: controller.signal });
    const ended: unknown[] = [];
    await c.subscribe({ created: () => undefined, ended: (error) => ended.push(error) });
    controller.abort();
    expect(subscription.closed).toBe(true);
    await c.set('k', 'v');
    expect(told).toEqual([]);
    await client.close();
    expect(ended).toMatchObject([{ code: 'HOTROD_CLOSED' }]);
    await expect(c.subscribe(handlers)).rejects.toMatchObject({ code: 'HOTROD_CLOSED' });
  });

  it.each<[string, (c: Cache<string, string>) => Promise<unknown>]>([
    ['no handler', (c) => c.subscribe({})],
    ['a handler that is no function', (c) => c.subscribe({ created: 'x' as never })],
    [
      'values and a converter',
      (c) =>
        c.subscribe({ created: () => undefined }, {
          values: true,
          converter: { name: 'x', decode: String },
        } as never),
    ],
  ])('with %s is refused', async (_, subscribe) => {
    const server = await startServer();
    const c = (await connect(server.url)).cache('c');
    await expect(subscribe(c)).rejects.toMatchObject({ code: 'HOTROD_INVALID_ARGUMENT' });
  });

  it('with a factory that the server has not is refused by it', async () => {
    const server = await startServer();
    const c = (await connect(server.url)).cache('c');
    await expect(
      c.subscribe({ created: () => undefined }, { filter: { name: 'nobody' } }),
    ).rejects.toMatchObject({ code: 'HOTROD_SERVER_ERROR', operation: 'addClientListener' });
  });
});

describe('events()', () => {
  it('are an async iterable that misses nothing from the call on', async () => {
    const server = await startServer();
    const client = await connect(server.url);
    const c = client.cache('c');
    const events = c.events({ types: ['created', 'removed'] });
    await events.ready;
    await c.set('k', 'v');
    await c.set('k', 'w');
    await c.delete('k');
    const seen: string[] = [];
    for await (const event of events) {
      seen.push(event.type);
      if (event.type === 'removed') break;
    }
    expect(seen).toEqual(['created', 'removed']);
    expect(await events.next()).toEqual({ value: undefined, done: true });
    await eventually(() => expect(client.stats().operations.removeClientListener?.calls).toBe(1));
  });

  it('drop what the reader is too slow for, and say so in its place', async () => {
    const server = await startServer();
    const c = (await connect(server.url)).cache('c');
    await using events = c.events({ bufferSize: 3 });
    await events.ready;
    for (let index = 0; index < 10; index++) await c.set(`k${index}`, 'v');
    await eventually(() => expect(events.buffered).toBe(4));
    await c.get('k0');
    const next = async () => (await events.next()).value;
    for (const key of ['k0', 'k1', 'k2']) expect(await next()).toMatchObject({ type: 'created', key });
    expect(await next()).toEqual({
      type: 'gap',
      reason: 'overflow',
      dropped: 7,
      durationMs: 0,
      stateFollows: false,
    });
    await c.set('k10', 'v');
    expect(await next()).toMatchObject({ type: 'created', key: 'k10' });
  });

  it('say gap where the connection was lost', async () => {
    const server = await startServer();
    const c = (await connect(server.url)).cache('c');
    await using events = c.events();
    await events.ready;
    server.faults.resetConnections();
    expect((await events.next()).value).toMatchObject({ type: 'gap', reason: 'reconnected' });
    await c.set('k', 'v');
    expect((await events.next()).value).toMatchObject({ type: 'created', key: 'k' });
  });

  it('end with an error when the signal fires, after what has come before', async () => {
    const server = await startServer();
    const c = (await connect(server.url)).cache('c');
    const controller = new AbortController();
    const events = c.events({ signal: controller.signal });
    await events.ready;
    await c.set('k', 'v');
    await eventually(() => expect(events.buffered).toBe(1));
    controller.abort();
    expect((await events.next()).value).toMatchObject({ key: 'k' });
    await expect(events.next()).rejects.toMatchObject({ code: 'HOTROD_ABORTED' });
    expect(await events.next()).toEqual({ value: undefined, done: true });
  });

  it('reject with what the registration rejects with', async () => {
    const server = await startServer();
    const c = (await connect(server.url)).cache('c');
    const events = c.events({ filter: { name: 'nobody' } });
    await expect(events.next()).rejects.toMatchObject({ code: 'HOTROD_SERVER_ERROR' });
    await expect(events.ready).rejects.toMatchObject({ code: 'HOTROD_SERVER_ERROR' });
  });

  it.each([0, 1.5, Number.NaN])('refuse a buffer of %d', async (bufferSize) => {
    const server = await startServer();
    const c = (await connect(server.url)).cache('c');
    expect(() => c.events({ bufferSize })).toThrow(/bufferSize/);
    expect(() => c.events({ types: ['made' as never] })).toThrow(/types/);
  });
});
