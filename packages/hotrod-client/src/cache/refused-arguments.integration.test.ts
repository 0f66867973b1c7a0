import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { operations } from '@kvtwin/hotrod-protocol';
import { HotRodServer } from '@kvtwin/hotrod-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cache, codecs, HotRodClient } from '../index.js';

let server: HotRodServer;
let client: HotRodClient;
let cache: Cache<string, string>;

beforeAll(async () => {
  server = await HotRodServer.listen({ caches: { c: {} } });
  client = await HotRodClient.connect(server.url);
  cache = client.cache('c');
  await cache.set('k', 'v');
});
afterAll(async () => {
  await client.close();
  await server.close();
});

const refused = { name: 'HotRodError', code: 'HOTROD_INVALID_ARGUMENT', mayHaveBeenApplied: false };

async function walk(options: unknown): Promise<void> {
  for await (const _ of cache.keys(options as never)) await _;
}

describe('options of a call', () => {
  const bad: readonly [string, unknown][] = [
    ['null', null],
    ['a number', 500],
    ['timeoutMs 0', { timeoutMs: 0 }],
    ['timeoutMs -1', { timeoutMs: -1 }],
    ['timeoutMs NaN', { timeoutMs: Number.NaN }],
    ['timeoutMs Infinity', { timeoutMs: Number.POSITIVE_INFINITY }],
    ['timeoutMs as a text', { timeoutMs: '500' }],
    ['timeoutMs as a bigint', { timeoutMs: 500n }],
    ['timeoutMs null', { timeoutMs: null }],
    ['timeoutMs past what a timer takes', { timeoutMs: 2 ** 31 }],
    ['signal null', { signal: null }],
    ['a controller for a signal', { signal: new AbortController() }],
    ['a text for a signal', { signal: 'stop' }],
  ];

  it.each(bad)('%s are refused by every call', async (_, given) => {
    const options = given as never;
    for (const call of [
      () => cache.get('k', options),
      () => cache.set('k', 'w', options),
      () => cache.setIfAbsent('k', 'w', options),
      () => cache.getMany(['k'], options),
      () => cache.setMany([['k', 'w']], options),
      () => cache.deleteMany(['k'], options),
      () => cache.update('k', () => 'w', options),
      () => cache.size(options),
    ]) {
      await expect(call()).rejects.toMatchObject(refused);
    }
    expect(await cache.get('k')).toBe('v');
  });
});

describe('a walk', () => {
  it.each<[string, unknown]>([
    ['batchSize 0', { batchSize: 0 }],
    ['batchSize as a bigint', { batchSize: 5n }],
    ['a negative segment', { segments: [-1] }],
    ['a segment NaN', { segments: [Number.NaN] }],
    ['half a segment', { segments: [1.5] }],
    ['a segment as a text', { segments: ['3'] }],
    ['a segment that would fill the request', { segments: [1e9] }],
    ['segments that are none', { segments: 5 }],
    ['the name of a filter alone', { filter: 'factory' }],
    ['a filter without a name', { filter: {} }],
    ['parameters that are no bytes', { filter: { name: 'factory', parameters: ['a'] } }],
    ['256 parameters', { filter: { name: 'factory', parameters: Array(256).fill(new Uint8Array()) } }],
  ])('with %s is refused', async (_, options) => {
    await expect(walk(options)).rejects.toMatchObject(refused);
  });

  it('takes segments from a generator', async () => {
    const segments = (function* () {
      yield* [0, 1, 2];
    })();
    await walk({ segments });
  });
});

describe('many keys', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['getMany of a text, which is no list of letters', () => cache.getMany('abc')],
    ['getMany of a number', () => cache.getMany(5 as never)],
    ['setMany of an object', () => cache.setMany({ k: 'w' } as never)],
    ['setMany of what are no pairs', () => cache.setMany(['kw'] as never)],
    ['setMany of a pair without a value', () => cache.setMany([['k']] as never)],
    ['deleteMany of nothing', () => cache.deleteMany(undefined as never)],
  ])('%s is refused', async (_, call) => {
    await expect(call()).rejects.toMatchObject(refused);
    expect(await cache.get('k')).toBe('v');
  });

  it('come from anything that can be iterated', async () => {
    await cache.setMany(new Map([['m', '1']]));
    expect([...(await cache.getMany(new Set(['m', 'k'])))]).toEqual([
      ['m', '1'],
      ['k', 'v'],
    ]);
    expect(await cache.deleteMany(new Set(['m']))).toBe(1);
  });
});

describe('texts', () => {
  it.each(['\ud800', 'a\udc00b', `${'x'.repeat(100)}\ud800`])(
    'with half of a surrogate pair are refused, not changed (%j)',
    async (text) => {
      const why = { code: 'HOTROD_CODEC', message: expect.stringContaining('surrogate') };
      await expect(cache.set(text, 'v')).rejects.toMatchObject(why);
      await expect(cache.set('k', text)).rejects.toMatchObject(why);
      await expect(cache.get(text)).rejects.toMatchObject(why);
    },
  );

  it('with whole pairs, and halves in JSON, come back as they were', async () => {
    const pair = '\ud83d\ude00';
    await cache.set(pair, pair.repeat(100));
    expect(await cache.get(pair)).toBe(pair.repeat(100));
    expect(await cache.delete(pair)).toBe(true);
    const json = cache.as({ value: codecs.json<string>() });
    await json.set('half', '\ud800');
    expect(await json.get('half')).toBe('\ud800');
    await json.delete('half');
  });
});

describe('codecs, caches and handlers', () => {
  const odd = (encode: () => unknown) => ({ mediaType: 'text/plain', encode, decode: String }) as never;

  it.each<[string, () => unknown]>([
    ['a codec that is a name', () => client.cache('c', { value: 'json' as never })],
    ['the maker of a codec', () => client.cache('c', { value: codecs.json as never })],
    ['a codec without a media type', () => cache.as({ value: { encode: String, decode: String } as never })],
    ['a cache that is a number', () => client.cache(42 as never)],
  ])('%s is refused', (_, make) => {
    expect(make).toThrow(expect.objectContaining(refused));
  });

  it.each<[string, () => unknown]>([
    ['a text', () => 'text'],
    ['nothing', () => undefined],
    ['an ArrayBuffer', () => new ArrayBuffer(3)],
  ])('a codec that makes %s is told so', async (_, encode) => {
    await expect(client.cache('c', { value: odd(encode) }).set('k', 'w')).rejects.toMatchObject({
      code: 'HOTROD_CODEC',
      message: expect.stringContaining('Uint8Array'),
    });
    expect(await cache.get('k')).toBe('v');
  });

  it.each<[string, () => Promise<unknown>]>([
    ['subscribe() without handlers', () => cache.subscribe(undefined as never)],
    ['subscribe(null)', () => cache.subscribe(null as never)],
    ['a filter by name', () => cache.subscribe({ created() {} }, { filter: 'factory' as never })],
    [
      'a converter without decode',
      () => cache.subscribe({ created() {} }, { converter: { name: 'factory' } as never }),
    ],
    ['types as a text', async () => cache.events({ types: 'created' as never })],
    ['update without a function', () => cache.update('k', 'w' as never)],
  ])('%s is refused', async (_, call) => {
    await expect(call()).rejects.toMatchObject(refused);
  });
});

describe('a client', () => {
  it.each<[string, () => unknown]>([
    ['an event that there is not', () => client.on('error' as never, () => undefined)],
    ['a listener that is none', () => client.on('connect', 'log' as never)],
  ])('%s is refused', (_, call) => {
    expect(call).toThrow(expect.objectContaining(refused));
  });

  it.each([undefined, null, {}, { operation: operations.get, request: {} }])(
    'execute(%j) is refused',
    async (input) => {
      await expect(client.execute(input as never)).rejects.toMatchObject(refused);
    },
  );
});

describe('connect', () => {
  it.each<[string, unknown]>([
    ['an option that there is not', { timeout: 500 }],
    ['one server for the list', { servers: '127.0.0.1:11222' }],
    ['a server that is null', { servers: [null] }],
    ['sites as a list', { sites: ['127.0.0.1'] }],
    ['a function that is none', { mapAddress: { host: 'h' } }],
    ['a cache that is none', { cache: 5 }],
    ['a yes', { lazy: 'yes' }],
    ['null', null],
    ['a list', ['127.0.0.1:11222']],
    ['a port', 11222],
  ])('with %s is refused', async (_, options) => {
    await expect(HotRodClient.connect(options as never)).rejects.toMatchObject(refused);
    await expect(HotRodClient.connect(server.url, options as never)).rejects.toMatchObject(refused);
  });

  it('is given up by a signal, and leaves nothing behind', async () => {
    const closed = createServer(() => undefined);
    await once(closed.listen(0, '127.0.0.1'), 'listening');
    const url = `hotrod://127.0.0.1:${(closed.address() as AddressInfo).port}`;
    const abort = new AbortController();
    const connecting = HotRodClient.connect(url, { connectTimeoutMs: 60_000, signal: abort.signal });
    await once(closed, 'connection');
    abort.abort('enough');
    await expect(connecting).rejects.toMatchObject({ code: 'HOTROD_ABORTED', cause: 'enough' });
    await expect(HotRodClient.connect(url, { signal: abort.signal })).rejects.toMatchObject({
      code: 'HOTROD_ABORTED',
    });
    await expect(HotRodClient.connect(url, { signal: abort as never })).rejects.toMatchObject(refused);
    // Waits for the last connection to end.
    await new Promise((resolve) => closed.close(resolve));
  });

  it('takes a URL object as well', async () => {
    const second = await HotRodClient.connect(new URL(`${server.url}/c`));
    expect(await second.cache().get('k')).toBe('v');
    await second.close();
  });
});
