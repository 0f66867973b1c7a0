import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HustDbNode as EmbeddedNode } from '@kvtwin/hustdb-node';
import { type Rudeness, startRudeServer } from '@kvtwin/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { HustDbClientError } from './hustdb-client-error.js';
import { HustDbHa } from './hustdb-ha.js';
import { HustDbNode } from './hustdb-node.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const key = bytes('k');
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function nodeClient(port: number, options: Partial<ConstructorParameters<typeof HustDbNode>[0]> = {}) {
  const client = new HustDbNode({ host: '127.0.0.1', port, ...options });
  closers.push(() => client.close());
  return client;
}

function haClient(port: number, options: Partial<ConstructorParameters<typeof HustDbHa>[0]> = {}) {
  const client = new HustDbHa({ host: '127.0.0.1', port, ...options });
  closers.push(() => client.close());
  return client;
}

async function startNode(options: Parameters<typeof EmbeddedNode.listen>[0] = {}): Promise<EmbeddedNode> {
  const node = await EmbeddedNode.listen(options);
  closers.push(() => node.close());
  return node;
}

async function rude(rudeness: Rudeness): Promise<number> {
  const server = await startRudeServer(rudeness);
  closers.push(() => server.close());
  return server.port;
}

async function failure(call: Promise<unknown>): Promise<HustDbClientError> {
  const thrown = await call.then(
    () => new Error('nothing was thrown'),
    (error: unknown) => error,
  );
  if (HustDbClientError.is(thrown)) return thrown;
  throw thrown;
}

describe('HustDbNode', () => {
  it('puts, gets, compares, deletes', async () => {
    const client = nodeClient((await startNode()).port);
    expect(await client.put({ key, value: bytes('a') })).toMatchObject({ outcome: 'applied', version: '1' });
    expect(await client.put({ key, value: bytes('b'), ver: 1 })).toMatchObject({
      outcome: 'applied',
      version: '2',
    });
    expect(await client.put({ key, value: bytes('c'), ver: 1 })).toEqual({
      outcome: 'mismatch',
      version: '2',
    });
    expect(await client.get({ key })).toEqual({ outcome: 'found', version: '2', value: bytes('b') });
    expect(await client.exist({ key })).toEqual({ outcome: 'found', version: '2', value: new Uint8Array(0) });
    expect(await client.del({ key })).toMatchObject({ outcome: 'applied', version: '2' });
    expect(await client.del({ key })).toEqual({ outcome: 'absent', version: '0' });
    expect(await client.put({ key, value: bytes('c'), ver: 1 })).toEqual({
      outcome: 'rejected',
      version: '0',
    });
  });

  it('tells a version mismatch from bad credentials, both 401', async () => {
    const node = await startNode({ auth: { user: 'huststore', password: 'huststore' } });
    const client = nodeClient(node.port, { auth: { user: 'huststore', password: 'huststore' } });
    await client.put({ key, value: bytes('a') });
    expect(await client.put({ key, value: bytes('b'), ver: 7 })).toEqual({
      outcome: 'mismatch',
      version: '1',
    });
    const stranger = nodeClient(node.port, { auth: { user: 'huststore', password: 'wrong' } });
    const error = await failure(stranger.put({ key, value: bytes('b'), ver: 1 }));
    expect([error.code, error.status]).toEqual(['HUSTDB_UNAUTHORIZED', 401]);
    expect(JSON.stringify(error)).not.toContain('wrong');
  });

  it('carries keys and values of any bytes', async () => {
    const client = nodeClient((await startNode()).port);
    const value = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const odd = value.filter((byte) => byte !== 0x3f);
    await client.hset({ table: 'a:b.c_9', key: odd, value });
    expect(await client.hget({ table: 'a:b.c_9', key: odd })).toMatchObject({ outcome: 'found', value });
    const long = new Uint8Array(3993).fill(0x6b);
    await client.put({ key: long, value });
    expect(await client.get({ key: long })).toMatchObject({ outcome: 'found', value });
  });

  it.each([
    ['an empty key', { key: new Uint8Array(0), value: bytes('v') }],
    ['a key with a question mark', { key: bytes('a?b'), value: bytes('v') }],
    ['an empty value', { key, value: new Uint8Array(0) }],
    ['a key too long for a request line', { key: new Uint8Array(4100).fill(0x6b), value: bytes('v') }],
    ['a key whose encoding is too long', { key: new Uint8Array(1400).fill(0xff), value: bytes('v') }],
    ['a ttl of 0', { key, value: bytes('v'), ttlSeconds: 0 }],
    ['a version out of range', { key, value: bytes('v'), ver: 4_194_304 }],
  ])('refuses %s before anything is sent', async (_name, request) => {
    const server = await startRudeServer({ kind: 'silent' });
    closers.push(() => server.close());
    const error = await failure(nodeClient(server.port).put(request));
    expect([error.code, error.mayHaveBeenApplied, server.accepted]).toEqual([
      'HUSTDB_INVALID_REQUEST',
      false,
      0,
    ]);
  });

  it('refuses a table of 65 characters', async () => {
    const error = await failure(nodeClient(9).hget({ table: 't'.repeat(65), key }));
    expect(error.code).toBe('HUSTDB_INVALID_REQUEST');
    expect(error.message).toContain('1 to 64 characters');
  });
});

describe('servers that misbehave', () => {
  const reply = (text: string) => bytes(text);
  const cases: [string, Rudeness, string][] = [
    ['closes at once', { kind: 'close' }, 'HUSTDB_RESET'],
    ['answers HTML', { kind: 'html' }, 'HUSTDB_HTML'],
    ['answers garbage', { kind: 'garbage' }, 'HUSTDB_MALFORMED_REPLY'],
    ['never answers', { kind: 'silent' }, 'HUSTDB_TIMEOUT'],
    [
      'trickles',
      { kind: 'trickle', bytes: reply(`HTTP/1.1 200 OK\r\nVersion: 1${' '.repeat(400)}\r\n`), everyMs: 20 },
      'HUSTDB_TIMEOUT',
    ],
    [
      'cuts the body off',
      { kind: 'close-after', bytes: reply('HTTP/1.1 200 OK\r\nVersion: 1\r\nContent-Length: 9\r\n\r\nab') },
      'HUSTDB_BODY_SHORT',
    ],
    [
      'resets in the body',
      { kind: 'reset-after', bytes: reply('HTTP/1.1 200 OK\r\nVersion: 1\r\nContent-Length: 9\r\n\r\nab') },
      'HUSTDB_BODY_SHORT',
    ],
    [
      'redirects',
      { kind: 'reply', bytes: reply('HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n') },
      'HUSTDB_UNEXPECTED_STATUS',
    ],
    [
      'has no version',
      { kind: 'reply', bytes: reply('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na') },
      'HUSTDB_MALFORMED_HEADER',
    ],
    [
      'answers 500',
      { kind: 'reply', bytes: reply('HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n') },
      'HUSTDB_SERVER_ERROR',
    ],
    [
      'is too long',
      { kind: 'reply', bytes: reply('HTTP/1.1 200 OK\r\nVersion: 1\r\nContent-Length: 3000\r\n\r\nab') },
      'HUSTDB_TIMEOUT',
    ],
  ];

  it.each(cases)('a server that %s', async (_name, rudeness, code) => {
    const port = await rude(rudeness);
    const timeoutMs = code === 'HUSTDB_TIMEOUT' ? 300 : 15_000;
    const error = await failure(nodeClient(port, { timeoutMs }).get({ key }));
    expect(error.code).toBe(code);
    expect(error.mayHaveBeenApplied).toBe(false);
    const front = await failure(haClient(port, { timeoutMs }).hget2({ table: 't', key }));
    expect(front.code).toBe(code);
  });

  it.each([
    [
      '401',
      'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="libevhtp"\r\nContent-Length: 0\r\n\r\n',
      false,
    ],
    ['405', 'HTTP/1.1 405 Not Allowed\r\nContent-Length: 0\r\n\r\n', false],
    ['302', 'HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n', false],
    ['a page', 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n', true],
    ['500', 'HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n', true],
  ])('says whether a write that was answered %s may have been applied', async (_name, answer, applied) => {
    const port = await rude({ kind: 'reply', bytes: reply(answer) });
    expect((await failure(nodeClient(port).put({ key, value: key }))).mayHaveBeenApplied).toBe(applied);
  });

  it('says of a write that it may have been applied, once it was sent', async () => {
    const silent = await failure(
      nodeClient(await rude({ kind: 'silent' }), { timeoutMs: 100 }).put({ key, value: key }),
    );
    expect([silent.code, silent.mayHaveBeenApplied]).toEqual(['HUSTDB_TIMEOUT', true]);
    const closed = await rude({ kind: 'close-after', bytes: new Uint8Array(0) });
    const error = await failure(nodeClient(closed).put({ key, value: key }));
    expect([error.code, error.mayHaveBeenApplied]).toEqual(['HUSTDB_RESET', true]);
  });

  it('tells a connection that is reset at once, before or after the request was sent', async () => {
    const error = await failure(nodeClient(await rude({ kind: 'reset' })).get({ key }));
    expect(['HUSTDB_RESET', 'HUSTDB_UNREACHABLE']).toContain(error.code);
  });

  it('says of a refused connection that nothing was applied', async () => {
    const node = await EmbeddedNode.listen();
    const { port } = node;
    await node.close();
    const error = await failure(nodeClient(port).put({ key, value: key }));
    expect([error.code, error.mayHaveBeenApplied]).toEqual(['HUSTDB_UNREACHABLE', false]);
  });

  it('bounds the length of a reply', async () => {
    const node = await startNode();
    const client = nodeClient(node.port, { maxReplyBytes: 1000 });
    await client.put({ key, value: new Uint8Array(2000).fill(1) });
    expect((await failure(client.get({ key }))).code).toBe('HUSTDB_REPLY_TOO_LARGE');
    expect((await client.exist({ key })).outcome).toBe('found');
  });
});

describe('limits and ends of calls', () => {
  it('ends a call whose signal fires, before and while it waits', async () => {
    const client = nodeClient(await rude({ kind: 'silent' }));
    expect((await failure(client.get({ key }, { signal: AbortSignal.abort() }))).code).toBe('HUSTDB_ABORTED');
    const controller = new AbortController();
    const call = failure(client.put({ key, value: key }, { signal: controller.signal }));
    setTimeout(() => controller.abort(new Error('enough')), 50);
    const error = await call;
    expect([error.code, error.mayHaveBeenApplied, (error.cause as Error).message]).toEqual([
      'HUSTDB_ABORTED',
      true,
      'enough',
    ]);
  });

  it('settles every call on close, those that wait for a connection too', async () => {
    const client = nodeClient(await rude({ kind: 'silent' }), { connections: 2 });
    const calls = Array.from({ length: 10 }, () => failure(client.get({ key })));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await client.close();
    expect(new Set((await Promise.all(calls)).map((error) => error.code))).toEqual(
      new Set(['HUSTDB_CLOSED']),
    );
    expect((await failure(client.get({ key }))).code).toBe('HUSTDB_CLOSED');
  });

  it('refuses calls past maxPending, and takes new ones afterwards', async () => {
    const client = nodeClient(await rude({ kind: 'silent' }), { maxPending: 3, timeoutMs: 200 });
    const calls = Array.from({ length: 3 }, () => failure(client.get({ key })));
    expect((await failure(client.get({ key }))).code).toBe('HUSTDB_OVERLOADED');
    expect((await Promise.all(calls)).map((error) => error.code)).toEqual(Array(3).fill('HUSTDB_TIMEOUT'));
    expect((await failure(client.get({ key }))).code).toBe('HUSTDB_TIMEOUT');
  });

  it('reads once more where an idle connection was closed under it', async () => {
    const node = await startNode();
    const { port } = node;
    const client = nodeClient(port);
    await client.put({ key, value: key });
    await node.close();
    const again = await startNode({ port });
    again.storage.put({ key, value: key, ver: 0, isDup: false, ttlSeconds: 0 });
    expect((await client.get({ key })).outcome).toBe('found');
  });
});

describe('HustDbHa', () => {
  it('drops the connection on which a body was refused', async () => {
    const sockets = new Set<unknown>();
    const front = createServer((request, response) => {
      sockets.add(request.socket);
      const headers = ['Content-Type', 'text/plain', 'Version', '0', 'Content-Length', '0'];
      response.writeHead(request.method === 'POST' ? 404 : 200, headers).end();
    });
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise((resolve) => front.close(resolve)));
    const client = haClient((front.address() as AddressInfo).port, { connections: 1 });
    await client.exist({ key });
    await client.exist({ key });
    expect(sockets.size).toBe(1);
    expect(await client.put({ key, value: key })).toEqual({ outcome: 'failed' });
    await client.exist({ key });
    expect(sockets.size).toBe(2);
  });

  it('sends no body, no accept-encoding and no conditional header with a read', async () => {
    let seen: string[] = [];
    const front = createServer((request, response) => {
      seen = request.rawHeaders.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
      response.writeHead(200, ['Content-Type', 'text/plain', 'Content-Length', '1', 'Version', '5']).end('v');
    });
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise((resolve) => front.close(resolve)));
    const client = haClient((front.address() as AddressInfo).port, { auth: { user: 'u', password: 'p' } });
    expect(await client.hget2({ table: 't', key })).toMatchObject({
      kind: 'agreed',
      version: { token: '5' },
    });
    expect(seen.sort()).toEqual(['authorization', 'connection', 'host']);
  });
});
