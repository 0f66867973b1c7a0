import { mediaTypeName, operations } from '@kvtwin/hotrod-protocol';
import { expect } from 'vitest';
import type { RawConnection } from '../../src/index.js';
import { AWKWARD_BYTES, freshKey, utf8 } from '../sample-keys.js';
import { isFrom } from '../versions.js';
import { type Trial, VALUE } from './trial.js';

/** Entries, one and many, and what is known of the server. */
export const ENTRY_TRIALS = {
  ping: async ({ connection, version }) => {
    const { status, reply } = await connection.call('ping', {});
    expect(status).toBe(0);
    const storage = isFrom(version, '2.9') ? 'application/octet-stream' : undefined;
    expect(reply.keyMediaType && mediaTypeName(reply.keyMediaType)).toBe(storage);
    expect(reply.valueMediaType && mediaTypeName(reply.valueMediaType)).toBe(storage);
    expect(reply.serverVersion).toBe(isFrom(version, '3.0') ? 41 : undefined);
    if (isFrom(version, '3.0')) {
      const opcodes = Object.values(operations).map(({ requestOpcode }) => requestOpcode);
      expect(reply.opcodes).toEqual(expect.arrayContaining(opcodes));
    }
  },

  get: async ({ connection }) => {
    const key = freshKey();
    expect((await connection.call('get', { key })).reply).toEqual({ outcome: 'absent' });
    await connection.call('put', { key, value: VALUE });
    expect((await connection.call('get', { key })).reply).toEqual({ outcome: 'ok', value: VALUE });
  },

  getWithMetadata: async ({ connection }) => {
    const key = freshKey();
    await connection.call('put', { key, value: VALUE });
    expect((await connection.call('getWithMetadata', { key })).reply).toEqual({
      outcome: 'ok',
      value: VALUE,
      metadata: { entryVersion: expect.any(BigInt) },
    });
  },

  containsKey: async ({ connection }) => {
    const key = freshKey();
    expect((await connection.call('containsKey', { key })).status).toBe(2);
    await connection.call('put', { key, value: VALUE });
    expect((await connection.call('containsKey', { key })).status).toBe(0);
  },

  put: async ({ connection }) => {
    for (const [title, awkward] of AWKWARD_BYTES) {
      expect((await connection.call('put', { key: awkward, value: awkward })).status, title).toBe(0);
      expect((await connection.call('get', { key: awkward })).reply, title).toEqual({
        outcome: 'ok',
        value: awkward,
      });
      await connection.call('remove', { key: awkward });
    }
  },

  putIfAbsent: async ({ connection }) => {
    const key = freshKey();
    expect((await connection.call('putIfAbsent', { key, value: VALUE })).status).toBe(0);
    expect((await connection.call('putIfAbsent', { key, value: utf8('other') })).status).toBe(1);
    expect((await connection.call('get', { key })).reply).toEqual({ outcome: 'ok', value: VALUE });
  },

  replace: async ({ connection }) => {
    const key = freshKey();
    expect((await connection.call('replace', { key, value: VALUE })).status).toBe(1);
    await connection.call('put', { key, value: utf8('old') });
    expect((await connection.call('replace', { key, value: VALUE })).status).toBe(0);
    expect((await connection.call('get', { key })).reply).toEqual({ outcome: 'ok', value: VALUE });
  },

  replaceIfUnmodified: async ({ connection }) => {
    const key = freshKey();
    const entryVersion = await putAndReadVersion(connection, key);
    const request = { key, value: utf8('new'), entryVersion };
    expect((await connection.call('replaceIfUnmodified', request)).status).toBe(0);
    expect((await connection.call('replaceIfUnmodified', request)).status).toBe(1);
  },

  remove: async ({ connection }) => {
    const key = freshKey();
    await connection.call('put', { key, value: VALUE });
    expect((await connection.call('remove', { key })).status).toBe(0);
    expect((await connection.call('remove', { key })).status).toBe(2);
  },

  removeIfUnmodified: async ({ connection }) => {
    const key = freshKey();
    const entryVersion = await putAndReadVersion(connection, key);
    expect(
      (await connection.call('removeIfUnmodified', { key, entryVersion: entryVersion ^ 1n })).status,
    ).toBe(1);
    expect((await connection.call('removeIfUnmodified', { key, entryVersion })).status).toBe(0);
    expect((await connection.call('removeIfUnmodified', { key, entryVersion })).status).toBe(2);
  },

  clear: async ({ connection }) => {
    await connection.call('put', { key: freshKey(), value: VALUE });
    expect((await connection.call('clear', {})).status).toBe(0);
    expect((await connection.call('size', {})).reply).toEqual({ outcome: 'ok', size: 0 });
  },

  size: async ({ connection }) => {
    await connection.call('clear', {});
    for (let entry = 0; entry < 200; entry++) {
      await connection.call('put', { key: freshKey(), value: VALUE });
    }
    expect((await connection.call('size', {})).reply).toEqual({ outcome: 'ok', size: 200 });
  },

  putAll: async ({ connection }) => {
    const entries = [0, 1, 2].map((number) => ({ key: freshKey(), value: Uint8Array.of(number) }));
    const expiration = {
      lifespan: { unit: 'seconds', amount: 60 },
      maxIdle: { unit: 'seconds', amount: 30 },
    } as const;
    expect((await connection.call('putAll', { entries, expiration })).status).toBe(0);
    for (const { key, value } of entries) {
      const { reply } = await connection.call('getWithMetadata', { key });
      expect(reply).toMatchObject({
        value,
        metadata: { lifespan: { seconds: 60 }, maxIdle: { seconds: 30 } },
      });
    }
    expect((await connection.call('putAll', { entries: [] })).status).toBe(0);
  },

  getAll: async ({ connection }) => {
    const entries = Array.from({ length: 300 }, (_, number) => ({
      key: freshKey(),
      value: utf8(`v${number}`),
    }));
    await connection.call('putAll', { entries });
    const keys = [freshKey(), ...entries.map(({ key }) => key), freshKey()];
    const { reply } = await connection.call('getAll', { keys });
    expect(sorted(reply.entries)).toEqual(sorted(entries));
    expect((await connection.call('getAll', { keys: [] })).reply.entries).toEqual([]);
  },

  iterationStart: async ({ connection }) => {
    const { status, reply } = await connection.call('iterationStart', { batchSize: 10 });
    expect(status).toBe(0);
    expect(reply.iterationId.length).toBeGreaterThan(0);
    await connection.call('iterationEnd', { iterationId: reply.iterationId });
  },

  iterationNext: async ({ connection }) => {
    await connection.call('put', { key: freshKey(), value: VALUE });
    const { iterationId } = (await connection.call('iterationStart', { batchSize: 10 })).reply;
    const { reply } = await connection.call('iterationNext', { iterationId });
    expect(reply.outcome).toBe('ok');
    expect(reply.entries.length).toBeGreaterThan(0);
    await connection.call('iterationEnd', { iterationId });
  },

  iterationEnd: async ({ connection }) => {
    const { iterationId } = (await connection.call('iterationStart', { batchSize: 10 })).reply;
    expect((await connection.call('iterationEnd', { iterationId })).status).toBe(0);
    expect((await connection.call('iterationEnd', { iterationId })).status).toBe(5);
  },

  stats: async ({ connection }) => {
    const stores = async (): Promise<number> => {
      const { reply } = await connection.call('stats', {});
      const figures = new Map(reply.statistics.map(({ name, value }) => [name, Number(value)]));
      expect([...figures.keys()]).toEqual(
        expect.arrayContaining(['currentNumberOfEntries', 'hits', 'misses']),
      );
      expect(figures.has('globalStores')).toBe(isFrom(version, '2.4'));
      return figures.get('stores') ?? Number.NaN;
    };
    const { version } = connection;
    const before = await stores();
    await connection.call('put', { key: freshKey(), value: VALUE });
    expect(await stores()).toBe(before + 1);
  },

  authMechList: async ({ connection }) => {
    expect((await connection.call('authMechList', {})).reply).toEqual({ outcome: 'ok', mechanisms: [] });
  },

  auth: async ({ connection }) => {
    const login = connection.call('auth', { mechanism: 'PLAIN', response: utf8('\0a\0b') });
    await expect(login).rejects.toThrow(/ISPN006007/);
    expect((await connection.call('ping', {})).status).toBe(0);
  },
} satisfies Record<string, (trial: Trial) => Promise<void>>;

async function putAndReadVersion(connection: RawConnection, key: Uint8Array): Promise<bigint> {
  await connection.call('put', { key, value: VALUE });
  const { reply } = await connection.call('getWithMetadata', { key });
  return reply.outcome === 'ok' ? reply.metadata.entryVersion : 0n;
}

function sorted<T extends { readonly key: Uint8Array }>(entries: readonly T[]): T[] {
  return [...entries].sort((a, b) => Buffer.compare(a.key, b.key));
}
