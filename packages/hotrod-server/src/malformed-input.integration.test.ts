import { once } from 'node:events';
import { operations, type PendingOperation, Status } from '@kvtwin/hotrod-protocol';
import { fromHex, seededRandom } from '@kvtwin/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WireConnection } from '../test/wire-connection.js';
import { HotRodServer } from './hot-rod-server.js';

/*
 * What the server makes of bytes that are no good request: the recommendations of Hot Rod 4.0 §malformed input. The
 * bytes are written by hand, or are those of the recorded rows `malformed-4.1`.
 */

/** Header of a 4.1 request for cache `c`: A0, id, 29, opcode, name, flags, intelligence, topology, types, parameters. */
const head = (id: string, opcode: string, cache = '0163'): string =>
  `a0 ${id} 29 ${opcode} ${cache} 00 01 ffffffff0f 00 00 00`;
const pingOf = (id: number): PendingOperation & { id: number } => ({
  id,
  operation: operations.ping,
  version: '4.1',
  intelligence: 1,
});

let server: HotRodServer;
beforeAll(async () => {
  server = await HotRodServer.listen({ caches: { c: {} }, limits: { maxRequestBytes: 1024 * 1024 } });
});
afterAll(() => server.close());

interface Case {
  readonly title: string;
  readonly hex: string;
  readonly status: number;
  readonly id?: number | bigint;
  readonly message?: RegExp;
}

const closing: Case[] = [
  {
    title: 'a bad magic after a good request',
    hex: 'a2 02 29 17',
    status: Status.INVALID_MAGIC_OR_MESSAGE_ID,
    id: 0,
  },
  {
    title: 'version 1.3',
    hex: 'a0 05 0d 17 0163 00 01 00 00',
    status: Status.UNKNOWN_VERSION,
    message: /2\.0 to 4\.1/,
  },
  { title: 'version byte 42', hex: 'a0 05 2a 17 0163 00 01 00 00 00 00', status: Status.UNKNOWN_VERSION },
  { title: 'version byte 32, in a gap', hex: 'a0 05 20 17', status: Status.UNKNOWN_VERSION },
  { title: 'version byte 0x80', hex: 'a0 05 80 17', status: Status.UNKNOWN_VERSION },
  {
    title: 'an unknown opcode with more bytes behind it',
    hex: `${head('05', '99')} 0161`,
    status: Status.UNKNOWN_OPERATION,
  },
  { title: 'time unit 9', hex: `${head('05', '01')} 016b 98 01 0176`, status: Status.REQUEST_PARSING_ERROR },
  {
    title: 'media type definition 3',
    hex: 'a0 05 29 03 0163 00 01 ffffffff0f 03',
    status: Status.REQUEST_PARSING_ERROR,
  },
  {
    title: 'a negative key length',
    hex: `${head('05', '03')} ffffffff0f`,
    status: Status.REQUEST_PARSING_ERROR,
    message: /negative/,
  },
  {
    title: 'an over-long vInt',
    hex: `${head('05', '03')} 8180808080 00 6b`,
    status: Status.REQUEST_PARSING_ERROR,
  },
  {
    title: 'an over-long message id',
    hex: 'a0 8580808080808080808000',
    status: Status.REQUEST_PARSING_ERROR,
    id: 0,
  },
  {
    title: 'a key of 2^31-1 bytes',
    hex: `${head('05', '03')} ffffffff07 78`,
    status: Status.REQUEST_PARSING_ERROR,
    message: /2147483647/,
  },
  {
    title: 'a value over the limit',
    hex: `${head('05', '01')} 016b 88 808080 01`,
    status: Status.REQUEST_PARSING_ERROR,
  },
  {
    title: 'more keys than a request can hold',
    hex: `${head('05', '2f')} ffffffff07`,
    status: Status.REQUEST_PARSING_ERROR,
  },
  {
    title: 'more header parameters than a request can hold',
    hex: 'a0 05 29 17 00 00 01 00 00 00 ffffffff07',
    status: Status.REQUEST_PARSING_ERROR,
  },
];

describe('bytes that put the stream out of step', () => {
  it.each(closing)('are answered once and the connection is closed: $title', async (given) => {
    await using connection = await WireConnection.open(server.port);
    await connection.reply(operations.ping, {}, {});
    connection.send(fromHex(given.hex));
    expect(await connection.next()).toMatchObject({
      kind: 'error',
      status: given.status,
      messageId: given.id ?? 5,
      message: expect.stringMatching(given.message ?? /./),
    });
    await connection.closed;
    expect(connection.unread).toEqual([]);
  });

  it('do not lose the reply to the request before them, nor let what comes after them be carried out', async () => {
    await using connection = await WireConnection.open(server.port);
    const put = connection.encode(
      operations.put,
      { cacheName: 'c' },
      { key: Uint8Array.of(9), value: Uint8Array.of(9) },
    );
    connection.send(
      Buffer.concat([put, fromHex('ff'), connection.encode(operations.clear, { cacheName: 'c' }, {})]),
    );
    expect(await connection.next()).toMatchObject({ kind: 'reply', messageId: 1 });
    expect(await connection.next()).toMatchObject({
      kind: 'error',
      status: Status.INVALID_MAGIC_OR_MESSAGE_ID,
    });
    await connection.closed;
    expect(server.cache('c').get(Uint8Array.of(9))).toBeDefined();
  });

  it.each([
    ['an HTTP request', Buffer.from('GET /rest/v2/server HTTP/1.1\r\nHost: x\r\n\r\n').toString('hex')],
    ['a TLS hello', '160301'],
    ['a reply', 'a1 01 18 00 00'],
  ])('from the first byte on are not answered at all: %s', async (_, hex) => {
    await using connection = await WireConnection.open(server.port);
    connection.send(fromHex(hex));
    await connection.closed;
    expect(connection.bytesReceived).toBe(0);
  });
});

const keeping: Case[] = [
  ...['00', '02', '45', '50', '60', '7e', '80', '99', 'f0', 'ff'].map((opcode) => ({
    title: `opcode 0x${opcode}`,
    hex: head('05', opcode),
    status: Status.UNKNOWN_OPERATION,
  })),
  {
    title: 'an unknown cache',
    hex: `${head('05', '03', '066e6f73756368')} 016b`,
    status: Status.REQUEST_PARSING_ERROR,
    message:
      /^org\.infinispan\.server\.hotrod\.CacheNotFoundException: Cache with name 'nosuch' not found amongst the configured caches$/,
  },
  {
    title: 'a ping of an unknown cache',
    hex: head('05', '17', '066e6f73756368'),
    status: Status.REQUEST_PARSING_ERROR,
    message: /CacheNotFoundException/,
  },
  {
    title: 'no cache name where there is no default cache',
    hex: `${head('05', '03', '00')} 016b`,
    status: Status.REQUEST_PARSING_ERROR,
    message: /CacheNotFoundException: Default cache requested but not configured/,
  },
  {
    title: 'a cache name that is no UTF-8',
    hex: `${head('05', '03', '03fffefd')} 016b`,
    status: Status.REQUEST_PARSING_ERROR,
    message: /'\ufffd\ufffd\ufffd' not found/,
  },
  {
    title: 'a private cache',
    hex: `${head('05', '03', '055f5f5f6870')} 016b`,
    status: Status.REQUEST_PARSING_ERROR,
    message: /not allowed to private caches.*'___hp'/,
  },
  {
    title: 'an unknown predefined media type',
    hex: 'a0 05 29 03 0163 00 01 ffffffff0f 01 63 00 00 00 016b',
    status: Status.REQUEST_PARSING_ERROR,
    message: /media type/,
  },
];

describe('requests that cannot be carried out', () => {
  it.each(keeping)('are answered, and the connection goes on: $title', async (given) => {
    await using connection = await WireConnection.open(server.port);
    connection.send(fromHex(given.hex));
    expect(await connection.next()).toMatchObject({
      kind: 'error',
      status: given.status,
      messageId: given.id ?? 5,
      message: expect.stringMatching(given.message ?? /./),
    });
    connection.expect(6, pingOf(6));
    connection.send(fromHex(head('06', '17', '00')));
    expect(await connection.next()).toMatchObject({ kind: 'reply', messageId: 6 });
  });
});

describe('requests that look odd', () => {
  it.each([
    ['message id 0', '00', 0],
    ['message id 2^63-1', 'ffffffffffffffff7f', 2n ** 63n - 1n],
    ['message id -1', 'ffffffffffffffffff01', -1],
  ])('are answered under their own id: %s', async (_, id, messageId) => {
    await using connection = await WireConnection.open(server.port);
    connection.expect(messageId, pingOf(0));
    connection.send(fromHex(head(id, '17', '00')));
    expect(await connection.next()).toMatchObject({ kind: 'reply', messageId });
  });

  it.each([
    ['intelligence 0', '00 00 00'],
    ['intelligence 9', '00 09 00'],
    ['unknown flags', 'ffff03 01 00'],
  ])('are carried out: %s', async (_, hex) => {
    await using connection = await WireConnection.open(server.port);
    connection.expect(5, { ...pingOf(5), operation: operations.containsKey });
    connection.send(fromHex(`a0 05 29 0f 0163 ${hex} 00 00 00 0177`));
    expect(await connection.next()).toMatchObject({
      kind: 'reply',
      messageId: 5,
      reply: { outcome: 'absent' },
    });
  });

  it('wait for their rest, and can then be carried out', async () => {
    await using connection = await WireConnection.open(server.port);
    const put = connection.encode(
      operations.put,
      { cacheName: 'c' },
      { key: Uint8Array.of(8), value: new Uint8Array(100) },
    );
    connection.send(put.subarray(0, 30));
    await using other = await WireConnection.open(server.port);
    await other.reply(operations.ping, {}, {});
    expect(server.cache('c').get(Uint8Array.of(8))).toBeUndefined();
    connection.send(put.subarray(30));
    expect(await connection.next()).toMatchObject({ reply: { outcome: 'ok' } });
  });

  it('are forgotten when the caller leaves in the middle', async () => {
    const connection = await WireConnection.open(server.port);
    const before = server.connections;
    connection.send(fromHex(`${head('05', '01')} 016b 88 7f 01`));
    connection.socket.end();
    await connection.closed;
    await expect.poll(() => server.connections).toBeLessThan(before);
  });
});

describe('an older server', () => {
  it('refuses what is newer than it claims, and claims no more', async () => {
    await using older = await HotRodServer.listen({ caches: { c: {} }, maxVersion: '3.0' });
    await using connection = await WireConnection.open(older.port);
    expect(await connection.reply(operations.ping, { version: '3.0' }, {})).toMatchObject({
      serverVersion: 30,
    });
    expect(await connection.ask(operations.ping, { version: '3.1' }, {})).toMatchObject({
      kind: 'error',
      status: Status.UNKNOWN_VERSION,
      message: expect.stringContaining('2.0 to 3.0'),
    });
    await connection.closed;
  });
});

describe('random bytes', () => {
  it('neither hang nor break the server', { timeout: 60_000 }, async () => {
    const random = seededRandom(11);
    for (let run = 0; run < 300; run++) {
      await using connection = await WireConnection.open(server.port);
      // What comes back belongs to no request of ours: only whether it ends matters.
      connection.socket.removeAllListeners('data').resume();
      const start = run % 3 === 0 ? '' : head('05', (run % 256).toString(16).padStart(2, '0'));
      connection.socket.end(Buffer.concat([fromHex(start), random.bytes(random.integer(1, 200))]));
      if (!connection.socket.closed) {
        await once(connection.socket, 'close');
      }
    }
    await using connection = await WireConnection.open(server.port);
    expect(await connection.reply(operations.ping, { version: '2.0' }, {})).toEqual({ outcome: 'ok' });
  });
});
