import { once } from 'node:events';
import { connect } from 'node:net';
import { operations } from '@kvtwin/hotrod-protocol';
import { chunkings, freePort, ManualClock, seededRandom } from '@kvtwin/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { WireConnection } from '../test/wire-connection.js';
import { HotRodServer } from './hot-rod-server.js';
import { HotRodServerError } from './hot-rod-server-error.js';
import type { HotRodServerOptions } from './server-options.js';

const key = Uint8Array.of(1);
const header = { cacheName: 'c' } as const;
const mebibyte = 1024 * 1024;

const open: (HotRodServer | WireConnection)[] = [];
async function serve(options: Partial<HotRodServerOptions> = {}): Promise<HotRodServer> {
  const server = await HotRodServer.listen({ caches: { c: {} }, ...options });
  open.push(server);
  return server;
}
async function dial(server: HotRodServer): Promise<WireConnection> {
  const connection = await WireConnection.open(server.port);
  open.push(connection);
  return connection;
}
afterEach(async () => {
  for (const each of open.splice(0).reverse()) {
    await each[Symbol.asyncDispose]();
  }
});

/** Lets the kernel and both ends do what they can without new input. */
async function quiet(connection: WireConnection): Promise<void> {
  for (let seen = -1; seen !== connection.bytesReceived; ) {
    seen = connection.bytesReceived;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('arrivals', () => {
  it('may be split anywhere', async () => {
    const server = await serve();
    const connection = await dial(server);
    const put = connection.encode(operations.put, header, { key, value: Uint8Array.of(7, 8, 9) });
    const get = connection.encode(operations.get, header, { key });
    for (const { name, chunks } of chunkings(Buffer.concat([put, get]))) {
      server.cache('c').clear();
      for (const chunk of chunks) {
        connection.send(chunk);
        // Each chunk has to arrive by itself: the write is given time to leave.
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(await connection.next(), name).toMatchObject({ reply: { outcome: 'ok' } });
      expect(await connection.next(), name).toMatchObject({ reply: { value: Uint8Array.of(7, 8, 9) } });
    }
  });

  it('may hold a thousand requests at once, and their replies come in order and in few writes', async () => {
    const connection = await dial(await serve());
    let arrivals = 0;
    connection.socket.on('data', () => arrivals++);
    const requests = Array.from({ length: 1000 }, (_, n) =>
      n % 2 === 0
        ? connection.encode(operations.put, header, { key, value: Uint8Array.of(n >> 8, n & 0xff) })
        : connection.encode(operations.get, header, { key }),
    );
    connection.send(Buffer.concat(requests));
    for (let n = 0; n < 1000; n++) {
      const reply = n % 2 === 0 ? {} : { value: Uint8Array.of((n - 1) >> 8, (n - 1) & 0xff) };
      expect(await connection.next()).toMatchObject({ messageId: n + 1, reply: { outcome: 'ok', ...reply } });
    }
    expect(arrivals).toBeLessThan(20);
  });

  it('may be a value of 64 MiB when the limit is raised', async () => {
    const server = await serve({ limits: { maxRequestBytes: 65 * mebibyte } });
    const connection = await dial(server);
    const value = seededRandom(1).bytes(mebibyte);
    const large = Buffer.concat(Array.from({ length: 64 }, () => value));
    expect(await connection.reply(operations.put, header, { key, value: large })).toEqual({ outcome: 'ok' });
    const reply = await connection.reply(operations.get, header, { key });
    expect(reply.outcome === 'ok' && large.equals(reply.value)).toBe(true);
  });

  it('may come from a caller that has closed its sending side: it still gets its replies', async () => {
    const connection = await dial(await serve());
    const request = connection.encode(operations.put, header, { key, value: key });
    connection.socket.allowHalfOpen = true;
    connection.socket.end(request);
    expect(await connection.next()).toMatchObject({ reply: { outcome: 'ok' } });
    await connection.closed;
  });
});

describe('a caller that does not read', () => {
  it('is not read from any more once its replies pile up, holds up nobody else, and gets them all later', async () => {
    const server = await serve({ limits: { maxQueuedBytes: 4 * mebibyte } });
    server.cache('c').put(key, new Uint8Array(mebibyte));
    const slow = await dial(server);
    slow.socket.pause();
    const get = (): Uint8Array => slow.encode(operations.get, header, { key });
    const puts = 40;
    for (let n = 0; n < 200; n++) {
      slow.send(get());
    }
    for (let n = 0; n < puts; n++) {
      slow.send(slow.encode(operations.put, header, { key: Uint8Array.of(2, n), value: key }));
    }
    const other = await dial(server);
    for (let n = 0; n < 50; n++) {
      await other.reply(operations.ping, {}, {});
    }
    await quiet(slow);
    expect(server.cache('c').size).toBe(1);
    slow.socket.resume();
    for (let n = 0; n < 200 + puts; n++) {
      expect(await slow.next()).toMatchObject({ kind: 'reply', messageId: n + 1 });
    }
    expect(slow.bytesReceived).toBeGreaterThan(200 * mebibyte);
    expect(server.cache('c').size).toBe(1 + puts);
  });

  it('gets all replies also where every single one fills the queue', async () => {
    const server = await serve({ limits: { maxQueuedBytes: 1 } });
    const connection = await dial(server);
    const get = (): Uint8Array => connection.encode(operations.get, header, { key });
    connection.send(Buffer.concat(Array.from({ length: 1000 }, get)));
    for (let n = 0; n < 1000; n++) {
      expect(await connection.next()).toMatchObject({ messageId: n + 1, reply: { outcome: 'absent' } });
    }
  });

  it('does not keep the server from closing', async () => {
    const server = await serve({ limits: { maxQueuedBytes: mebibyte } });
    server.cache('c').put(key, new Uint8Array(8 * mebibyte));
    const slow = await dial(server);
    slow.socket.pause();
    for (let n = 0; n < 4; n++) {
      slow.send(slow.encode(operations.get, header, { key }));
    }
    await quiet(slow);
    await server.close({ deadlineMs: 50 });
    expect(server.connections).toBe(0);
  });
});

describe('close', () => {
  it('sends what was answered, ends idle connections, and refuses new ones', async () => {
    const server = await serve();
    const idle = await dial(server);
    const busy = await dial(server);
    busy.send(busy.encode(operations.put, header, { key, value: key }));
    await once(busy.socket, 'data');
    await server.close();
    await Promise.all([idle.closed, busy.closed]);
    expect(busy.unread).toMatchObject([{ reply: { outcome: 'ok' } }]);
    await expect(WireConnection.open(server.port)).rejects.toThrow(/ECONNREFUSED/);
  });

  it('leaves no socket, no timer and no sleeper behind, and may be called again', async () => {
    const clock = new ManualClock();
    const sockets = (): number =>
      process.getActiveResourcesInfo().filter((resource) => resource.startsWith('TCP')).length;
    const before = sockets();
    const server = await HotRodServer.listen({ caches: { c: {} }, clock });
    const connection = await WireConnection.open(server.port);
    await connection.reply(operations.ping, {}, {});
    expect(clock.sleeping).toBe(1);
    await Promise.all([server.close(), server.close()]);
    await connection.closed;
    await new Promise((resolve) => setImmediate(resolve));
    expect([clock.sleeping, server.connections]).toEqual([0, 0]);
    expect(sockets()).toBeLessThanOrEqual(before);
  });
});

describe('connections', () => {
  it('past the bound are closed as they come, and there is room again when one leaves', async () => {
    const server = await serve({ limits: { maxConnections: 2 } });
    const [first] = [await dial(server), await dial(server)];
    await first.reply(operations.ping, {}, {});
    await (await dial(server)).closed;
    await first[Symbol.asyncDispose]();
    await expect
      .poll(async () => {
        const again = await dial(server);
        return again.reply(operations.ping, { version: '2.0' }, {}).catch(() => 'closed');
      })
      .toEqual({ outcome: 'ok' });
  });

  it('can be reset, and their replies held back, to test a client', async () => {
    const server = await serve();
    const connection = await dial(server);
    server.faults.holdReplies();
    connection.send(connection.encode(operations.put, header, { key, value: key }));
    await expect.poll(() => server.cache('c').size).toBe(1);
    await quiet(connection);
    expect(connection.bytesReceived).toBe(0);
    server.faults.releaseReplies();
    expect(await connection.next()).toMatchObject({ reply: { outcome: 'ok' } });
    const reset = once(connection.socket, 'error');
    server.faults.resetConnections();
    expect(await reset).toMatchObject([{ code: 'ECONNRESET' }]);
  });
});

describe('an idle connection', () => {
  it('is kept, unless there is a limit', async () => {
    const server = await serve({ limits: { idleTimeoutMs: 30 } });
    // Asks nothing: a busy machine may be slower than the limit.
    const connection = await dial(server);
    await connection.closed;
  });
});

describe('listen', () => {
  it.each([
    [{ port: 65_536 }, /port is 65536; give a whole number from 0 to 65535/],
    [{ limits: { maxRequestBytes: 0 } }, /limits\.maxRequestBytes is 0/],
    [{ limits: { maxQueuedBytes: Number.NaN } }, /limits\.maxQueuedBytes is NaN/],
    [{ caches: { c: { lifespanMs: 0 } } }, /caches\.c\.lifespanMs is 0/],
    [{ caches: { c: { segments: 1.5 } } }, /caches\.c\.segments is 1\.5/],
    [{ caches: { c: { mediaType: 'text' } } }, /'text' is no media type/],
    [{ caches: { '': {} } }, /defaultCache/],
    [{ defaultCache: 'd' }, /defaultCache is 'd'/],
    [{ maxVersion: '5.0' as '4.1' }, /maxVersion is '5\.0'; give one of 2\.0/],
    [{ caches: undefined as never }, /caches must be an object/],
    [{ caches: ['c'] as never }, /caches must be an object/],
    [{ caches: { c: null as never } }, /caches\.c must be an object/],
    [
      { caches: { c: { mediatype: 'text/plain' } as never } },
      /caches\.c: there is no 'mediatype'; there are mediaType,/,
    ],
    [{ cache: { c: {} } } as never, /the options: there is no 'cache'/],
    [{ limits: { maxRequest: 5 } as never }, /limits: there is no 'maxRequest'/],
    [{ auth: { users: undefined as never } }, /auth\.users must be an object/],
  ])('refuses %j', async (options, message) => {
    const listening = HotRodServer.listen({ caches: { c: {} }, ...options });
    await expect(listening).rejects.toMatchObject({
      code: 'HOTROD_SERVER_INVALID_OPTION',
      message: expect.stringMatching(message),
    });
  });

  it('takes a signal, which closes the server later, or keeps it from opening', async () => {
    const stop = new AbortController();
    const server = await serve({ signal: stop.signal });
    const connection = await dial(server);
    await connection.reply(operations.ping, {}, {});
    stop.abort();
    await connection.closed;
    await expect(WireConnection.open(server.port)).rejects.toThrow(/ECONNREFUSED/);
    await expect(serve({ signal: stop.signal })).rejects.toBe(stop.signal.reason);
  });

  it('says so when the port is taken', async () => {
    const { port } = await serve();
    const taken = HotRodServer.listen({ caches: {}, port });
    await expect(taken).rejects.toMatchObject({
      code: 'HOTROD_SERVER_LISTEN',
      cause: { code: 'EADDRINUSE' },
    });
    await expect(taken).rejects.toSatisfy((error) => HotRodServerError.is(error));
  });

  it('takes the port that it is given', async () => {
    const port = await freePort();
    const server = await serve({ port });
    expect([server.port, server.url]).toEqual([port, `hotrod://127.0.0.1:${port}`]);
  });

  it('serves on IPv6 too', async () => {
    const server = await serve({ host: '::1' });
    expect(server.url).toBe(`hotrod://[::1]:${server.port}`);
    const socket = connect({ host: '::1', port: server.port });
    await once(socket, 'connect');
    socket.destroy();
  });
});

describe('server.cache', () => {
  it('seeds and shows entries with their expiration, on the clock of the server', async () => {
    const clock = new ManualClock();
    const server = await serve({ clock, caches: { c: { lifespanMs: 60_000 } } });
    const cache = server.cache('c');
    const version = cache.put(key, key);
    expect(cache.get(key)).toEqual({
      value: key,
      version,
      expiration: { kind: 'mortal', lifespanMs: 60_000 },
      createdAtMs: clock.nowMs(),
      lastUsedAtMs: clock.nowMs(),
    });
    expect(version).toEqual({ scheme: 'hotrod', token: expect.stringMatching(/^[0-9a-f]{16}$/) });
    cache.put(Uint8Array.of(2), key, { expiration: { kind: 'immortal' } });
    await clock.advance(60_000);
    expect(Array.from(cache.entries(), (each) => each.key)).toEqual([Uint8Array.of(2)]);
    expect([cache.size, cache.delete(Uint8Array.of(2)), cache.delete(Uint8Array.of(2))]).toEqual([
      1,
      true,
      false,
    ]);
  });

  it('gives the same versions for the same seed', async () => {
    const versions = await Promise.all(
      [5n, 5n, 6n].map(async (seed) => (await serve({ seed })).cache('c').put(key, key).token),
    );
    expect([versions[0] === versions[1], versions[1] === versions[2]]).toEqual([true, false]);
  });

  it('names the caches that there are', async () => {
    const server = await serve();
    expect(() => server.cache('d')).toThrow("no cache 'd'; there are 'c'");
  });
});

describe('a writer of tests', () => {
  it('cannot be misled by the memory of a seeded value', async () => {
    const server = await serve();
    const value = Uint8Array.of(1, 2, 3);
    server.cache('c').put(key, value);
    value.fill(9);
    expect(server.cache('c').get(key)?.value).toEqual(Uint8Array.of(1, 2, 3));
  });
});
