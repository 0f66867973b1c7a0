import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Rudeness, startRudeServer } from '@kvtwin/testkit';
import { type PairStore, StoreError } from '@kvtwin/versioned-value';
import { afterEach, describe, expect, it } from 'vitest';
import { openHustDbHaPairSource } from './open-hustdb-ha-pair-source.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array): string => new TextDecoder().decode(value);
const key = bytes('test_key');
const counter = (token: string) => ({ scheme: 'counter' as const, token });

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

type Scripted = [status: number, headers: Record<string, string>, body?: string];

/** A front that answers each path as scripted, and keeps the targets that it was asked for. */
async function scriptedFront(script: Record<string, Scripted>): Promise<{ port: number; targets: string[] }> {
  const targets: string[] = [];
  const server: Server = createServer((request, response) => {
    if (request.url !== '/get_table') targets.push(`${request.method} ${request.url}`);
    const [status, headers, body = ''] = script[request.url?.split('?')[0] ?? ''] ?? [404, { Version: '0' }];
    const all = {
      'Content-Type': 'text/plain',
      'Content-Length': String(Buffer.byteLength(body)),
      ...headers,
    };
    request.resume().on('end', () => response.writeHead(status, all).end(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  return { port: (server.address() as AddressInfo).port, targets };
}

async function openPair(port: number, table?: string, options = {}): Promise<PairStore> {
  const source = await openHustDbHaPairSource(`hustdb+ha://huststore:huststore@127.0.0.1:${port}`, options);
  closers.push(() => source.close());
  return source.open(table === undefined ? { type: 'kv' } : { type: 'hash', table });
}

async function refusal(call: Promise<unknown>): Promise<StoreError> {
  const thrown = await call.then(
    () => new Error('nothing was thrown'),
    (error: unknown) => error,
  );
  if (StoreError.is(thrown)) return thrown;
  throw thrown;
}

const TABLE = JSON.stringify({
  table: [{ item: { key: [0, 1024], val: ['10.0.0.1:8085', '10.0.0.2:8085'] } }],
});

describe('reads through a front', () => {
  it('reads a pair by hget2', async () => {
    const front = await scriptedFront({
      '/hget2': [409, { Version1: '1', Version2: '2', 'Val-Offset': '3' }, 'onetwo'],
    });
    const read = await (await openPair(front.port, 'test_table')).read(key);
    expect(read.kind).toBe('diverged');
    expect(read.kind === 'diverged' && read.values.map(text)).toEqual(['one', 'two']);
    expect(front.targets).toEqual(['GET /hget2?tb=test_table&key=test_key']);
  });

  it('reads a pair of the kv space by get2, and says what 404 does not tell', async () => {
    const front = await scriptedFront({});
    const read = await (await openPair(front.port)).read(key);
    expect(read).toMatchObject({ kind: 'unreadable', sides: [{ state: 'unknown' }, { state: 'unknown' }] });
    expect(front.targets).toEqual(['GET /get2?key=test_key']);
  });

  it('reads what the front reads first', async () => {
    const front = await scriptedFront({ '/get': [200, { Version: '4' }, 'v'] });
    const sides = await (await openPair(front.port)).readFirst!(key);
    expect(sides).toMatchObject([
      { state: 'present', entry: { version: counter('4') } },
      { state: 'unknown' },
    ]);
  });

  it.each([
    ['asks for credentials', [401, { 'WWW-Authenticate': 'Basic realm="Authentication"' }], 'STORE_AUTH'],
    ['answers HTML', [200, { 'Content-Type': 'text/html' }, '<html>'], 'STORE_PROTOCOL'],
    ['answers 502', [502, {}], 'STORE_REJECTED'],
    ['sends a bad Val-Offset', [409, { Version: '1', 'Val-Offset': '9' }, 'ab'], 'STORE_PROTOCOL'],
  ] as [string, Scripted, string][])('rejects where the front %s', async (_name, answer, code) => {
    const front = await scriptedFront({ '/get2': answer });
    expect((await refusal((await openPair(front.port)).read(key))).code).toBe(code);
  });
});

describe('sets and sorted sets through a front', () => {
  async function open(port: number, type: 'set' | 'zset'): Promise<PairStore> {
    const source = await openHustDbHaPairSource(`hustdb+ha://127.0.0.1:${port}`);
    closers.push(() => source.close());
    return source.open({ type, table: 't' });
  }

  it('reads a member by sismember2, with an empty value', async () => {
    const front = await scriptedFront({ '/sismember2': [409, { Version1: '5', Version2: '7' }] });
    const read = await (await open(front.port, 'set')).read(key);
    expect(read).toMatchObject({
      kind: 'version-skew',
      value: bytes(''),
      sides: [{ entry: { value: bytes(''), version: counter('5') } }, { entry: { version: counter('7') } }],
    });
    expect(front.targets).toEqual(['POST /sismember2?tb=t']);
  });

  it('reads scores by zscore2, and one by zscore', async () => {
    const front = await scriptedFront({
      '/zscore2': [409, { Version: '5', 'Val-Offset': '2' }, '-17'],
      '/zscore': [200, { Version: '5' }, '-1'],
    });
    const store = await open(front.port, 'zset');
    const read = await store.read(key);
    expect(read.kind === 'value-conflict' && read.values.map(text)).toEqual(['-1', '7']);
    expect(await store.readFirst!(key)).toMatchObject([{ entry: { value: bytes('-1') } }, {}]);
  });

  it('writes members and scores, and routes by them as the front does', async () => {
    const masters = ['10.0.0.1:8085', '10.0.0.2:8085', '10.0.0.3:8085'];
    // "t" is in slot 116, "test_key" in slot 306.
    const table = [
      { item: { key: [0, 200], val: [masters[0], masters[1]] } },
      { item: { key: [200, 1024], val: [masters[1], masters[2]] } },
    ];
    const failed: Scripted = [200, { Version: '1', Sync: '10.0.0.2:8085' }];
    const script = { '/sadd': failed, '/zadd': failed, '/zrem': failed };
    const front = await scriptedFront({ ...script, '/get_table': [200, {}, JSON.stringify({ table })] });
    const set = await (await open(front.port, 'set')).put(key, bytes(''));
    expect(set.sides.map(({ state }) => state)).toEqual(['unknown', 'applied']);
    const zset = await open(front.port, 'zset');
    const put = await zset.put(key, bytes('-3'), { ifVersion: counter('4') });
    expect(put.sides.map(({ state }) => state)).toEqual(['applied', 'unknown']);
    await zset.remove(key);
    expect(front.targets).toEqual(['POST /sadd?tb=t', 'POST /zadd?tb=t&score=-3&ver=4', 'POST /zrem?tb=t']);
  });

  it('refuses what is no value of theirs, and a member that the front would cut', async () => {
    const front = await scriptedFront({});
    const [set, zset] = [await open(front.port, 'set'), await open(front.port, 'zset')];
    expect((await refusal(set.put(key, bytes('v')))).code).toBe('STORE_INVALID_VALUE');
    expect((await refusal(zset.put(key, bytes('v')))).code).toBe('STORE_INVALID_VALUE');
    expect((await refusal(zset.put(bytes('a?b'), bytes('1')))).code).toBe('STORE_INVALID_KEY');
    expect(front.targets).toEqual([]);
  });
});

describe('writes through a front', () => {
  it('tells that both masters took a write', async () => {
    const front = await scriptedFront({ '/hset': [200, { Version: '2' }] });
    const write = await (await openPair(front.port, 't')).put(key, bytes('v'), { lifespanMs: 1500 });
    expect(write.sides).toEqual([
      { state: 'applied', version: counter('2') },
      { state: 'applied', version: counter('2') },
    ]);
    expect(front.targets).toEqual(['POST /hset?tb=t&key=test_key&ttl=2']);
  });

  it.each([
    ['10.0.0.1:8085', ['unknown', 'applied']],
    ['10.0.0.2:8085', ['applied', 'unknown']],
    ['10.9.9.9:8085', ['unknown', 'unknown']],
  ])('finds the master that Sync names, %s, in the table', async (sync, states) => {
    const front = await scriptedFront({
      '/put': [200, { Sync: sync, Version: '2' }],
      '/get_table': [200, {}, TABLE],
    });
    const write = await (await openPair(front.port)).put(key, bytes('v'));
    expect(write.sides.map(({ state }) => state)).toEqual(states);
    expect(write.missed).toMatchObject({ name: sync, version: counter('2') });
  });

  it('does not guess what a 404 means', async () => {
    const front = await scriptedFront({ '/del': [404, { Version: '0' }] });
    const write = await (await openPair(front.port)).remove(key, { ifVersion: counter('3') });
    expect(write.sides).toMatchObject([
      { state: 'unknown', error: { code: 'STORE_REJECTED' } },
      { state: 'unknown', error: { code: 'STORE_REJECTED' } },
    ]);
    expect(front.targets).toEqual(['GET /del?key=test_key&ver=3']);
  });

  it('reads a refusal of the extended dialect', async () => {
    const sides = 'rejected (mismatch), rejected (mismatch)';
    const front = await scriptedFront({ '/put': [412, { Version1: '2', Version2: '5', 'X-Sides': sides }] });
    const write = await (await openPair(front.port)).put(key, bytes('v'), { ifVersion: counter('1') });
    expect(write.sides).toEqual([
      { state: 'rejected', reason: 'mismatch', version: counter('2') },
      { state: 'rejected', reason: 'mismatch', version: counter('5') },
    ]);
  });

  it.each([
    [409, 'applied, rejected (mismatch)', [{ state: 'applied' }, { state: 'rejected', reason: 'mismatch' }]],
    [
      409,
      'applied, rejected (STORE_WRONG_TYPE)',
      [{ state: 'applied' }, { state: 'rejected', reason: 'error', error: { code: 'STORE_WRONG_TYPE' } }],
    ],
    [
      404,
      'rejected (absent), unknown (STORE_TIMEOUT)',
      [
        { state: 'rejected', reason: 'absent' },
        { state: 'unknown', error: { code: 'STORE_TIMEOUT' } },
      ],
    ],
    [200, 'unknown (STORE_UNREACHABLE), applied', [{ state: 'unknown' }, { state: 'applied' }]],
    [200, 'applied, rejected (x)', [{ state: 'applied' }, { error: { code: 'STORE_REJECTED' } }]],
  ])('believes a front that answers %i and tells: %s', async (status, told, sides) => {
    const front = await scriptedFront({ '/put': [status, { Version: '0', 'X-Sides': told }] });
    const write = await (await openPair(front.port)).put(key, bytes('v'));
    expect(write.sides).toMatchObject(sides);
  });

  it('tells what a replay found to be newer', async () => {
    const sides = 'rejected (mismatch), rejected (mismatch)';
    const front = await scriptedFront({ '/put': [200, { Version: '4', 'X-Sides': sides }] });
    const write = await (await openPair(front.port)).put(key, bytes('v'), { replayVersion: counter('2') });
    const newer = { state: 'rejected', reason: 'mismatch', version: counter('4') };
    expect(write.sides).toEqual([newer, newer]);
  });

  it.each(['', 'applied', 'applied, applied, applied', 'done, done'])(
    'does not guess what 409 with X-Sides %j means',
    async (told) => {
      const front = await scriptedFront({ '/put': [409, { 'X-Sides': told }] });
      const write = await (await openPair(front.port)).put(key, bytes('v'));
      expect(write.sides.map(({ state }) => state)).toEqual(['unknown', 'unknown']);
    },
  );

  it.each([
    ['silent', { kind: 'silent' }, 'STORE_TIMEOUT'],
    ['closing', { kind: 'close' }, 'STORE_UNREACHABLE'],
  ] as [string, Rudeness, string][])(
    'tells that a write may have been applied by a %s front',
    async (_name, rudeness, code) => {
      const server = await startRudeServer(rudeness);
      closers.push(() => server.close());
      const write = await (
        await openPair(server.port, undefined, { timeoutMs: code === 'STORE_TIMEOUT' ? 300 : 15_000 })
      ).put(key, bytes('v'));
      expect(write.sides).toMatchObject([
        { state: 'unknown', error: { code } },
        { state: 'unknown', error: { code } },
      ]);
    },
  );

  it.each([
    ['a key with ?', () => ({ key: bytes('a?'), value: bytes('v') }), 'STORE_INVALID_KEY'],
    ['an empty value', () => ({ key, value: bytes('') }), 'STORE_INVALID_VALUE'],
    [
      'a maximum idle time',
      () => ({ key, value: bytes('v'), options: { maxIdleMs: 1000 } }),
      'STORE_UNSUPPORTED',
    ],
    [
      'a lifespan that means never',
      () => ({ key, value: bytes('v'), options: { lifespanMs: 3e9 } }),
      'STORE_INVALID_ARGUMENT',
    ],
    [
      'version 0',
      () => ({ key, value: bytes('v'), options: { ifVersion: counter('0') } }),
      'STORE_INVALID_ARGUMENT',
    ],
    [
      'two versions',
      () => ({ key, value: bytes('v'), options: { ifVersions: [counter('1'), counter('2')] as const } }),
      'STORE_UNSUPPORTED',
    ],
  ] as [
    string,
    () => { key: Uint8Array; value: Uint8Array; options?: Parameters<PairStore['put']>[2] },
    string,
  ][])('refuses %s without asking', async (_name, make, code) => {
    const front = await scriptedFront({});
    const { key: given, value, options } = make();
    const store = await openPair(front.port);
    expect((await refusal(store.put(given, value, options))).code).toBe(code);
    expect(front.targets).toEqual([]);
  });
});

describe('addresses', () => {
  it.each([
    'hustdb+ha://',
    'hustdb+ha://host:99999',
    'hustdb+ha://host:8082/path',
    'hustdb+ha://host:8082?x=1',
    'hustdb://host:8082',
    'http://host:8082',
  ])('refuses %s', async (url) => {
    expect((await refusal(openHustDbHaPairSource(url))).code).toBe('STORE_INVALID_ARGUMENT');
  });

  it('knows what the masters of one pair are called, by the table', async () => {
    const front = await scriptedFront({ '/get_table': [200, {}, TABLE] });
    const source = await openHustDbHaPairSource(`hustdb+ha://127.0.0.1:${front.port}`);
    closers.push(() => source.close());
    expect(source.sideNames).toEqual(['10.0.0.1:8085', '10.0.0.2:8085']);
  });

  it('shows no credentials', async () => {
    const source = await openHustDbHaPairSource('hustdb+ha://me:secret@127.0.0.1');
    expect(source.name).toBe('hustdb+ha://127.0.0.1:8082');
    await source.close();
    expect((await refusal(source.open({ type: 'kv' }))).code).toBe('STORE_CLOSED');
    expect((await refusal(openHustDbHaPairSource('hustdb+ha://me:secret@host:0'))).message).not.toContain(
      'secret',
    );
  });

  it.each([
    { type: 'hash', table: 't'.repeat(65) },
    { type: 'hash', table: 'a-b' },
    { type: 'hash' },
    { type: 'set', table: '' },
    { type: 'zset' },
    { type: 'kv', table: 't' },
  ] as const)('refuses to open %o', async (selector) => {
    const source = await openHustDbHaPairSource('hustdb+ha://127.0.0.1');
    closers.push(() => source.close());
    expect((await refusal(source.open(selector))).code).toBe('STORE_INVALID_ARGUMENT');
  });
});
