import { expect } from 'vitest';
import type { RawConnection } from '../../src/index.js';
import { freshKey, utf8 } from '../sample-keys.js';
import type { Trial } from './trial.js';

/** A multimap needs a cache of its name. */
const MULTIMAP = { cacheName: 'multimap' } as const;
const [ONE, TWO] = [utf8('one'), utf8('two')];

async function freshPair(connection: RawConnection): Promise<Uint8Array> {
  const key = freshKey();
  for (const value of [ONE, TWO, TWO]) {
    expect((await connection.call('multimapPut', { key, value }, MULTIMAP)).status).toBe(0);
  }
  return key;
}

const sorted = (values: readonly Uint8Array[]): string[] =>
  values.map((value) => Buffer.from(value).toString()).sort();

/** Multimaps: keys with several values. */
export const MULTIMAP_TRIALS = {
  multimapPut: async ({ connection, version }) => {
    const key = await freshPair(connection);
    const { reply } = await connection.call('multimapGet', { key }, MULTIMAP);
    expect(reply.outcome === 'ok' && sorted(reply.values)).toEqual(['one', 'two']);
    if (version.startsWith('4')) {
      const listed = freshKey();
      for (const value of [TWO, TWO]) {
        await connection.call('multimapPut', { key: listed, value, supportsDuplicates: true }, MULTIMAP);
      }
      const twice = await connection.call('multimapGet', { key: listed, supportsDuplicates: true }, MULTIMAP);
      expect(twice.reply).toEqual({ outcome: 'ok', values: [TWO, TWO] });
    }
  },

  multimapGet: async ({ connection }) => {
    expect((await connection.call('multimapGet', { key: freshKey() }, MULTIMAP)).reply).toEqual({
      outcome: 'absent',
    });
  },

  multimapGetWithMetadata: async ({ connection }) => {
    const key = await freshPair(connection);
    const { reply } = await connection.call('multimapGetWithMetadata', { key }, MULTIMAP);
    expect(reply).toMatchObject({ outcome: 'ok', metadata: { entryVersion: expect.any(BigInt) } });
    expect(reply.outcome === 'ok' && sorted(reply.values)).toEqual(['one', 'two']);
    expect((await connection.call('multimapGetWithMetadata', { key: freshKey() }, MULTIMAP)).status).toBe(2);
  },

  multimapRemoveKey: async ({ connection }) => {
    const key = await freshPair(connection);
    const remove = async () => (await connection.call('multimapRemoveKey', { key }, MULTIMAP)).reply.removed;
    expect([await remove(), await remove()]).toEqual([true, false]);
  },

  multimapRemoveEntry: async ({ connection }) => {
    const key = await freshPair(connection);
    const remove = async () =>
      (await connection.call('multimapRemoveEntry', { key, value: ONE }, MULTIMAP)).reply.removed;
    expect([await remove(), await remove()]).toEqual([true, false]);
    const { reply } = await connection.call('multimapGet', { key }, MULTIMAP);
    expect(reply).toEqual({ outcome: 'ok', values: [TWO] });
  },

  multimapSize: async ({ connection }) => {
    const size = async () => (await connection.call('multimapSize', {}, MULTIMAP)).reply.size;
    const before = await size();
    await freshPair(connection);
    expect(await size()).toBe(Number(before) + 2);
  },

  multimapContainsEntry: async ({ connection }) => {
    const key = await freshPair(connection);
    const contains = async (value: Uint8Array) =>
      (await connection.call('multimapContainsEntry', { key, value }, MULTIMAP)).reply.contained;
    expect([await contains(ONE), await contains(utf8('three'))]).toEqual([true, false]);
  },

  multimapContainsKey: async ({ connection }) => {
    const contains = async (key: Uint8Array) =>
      (await connection.call('multimapContainsKey', { key }, MULTIMAP)).reply.contained;
    expect([await contains(await freshPair(connection)), await contains(freshKey())]).toEqual([true, false]);
  },

  multimapContainsValue: async ({ connection }) => {
    const [key, value] = [freshKey(), freshKey()];
    const contains = async () =>
      (await connection.call('multimapContainsValue', { value }, MULTIMAP)).reply.contained;
    expect(await contains()).toBe(false);
    await connection.call('multimapPut', { key, value }, MULTIMAP);
    expect(await contains()).toBe(true);
  },
} satisfies Record<string, (trial: Trial) => Promise<void>>;
