import { PROTOCOL_VERSIONS, versionByte } from '@kvtwin/hotrod-protocol';
import { HotRodServer } from '@kvtwin/hotrod-server';
import { ManualClock } from '@kvtwin/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Cache, codecs, HotRodClient, HotRodError } from './index.js';

const clock = new ManualClock(Date.now());
let server: HotRodServer;
let client: HotRodClient;

beforeAll(async () => {
  server = await HotRodServer.listen({
    caches: {
      users: {},
      text: { mediaType: 'text/plain' },
      proto: { mediaType: 'application/x-protostream' },
      mortal: { lifespanMs: 60_000 },
    },
    clock,
  });
  client = await HotRodClient.connect(server.url);
});
afterAll(async () => {
  await client.close();
  await server.close();
});
beforeEach(() => client.cache('users').clear());

describe.each(PROTOCOL_VERSIONS)('protocol %s', (protocol) => {
  let pinned: HotRodClient;
  let users: Cache<string, string>;
  const since = (version: (typeof PROTOCOL_VERSIONS)[number]) =>
    versionByte(protocol) >= versionByte(version);
  beforeAll(async () => {
    pinned = await HotRodClient.connect(server.url, { protocol });
    users = pinned.cache('users');
  });
  afterAll(() => pinned.close());

  it('is the one that the client speaks', () => {
    expect(pinned.protocolVersion).toBe(protocol);
  });

  it('reads, writes and removes', async () => {
    expect(await users.get('k')).toBeUndefined();
    expect(await users.has('k')).toBe(false);
    await users.set('k', 'v');
    expect(await users.get('k')).toBe('v');
    expect(await users.has('k')).toBe(true);
    expect(await users.size()).toBe(1);
    expect(await users.delete('k')).toBe(true);
    expect(await users.delete('k')).toBe(false);
  });

  it('writes only under the condition asked for', async () => {
    expect(await users.replace('k', 'v')).toBe(false);
    expect(await users.setIfAbsent('k', 'v')).toBe(true);
    expect(await users.setIfAbsent('k', 'w')).toBe(false);
    expect(await users.replace('k', 'x')).toBe(true);
    const { version } = (await users.getEntry('k'))!;
    expect(await users.replaceIf('k', 'y', version)).toBe(true);
    expect(await users.replaceIf('k', 'z', version)).toBe(false);
    expect(await users.deleteIf('k', version)).toBe(false);
    expect(await users.deleteIf('k', (await users.getEntry('k'))!.version)).toBe(true);
    expect(await users.replaceIf('gone', 'v', version)).toBe(false);
  });

  it('answers the value before', async () => {
    expect(await users.getAndSet('k', 'one')).toBeUndefined();
    expect(await users.getAndSet('k', 'two')).toBe('one');
    expect(await users.getAndDelete('k')).toBe('two');
    expect(await users.getAndDelete('k')).toBeUndefined();
    await users.set('k', '');
    expect(await users.getAndDelete('k')).toBe('');
    await users.set('k', '');
    expect(await users.getAndSet('k', 'next')).toBe(since('4.0') ? '' : undefined);
  });

  it('handles many keys at once, where the version can', async () => {
    const many = users.setMany(
      new Map([
        ['a', '1'],
        ['b', '2'],
        ['', 'empty key'],
      ]),
    );
    if (!since('2.1')) {
      await expect(many).rejects.toMatchObject({ code: 'HOTROD_UNSUPPORTED' });
      await expect(users.getMany(['a'])).rejects.toMatchObject({ code: 'HOTROD_UNSUPPORTED' });
      return;
    }
    await many;
    expect([...(await users.getMany(['b', 'missing', 'a', '']))]).toEqual([
      ['b', '2'],
      ['a', '1'],
      ['', 'empty key'],
    ]);
    expect([...(await users.getMany([]))]).toEqual([]);
    expect(await users.deleteMany(['a', 'missing', 'b'])).toBe(2);
  });

  it('goes through all entries, where the version can', async () => {
    const all = Array.from({ length: 50 }, (_, at) => [`k${at}`, `v${at}`] as const);
    await Promise.all(all.map(([key, value]) => users.set(key, value)));
    if (!since('2.3')) {
      await expect(collected(users)).rejects.toMatchObject({ code: 'HOTROD_UNSUPPORTED' });
      return;
    }
    const shown = await collected(users.entries({ batchSize: 7 }));
    expect(new Map(shown)).toEqual(new Map(all));
    expect((await collected(users.keys())).length).toBe(50);
    expect((await collected(users.values())).length).toBe(50);
    const entries = collected(users.entriesWithMetadata());
    if (since('2.5')) {
      expect((await entries)[0]?.version).toBeTypeOf('bigint');
    } else {
      await expect(entries).rejects.toMatchObject({ code: 'HOTROD_UNSUPPORTED' });
    }
  });

  it('sets expirations as they were meant', async () => {
    await users.set('k', 'v', { lifespan: '90s', maxIdle: '1m' });
    expect(await users.getEntry('k')).toMatchObject({ lifespanMs: 90_000, maxIdleMs: 60_000 });
    await users.set('k', 'v', { lifespan: '31d' });
    expect((await users.getEntry('k'))?.lifespanMs).toBeGreaterThan(30 * 86_400_000);
    await users.set('k', 'v', { lifespan: 'infinite' });
    expect((await users.getEntry('k'))?.lifespanMs).toBeUndefined();
    const mortal = pinned.cache('mortal');
    await mortal.set('k', 'v');
    expect((await mortal.getEntry('k'))?.lifespanMs).toBe(60_000);
    await mortal.set('k', 'v', { lifespan: 'infinite' });
    expect((await mortal.getEntry('k'))?.lifespanMs).toBeUndefined();
  });

  it('tells the server figures', async () => {
    expect(await users.stats()).toMatchObject({ currentNumberOfEntries: 0 });
  });
});

describe('a client', () => {
  it('agrees on the highest version that both speak', async () => {
    expect(client.protocolVersion).toBe('4.1');
    await using old = await HotRodServer.listen({ caches: { users: {} }, maxVersion: '3.1' });
    await using older = await HotRodClient.connect(old.url);
    expect(older.protocolVersion).toBe('3.1');
  });

  it('serves many caches of different types on one connection', async () => {
    const before = server.connections;
    const bytes = client.cache('users', { key: codecs.bytes, value: codecs.bytes });
    const people = client.cache('users', { key: codecs.text, value: codecs.json<{ name: string }>() });
    await people.set('ada', { name: 'Ada' });
    expect(await people.get('ada')).toEqual({ name: 'Ada' });
    await bytes.set(Uint8Array.of(0, 255), Uint8Array.of(255, 0));
    expect(await bytes.get(Uint8Array.of(0, 255))).toEqual(Uint8Array.of(255, 0));
    await client.cache('text').set('k', 'grüße');
    expect(await client.cache('text').as({ value: codecs.bytes }).get('k')).toEqual(
      new TextEncoder().encode('grüße'),
    );
    expect(server.connections).toBe(before);
  });

  it('tells apart what the server refuses', async () => {
    await expect(client.cache('nowhere').get('k')).rejects.toMatchObject({ code: 'HOTROD_CACHE_NOT_FOUND' });
    await expect(client.cache('').get('k')).rejects.toMatchObject({ code: 'HOTROD_CACHE_NOT_FOUND' });
    const json = client.cache('proto', { value: codecs.json({ mediaType: 'application/json' }) });
    await expect(json.get('k')).rejects.toMatchObject({ code: 'HOTROD_MEDIA_TYPE' });
    expect(await client.cache('users').get('k')).toBeUndefined();
  });

  it('refuses what cannot be sent, and sends nothing', async () => {
    const users = client.cache('users');
    const json = client.cache('users', { value: codecs.json() });
    await expect(users.set('k', 1 as never)).rejects.toMatchObject({ code: 'HOTROD_CODEC' });
    await expect(json.set('k', undefined)).rejects.toMatchObject({ code: 'HOTROD_INVALID_ARGUMENT' });
    await expect(users.set('k', 'v', { lifespan: '1.5s' as never })).rejects.toMatchObject({
      code: 'HOTROD_INVALID_ARGUMENT',
    });
    await expect(users.set('k', 'v', { lifespan: 0 })).rejects.toMatchObject({
      code: 'HOTROD_INVALID_ARGUMENT',
    });
    await expect(users.get('k', { timeoutMs: 0 })).rejects.toMatchObject({ code: 'HOTROD_INVALID_ARGUMENT' });
    await expect(users.replaceIf('k', 'v', 1 as never)).rejects.toMatchObject({
      code: 'HOTROD_INVALID_ARGUMENT',
    });
    await expect(collected(users.entries({ batchSize: 0 }))).rejects.toMatchObject({
      code: 'HOTROD_INVALID_ARGUMENT',
    });
  });

  it('says what a value is that its codec cannot read', async () => {
    await client.cache('users').set('k', '{');
    const failure = await client
      .cache('users')
      .as({ value: codecs.json() })
      .get('k')
      .catch((error: unknown) => error);
    expect(HotRodError.is(failure) && failure.code).toBe('HOTROD_CODEC');
    expect(await client.cache('users').get('k')).toBe('{');
  });

  it('ends the cursor of the server when a loop is broken off', async () => {
    const users = client.cache('users');
    await Promise.all(Array.from({ length: 30 }, (_, at) => users.set(`k${at}`, 'v')));
    for (let round = 0; round < 2_000; round++) {
      for await (const _ of users.entries({ batchSize: 5 })) break;
    }
    expect((await collected(users.entries())).length).toBe(30);
  });

  it('goes through the segments asked for', async () => {
    const users = client.cache('users');
    await Promise.all(Array.from({ length: 100 }, (_, at) => users.set(`k${at}`, 'v')));
    const even = await collected(users.keys({ segments: Array.from({ length: 128 }, (_, at) => at * 2) }));
    const odd = await collected(users.keys({ segments: Array.from({ length: 128 }, (_, at) => at * 2 + 1) }));
    expect(even.length).toBeGreaterThan(0);
    expect(new Set([...even, ...odd]).size).toBe(100);
    expect(even.length + odd.length).toBe(100);
  });

  it('answers thousands of calls at once, each with its own value', async () => {
    const users = client.cache('users');
    const keys = Array.from({ length: 10_000 }, (_, at) => `key-${at}`);
    await Promise.all(keys.map((key) => users.set(key, `value of ${key}`)));
    const values = await Promise.all(keys.map((key) => users.get(key)));
    expect(values).toEqual(keys.map((key) => `value of ${key}`));
    expect(client.load).toEqual({ waiting: 0, waitingBytes: 0, inFlight: 0 });
  });

  it('describes a cache', async () => {
    const reply = await client.ping('text');
    expect(reply.keyMediaType).toMatchObject({ id: 13 });
    await expect(client.ping('nowhere')).rejects.toMatchObject({ code: 'HOTROD_CACHE_NOT_FOUND' });
  });
});

async function collected<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of source) all.push(each);
  return all;
}
