import { expect } from 'vitest';
import { freshKey, utf8 } from '../sample-keys.js';
import type { Trial } from './trial.js';

const ALPHABET = utf8('abcdefghijklmnopqrstuvwxyz');

/** Values that are sent and read in parts. */
export const STREAM_TRIALS = {
  putStream: async ({ connection, version }) => {
    const key = freshKey();
    const chunks = [ALPHABET.subarray(0, 20), ALPHABET.subarray(20)];
    const stored = connection.call('putStream', { key, entryVersion: 0n, chunks });
    if (version === '4.1') {
      // Servers take only the other ones from here on.
      await expect(stored).rejects.toMatchObject({ status: 0x84 });
      return;
    }
    expect((await stored).status).toBe(0);
    expect((await connection.call('get', { key })).reply).toEqual({ outcome: 'ok', value: ALPHABET });
    expect((await connection.call('putStream', { key, entryVersion: -1n, chunks })).status).toBe(1);
    expect((await connection.call('putStream', { key, entryVersion: 1n, chunks })).status).toBe(1);
  },

  getStream: async ({ connection }) => {
    const key = freshKey();
    expect((await connection.call('getStream', { key, offset: 0 })).status).toBe(2);
    await connection.call('put', { key, value: ALPHABET });
    expect((await connection.call('getStream', { key, offset: 0 })).reply).toMatchObject({
      outcome: 'ok',
      value: ALPHABET,
      metadata: { entryVersion: expect.any(BigInt) },
    });
  },

  getStreamStart: async ({ connection }) => {
    const key = freshKey();
    expect((await connection.call('getStreamStart', { key, batchSize: 10 })).status).toBe(2);
    await connection.call('put', { key, value: ALPHABET });
    const { reply } = await connection.call('getStreamStart', { key, batchSize: 10 });
    expect(reply).toMatchObject({ outcome: 'ok', complete: false, chunk: ALPHABET.subarray(0, 10) });
    if (reply.outcome === 'ok') await connection.call('getStreamEnd', { streamId: reply.streamId });
  },

  getStreamNext: async ({ connection }) => {
    const key = freshKey();
    await connection.call('put', { key, value: ALPHABET });
    const { reply } = await connection.call('getStreamStart', { key, batchSize: 10 });
    if (reply.outcome !== 'ok') throw new Error('no stream');
    const { streamId } = reply;
    const next = async () => (await connection.call('getStreamNext', { streamId })).reply;
    expect(await next()).toMatchObject({ complete: false, chunk: ALPHABET.subarray(10, 20) });
    expect(await next()).toMatchObject({ complete: true, chunk: ALPHABET.subarray(20) });
    expect((await next()).chunk).toHaveLength(0);
    await connection.call('getStreamEnd', { streamId });
  },

  getStreamEnd: async ({ connection }) => {
    expect((await connection.call('getStreamEnd', { streamId: 12_345 })).status).toBe(0);
  },

  putStreamStart: async ({ connection }) => {
    const { reply } = await connection.call('putStreamStart', { key: freshKey(), entryVersion: 0n });
    expect(reply.streamId).toEqual(expect.any(Number));
    await connection.call('putStreamEnd', { streamId: reply.streamId });
  },

  putStreamNext: async ({ connection }) => {
    const key = freshKey();
    const upload = async (entryVersion: bigint) => {
      const { streamId } = (await connection.call('putStreamStart', { key, entryVersion })).reply;
      const first = { streamId, last: false, chunk: ALPHABET.subarray(0, 20) };
      expect((await connection.call('putStreamNext', first)).status).toBe(0);
      const last = { streamId, last: true, chunk: ALPHABET.subarray(20) };
      return (await connection.call('putStreamNext', last)).status;
    };
    expect(await upload(0n)).toBe(0);
    expect((await connection.call('get', { key })).reply).toEqual({ outcome: 'ok', value: ALPHABET });
    expect(await upload(-1n)).toBe(1);
    expect(await upload(1n)).toBe(1);
  },

  putStreamEnd: async ({ connection }) => {
    const key = freshKey();
    const { streamId } = (await connection.call('putStreamStart', { key, entryVersion: 0n })).reply;
    await connection.call('putStreamNext', { streamId, last: false, chunk: ALPHABET });
    expect((await connection.call('putStreamEnd', { streamId })).status).toBe(0);
    expect((await connection.call('containsKey', { key })).status).toBe(2);
  },
} satisfies Record<string, (trial: Trial) => Promise<void>>;
