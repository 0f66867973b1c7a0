import { HotRodServer } from '@kvtwin/hotrod-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSplittingRelay } from '../test/splitting-relay.js';
import { codecs, HotRodClient, HotRodError } from './index.js';

/** What the npm package `infinispan` 0.16 does wrong, and this client must not. */
let server: HotRodServer;
let client: HotRodClient;

beforeAll(async () => {
  server = await HotRodServer.listen({
    caches: { users: {} },
    limits: { maxRequestBytes: 80 * 1024 * 1024 },
  });
  client = await HotRodClient.connect(server.url, { timeoutMs: 20_000 });
});
afterAll(async () => {
  await client.close();
  await server.close();
});

describe('where others fail', () => {
  it('64 reads of 1 KiB with metadata are right although replies lie across chunks', async () => {
    const relay = await startSplittingRelay(server.port, 1_000);
    const relayed = await HotRodClient.connect(relay.url, { timeoutMs: 20_000 });
    const users = relayed.cache('users', { value: codecs.bytes });
    const filledWith = (at: number) => new Uint8Array(1_024).fill(at);
    await Promise.all(Array.from({ length: 64 }, (_, at) => users.set(`kib${at}`, filledWith(at))));
    for (let round = 0; round < 5; round++) {
      const entries = await Promise.all(Array.from({ length: 64 }, (_, at) => users.getEntry(`kib${at}`)));
      entries.forEach((entry, at) => {
        expect(entry?.value).toEqual(filledWith(at));
      });
    }
    await relayed.close();
    await relay.close();
  });

  it.each([0, 42, false, '', null, [], {}])('the previous value %j comes back as it was', async (value) => {
    const values = client.cache('users', { value: codecs.json() });
    await values.set('previous', value);
    expect(await values.getAndSet('previous', 'next')).toEqual(value);
    await values.set('previous', value);
    expect(await values.getAndDelete('previous')).toEqual(value);
  });

  it('keys and values are bytes, empty ones too', async () => {
    const bytes = client.cache('users', { key: codecs.bytes, value: codecs.bytes });
    for (const one of [new Uint8Array(), Uint8Array.of(0), Uint8Array.of(0xff, 0, 0x80)]) {
      await bytes.set(one, one);
      expect(await bytes.get(one)).toEqual(one);
    }
  });

  it('versions are exact beyond 2^53', async () => {
    const users = client.cache('users');
    const versions = new Set<bigint>();
    for (let at = 0; at < 50; at++) {
      await users.set('version', `${at}`);
      const entry = (await users.getEntry('version'))!;
      expect(await users.replaceIf('version', 'exact', entry.version)).toBe(true);
      versions.add(entry.version);
    }
    expect(versions.size).toBe(50);
    expect([...versions].some((version) => version > 2n ** 53n || version < -(2n ** 53n))).toBe(true);
  });

  it('the value of one call does not depend on those around it', async () => {
    const users = client.cache('users');
    await users.clear();
    await users.setMany(Array.from({ length: 5_000 }, (_, at) => [`many${at}`, `value ${at}`] as const));
    const [size, many, one] = await Promise.all([
      users.size(),
      users.getMany(Array.from({ length: 5_000 }, (_, at) => `many${at}`)),
      users.get('many4999'),
    ]);
    expect([size, many.size, many.get('many17'), one]).toEqual([5_000, 5_000, 'value 17', 'value 4999']);
    expect((await users.getMany([])).size).toBe(0);
  });

  it('a value of 16 MiB comes back whole, in pieces of the network', async () => {
    const bytes = client.cache('users', { value: codecs.bytes });
    const value = Uint8Array.from({ length: 16 * 1024 * 1024 }, (_, at) => at % 251);
    await bytes.set('large', value);
    const read = await bytes.get('large');
    expect(Buffer.compare(read!, value)).toBe(0);
  });

  it('failures are errors with a code, never strings', async () => {
    const failure = await client
      .cache('nowhere')
      .get('k')
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(HotRodError.is(failure) && failure.code).toBe('HOTROD_CACHE_NOT_FOUND');
  });
});
