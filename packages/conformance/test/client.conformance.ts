import { type Cache, codecs, HotRodClient } from '@kvtwin/hotrod-client';
import { toHex } from '@kvtwin/testkit';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { AWKWARD_BYTES, freshKey, utf8 } from './sample-keys.js';
import { hasOperation, isFrom, MAIN_VERSIONS, VERSIONS } from './versions.js';

const MIB = 1024 * 1024;
const VALUE = utf8('value');
const OTHER = utf8('other');

function bytesCache(client: HotRodClient, name: string): Cache<Uint8Array, Uint8Array> {
  return client.cache(name, { key: codecs.bytes, value: codecs.bytes });
}

describe.each(VERSIONS)('the client pinned to %s', (version) => {
  let client: HotRodClient;
  let cache: Cache<Uint8Array, Uint8Array>;
  beforeAll(async () => {
    client = await HotRodClient.connect(`${inject('firstSite')}/local?protocol_version=${version}`);
    cache = bytesCache(client, 'local');
    await cache.clear();
  });
  afterAll(() => client.close());

  test('speaks that version', () => {
    expect(client.protocolVersion).toBe(version);
  });

  test.each(AWKWARD_BYTES)('keeps keys and values as they are: %s', async (_title, awkward) => {
    await cache.set(awkward, awkward);
    expect(await cache.get(awkward)).toEqual(awkward);
    expect(await cache.has(awkward)).toBe(true);
    expect(await cache.delete(awkward)).toBe(true);
    expect(await cache.get(awkward)).toBeUndefined();
  });

  test('writes under conditions', async () => {
    const key = freshKey();
    expect(await cache.replace(key, VALUE)).toBe(false);
    expect(await cache.setIfAbsent(key, VALUE)).toBe(true);
    expect(await cache.setIfAbsent(key, OTHER)).toBe(false);
    const entry = await cache.getEntry(key);
    expect(entry).toEqual({ value: VALUE, version: expect.any(BigInt) });
    expect(await cache.replaceIf(key, OTHER, entry!.version)).toBe(true);
    expect(await cache.replaceIf(key, VALUE, entry!.version)).toBe(false);
    expect(await cache.deleteIf(key, entry!.version)).toBe(false);
    expect(await cache.getAndSet(key, VALUE)).toEqual(OTHER);
    expect(await cache.getAndDelete(key)).toEqual(VALUE);
    expect(await cache.has(key)).toBe(false);
  });

  test('expirations', async () => {
    const key = freshKey();
    await cache.set(key, VALUE, { lifespan: 90_000, maxIdle: 60_000 });
    expect(await cache.getEntry(key)).toMatchObject({ lifespanMs: 90_000, maxIdleMs: 60_000 });
    await cache.set(key, VALUE, { lifespan: 1_000 });
    await expect.poll(() => cache.has(key), { timeout: 5_000, interval: 100 }).toBe(false);
  });

  test('an unknown cache has its own error', async () => {
    const missing = bytesCache(client, 'no such cache');
    await expect(missing.get(VALUE)).rejects.toMatchObject({ code: 'HOTROD_CACHE_NOT_FOUND' });
  });

  test('a value of 1 MiB, and in some versions one of 64 MiB', { timeout: 120_000 }, async () => {
    const large = bytesCache(client, 'large');
    for (const size of MAIN_VERSIONS.includes(version as never) ? [MIB, 64 * MIB] : [MIB]) {
      const value = new Uint8Array(size).fill(0xa1);
      await large.set(VALUE, value, { timeoutMs: 60_000 });
      const read = await large.get(VALUE, { timeoutMs: 60_000 });
      expect(read?.length === size && Buffer.compare(read, value) === 0).toBe(true);
      await large.delete(VALUE);
    }
  });

  if (hasOperation(version, 'getAll')) {
    test('many at once, size, stats and clear', async () => {
      await cache.clear();
      const entries = Array.from({ length: 500 }, (_, number) => [freshKey(), utf8(`v${number}`)] as const);
      await cache.setMany(entries);
      expect(await cache.size()).toBe(500);
      const keys = entries.map(([key]) => key);
      expect([...(await cache.getMany([freshKey(), ...keys]))]).toEqual(entries);
      expect(await cache.deleteMany(keys.slice(0, 10))).toBe(10);
      expect((await cache.stats()).approximateEntries).toBe(490);
      await cache.clear();
      expect(await cache.size()).toBe(0);
    });
  } else {
    test('refuses what the version does not have', async () => {
      await expect(cache.getMany([VALUE])).rejects.toMatchObject({ code: 'HOTROD_UNSUPPORTED' });
      await expect(cache.setMany([[VALUE, VALUE]])).rejects.toMatchObject({ code: 'HOTROD_UNSUPPORTED' });
      await expect(cache.entries().next()).rejects.toMatchObject({ code: 'HOTROD_UNSUPPORTED' });
    });
  }

  if (isFrom(version, '2.5')) {
    test('goes through all entries, with and without metadata', async () => {
      await cache.clear();
      const expected = new Map(Array.from({ length: 300 }, (_, number) => [toHex(freshKey()), `v${number}`]));
      for (const [key, value] of expected) {
        await cache.set(Buffer.from(key, 'hex'), utf8(value));
      }
      const seen = new Map<string, string>();
      for await (const [key, value] of cache.entries({ batchSize: 64 })) {
        seen.set(toHex(key), Buffer.from(value).toString());
      }
      expect(seen).toEqual(expected);
      let withVersion = 0;
      for await (const entry of cache.entriesWithMetadata({ batchSize: 64 })) {
        withVersion += typeof entry.version === 'bigint' ? 1 : 0;
      }
      expect(withVersion).toBe(expected.size);
    });
  }
});

test('without a pinned version the client agrees with the server on the newest', async () => {
  const client = await HotRodClient.connect(inject('secondSite'));
  expect(client.protocolVersion).toBe('4.1');
  await client.close();
});
