import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type OperationName, operations } from '@kvtwin/hotrod-protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { WireConnection } from '../test/wire-connection.js';
import { HotRodServer } from './hot-rod-server.js';
import type { ReplyFault } from './reply-fault.js';

const inCache = { cacheName: 'c' };
const key = Uint8Array.of(1);
const value = Uint8Array.of(2);
const open: AsyncDisposable[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) {
    await each[Symbol.asyncDispose]();
  }
});

async function listen(): Promise<HotRodServer> {
  const server = await HotRodServer.listen({ caches: { c: {} } });
  open.push(server);
  return server;
}

async function connectTo({ port }: HotRodServer): Promise<WireConnection> {
  const connection = await WireConnection.open(port);
  open.push(connection);
  return connection;
}

/** All bytes that answer a get of `key` (message id 1) and what ends the connection. */
async function rawAnswer(server: HotRodServer, bytesExpected: number): Promise<{ hex: string; end: string }> {
  const encoder = await connectTo(server);
  const request = encoder.encode(operations.get, { ...inCache, messageId: 1, version: '2.0' }, { key });
  const socket: Socket = connect(server.port, '127.0.0.1');
  const chunks: Buffer[] = [];
  let end = 'open';
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.once('end', () => {
    end = 'ended';
  });
  socket.once('error', (error: NodeJS.ErrnoException) => {
    end = error.code ?? error.message;
  });
  const closed = once(socket, 'close').catch(() => {});
  socket.write(request);
  if (bytesExpected < 0) {
    await closed;
  } else {
    while (Buffer.concat(chunks).length < bytesExpected) {
      await once(socket, 'data');
    }
    socket.destroy();
  }
  return { hex: Buffer.concat(chunks).toString('hex'), end };
}

describe('an injected fault', () => {
  it.each<[ReplyFault, string, string]>([
    ['reset-unapplied', '', 'ECONNRESET'],
    ['reset-applied', '', 'ECONNRESET'],
    // A system may hand out the bytes and then tell of an end instead of the reset.
    ['reset-mid-reply', 'a10104', 'ECONNRESET|ended'],
    ['end-mid-reply', 'a10104', 'ended'],
    ['unknown-status', 'a101043f000102', 'open'],
    ['wrong-message-id', 'a1c1843d0400000102', 'open'],
    ['wrong-opcode', 'a101fe00000102', 'open'],
    ['wrong-magic', '7f010400000102', 'open'],
    ['huge-length', 'a101040000ffffffff07', 'open'],
  ])('%s makes of a reply: %s, and the connection is %s', async (fault, hex, end) => {
    const server = await listen();
    server.cache('c').put(key, value);
    server.faults.inject(fault, { operation: 'get' });
    expect(await rawAnswer(server, end === 'open' ? hex.length / 2 : -1)).toEqual({
      hex,
      end: expect.stringMatching(end),
    });
    expect((await rawAnswer(server, 7)).hex, 'the next one is served').toBe('a1010400000102');
  });

  it('applies the request, or does not, as it says', async () => {
    const server = await listen();
    for (const [fault, size] of [
      ['reset-unapplied', 0],
      ['reset-applied', 1],
    ] as const) {
      const connection = await connectTo(server);
      server.faults.inject(fault);
      connection.send(connection.encode(operations.put, inCache, { key, value }));
      await connection.closed;
      expect(server.cache('c').size, fault).toBe(size);
    }
  });

  it('leaves a request without a reply, and its connection open', async () => {
    const server = await listen();
    const connection = await connectTo(server);
    server.faults.inject('no-reply', { operation: 'put' });
    connection.send(connection.encode(operations.put, inCache, { key, value }));
    expect(await connection.reply(operations.get, inCache, { key })).toMatchObject({ value });
    expect(connection.unread).toEqual([]);
  });

  it('answers with an error of the test’s choice, as often as it is told', async () => {
    const server = await listen();
    const connection = await connectTo(server);
    server.faults.inject({ status: 0x87, message: 'SuspectException' }, { operation: 'put', times: 2 });
    expect(await connection.ask(operations.get, inCache, { key })).toMatchObject({ kind: 'reply' });
    for (let count = 0; count < 2; count++) {
      expect(await connection.ask(operations.put, inCache, { key, value })).toMatchObject({
        kind: 'error',
        status: 0x87,
        message: 'SuspectException',
      });
    }
    expect(server.cache('c').size).toBe(0);
    expect(await connection.ask(operations.put, inCache, { key, value })).toMatchObject({ kind: 'reply' });
  });

  it('is forgotten by clear()', async () => {
    const server = await listen();
    const connection = await connectTo(server);
    server.faults.inject('reset-applied');
    server.faults.holdReplies();
    server.faults.delayReplies(60_000);
    server.faults.clear();
    expect(await connection.reply(operations.ping, inCache, {})).toMatchObject({ outcome: 'ok' });
  });
});

describe('delayed replies', () => {
  it('come late, in order', async () => {
    const server = await listen();
    const connection = await connectTo(server);
    server.faults.delayReplies(300);
    const start = performance.now();
    const names: OperationName[] = ['put', 'get', 'ping'];
    connection.send(connection.encode(operations.put, inCache, { key, value }));
    connection.send(connection.encode(operations.get, inCache, { key }));
    connection.send(connection.encode(operations.ping, inCache, {}));
    for (const name of names) {
      expect(await connection.next()).toMatchObject({ kind: 'reply', operation: { name } });
    }
    expect(performance.now() - start).toBeGreaterThan(290);
    server.faults.delayReplies(0);
    expect(await connection.reply(operations.get, inCache, { key })).toMatchObject({ value });
  });

  it('go out at once when the server closes', async () => {
    const server = await listen();
    const connection = await connectTo(server);
    server.faults.delayReplies(600_000);
    connection.send(connection.encode(operations.put, inCache, { key, value }));
    while (server.cache('c').size === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await server.close();
    expect(await connection.next()).toMatchObject({ kind: 'reply' });
  });
});
