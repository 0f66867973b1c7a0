import { HotRodServer } from '@kvtwin/hotrod-server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Cache, type Codec, codecs, HotRodClient } from '../index.js';

let server: HotRodServer;
let client: HotRodClient;
let users: Cache<string, string>;

beforeAll(async () => {
  server = await HotRodServer.listen({ caches: { users: {} } });
  client = await HotRodClient.connect(server.url);
  users = client.cache('users');
});
afterAll(async () => {
  await client.close();
  await server.close();
});
beforeEach(() => users.clear());

async function collect<T>(walk: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of walk) all.push(item);
  return all;
}

const invalid = { code: 'HOTROD_INVALID_ARGUMENT', mayHaveBeenApplied: false };
const none = undefined as never;
const nil = null as never;
const json = () => client.cache('users', { value: codecs.json() });

describe('undefined and null', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['set(undefined)', () => users.set('k', none)],
    ['set(null)', () => users.set('k', nil)],
    ['set(undefined) as JSON', () => json().set('k', undefined)],
    ['setIfAbsent', () => users.setIfAbsent('k', none)],
    ['replace', () => users.replace('k', none)],
    ['replaceIf', () => users.replaceIf('k', none, 1n)],
    ['getAndSet', () => users.getAndSet('k', nil)],
    ['setMany', () => users.setMany([['k', none]])],
    ['get(undefined)', () => users.get(none)],
    ['delete(null)', () => users.delete(nil)],
    ['getMany', () => users.getMany(['k', none])],
    ['deleteMany', () => users.deleteMany([nil])],
  ])('%s is refused before anything is sent', async (_, call) => {
    await expect(call()).rejects.toMatchObject(invalid);
    expect(await users.size()).toBe(0);
  });

  it('are told apart as JSON, which has null', async () => {
    await json().set('k', null);
    expect(await users.get('k')).toBe('null');
    expect(await json().get('k')).toBeNull();
    expect(await json().getAndSet('k', 1)).toBeNull();
    expect(await json().get('none')).toBeUndefined();
  });
});

describe('a cache', () => {
  it('answers what was replaced, or stood in the way', async () => {
    expect(await users.getAndReplace('k', 'a')).toBeUndefined();
    expect(await users.has('k')).toBe(false);
    expect(await users.getOrSet('k', 'a')).toBeUndefined();
    expect(await users.getOrSet('k', 'b')).toBe('a');
    expect(await users.getAndReplace('k', '')).toBe('a');
    expect(await users.getAndReplace('k', 'c')).toBe('');
    expect(await users.get('k')).toBe('c');
  });

  it('takes other codecs for a call, and one of your own', async () => {
    const date: Codec<Date> = {
      mediaType: 'text/plain',
      encode: (value) => codecs.text.encode(value.toISOString()),
      decode: (bytes) => new Date(codecs.text.decode(bytes)),
    };
    const noon = new Date('2026-01-01T12:00:00.000Z');
    await users.as({ value: date }).set('noon', noon);
    expect(await users.as({ value: date }).get('noon')).toEqual(noon);
    expect(await users.get('noon')).toBe('2026-01-01T12:00:00.000Z');
    expect(await users.as({ value: codecs.bytes }).get('noon')).toHaveLength(24);
  });

  it('tells what a codec threw', async () => {
    const mistake = new Error('not today');
    const broken: Codec<string> = {
      mediaType: 'text/plain',
      encode: () => {
        throw mistake;
      },
      decode: () => {
        throw mistake;
      },
    };
    await users.set('k', 'v');
    const other = users.as({ value: broken });
    await expect(other.set('k', 'w')).rejects.toMatchObject({ code: 'HOTROD_CODEC', cause: mistake });
    await expect(other.get('k')).rejects.toMatchObject({ code: 'HOTROD_CODEC', cause: mistake });
    expect(await users.get('k')).toBe('v');
  });

  it.each(['1.5s', '5', 'soon', '', '-1s', '0s', 0, -5, 1.5, Number.NaN])(
    'refuses the lifespan %j exactly',
    async (lifespan) => {
      const message = `lifespan is ${typeof lifespan === 'string' ? JSON.stringify(lifespan) : lifespan}; give whole milliseconds above 0, a text such as '90s', 'infinite' or 'default'`;
      await expect(users.set('k', 'v', { lifespan: lifespan as never })).rejects.toMatchObject({
        ...invalid,
        message,
      });
    },
  );
});

describe('going through a cache', () => {
  const load = (count: number) =>
    users.setMany(Array.from({ length: count }, (_, index) => [`k${index}`, `v${index}`] as const));
  const open = () => client.stats().operations.iterationStart?.calls ?? 0;
  const ended = () => client.stats().operations.iterationEnd?.calls ?? 0;

  it('yields entries, keys, values and the entries with versions', async () => {
    await load(2);
    expect((await collect(users.entries())).sort()).toEqual([
      ['k0', 'v0'],
      ['k1', 'v1'],
    ]);
    expect((await collect(users.keys())).sort()).toEqual(['k0', 'k1']);
    expect((await collect(users.values())).sort()).toEqual(['v0', 'v1']);
    expect((await collect(users)).length).toBe(2);
    const [first] = await collect(users.entriesWithMetadata());
    expect(first).toMatchObject({ key: expect.any(String), version: expect.any(BigInt) });
  });

  it('ends the cursor on break, on close and at the end of its block', async () => {
    await load(50);
    const before = ended();
    for await (const _ of users.entries({ batchSize: 5 })) break;
    expect(ended()).toBe(before + 1);
    const walk = users.keys({ batchSize: 5 });
    await walk.next();
    await walk.close();
    expect(ended()).toBe(before + 2);
    expect(await walk.next()).toEqual({ value: undefined, done: true });
    {
      await using values = users.values({ batchSize: 5 });
      await values.next();
    }
    expect(ended()).toBe(before + 3);
  });

  it('asks nothing of the server where it is never begun', async () => {
    const before = open();
    await users.entries().close();
    expect(open()).toBe(before);
  });
});

describe('keys()', () => {
  it('leaves the values on the server', async () => {
    await users.set('k', 'x'.repeat(100_000));
    const before = client.stats().bytesReceived;
    expect(await collect(users.keys())).toEqual(['k']);
    expect(client.stats().bytesReceived - before).toBeLessThan(10_000);
  });

  it('does without that where a server does not know how', async () => {
    await users.set('k', 'v');
    const error = { status: 0x85, message: "ISPN005060: Factory 'x' not found in server" };
    server.faults.inject(error, { operation: 'iterationStart' });
    expect(await collect(users.keys())).toEqual(['k']);
    server.faults.inject(error, { operation: 'iterationStart', times: 2 });
    await expect(collect(users.keys())).rejects.toMatchObject({ code: 'HOTROD_SERVER_ERROR' });
    server.faults.clear();
  });
});
