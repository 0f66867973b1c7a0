import { bloomFilterPositions, type CacheEvent } from '@kvtwin/hotrod-protocol';
import { expect } from 'vitest';
import type { RawConnection } from '../../src/index.js';
import { freshKey } from '../sample-keys.js';
import { EVENT_LIMIT_MS, type Trial, VALUE } from './trial.js';

const BLOOM_BITS = 1_024;

/** Listeners, and near caches with a bloom filter. */
export const LISTENER_TRIALS = {
  addClientListener: async ({ connection }) => {
    const listenerId = freshKey();
    const key = freshKey();
    await connection.call('put', { key, value: VALUE });
    await connection.call('addClientListener', { listenerId, includeState: true });
    await connection.call('put', { key, value: VALUE });
    await connection.call('remove', { key });
    await expect
      .poll(() => eventsOf(connection, listenerId, key).map(({ type }) => type), { timeout: EVENT_LIMIT_MS })
      .toEqual(['created', 'modified', 'removed']);
    const [created] = eventsOf(connection, listenerId, key);
    expect(created).toMatchObject({ form: 'plain', commandRetried: false, entryVersion: expect.any(BigInt) });
    expect(created?.messageId).not.toBe(0);
    await connection.call('removeClientListener', { listenerId });
  },

  removeClientListener: async ({ connection }) => {
    const listenerId = freshKey();
    expect((await connection.call('removeClientListener', { listenerId })).status).toBe(1);
    await connection.call('addClientListener', { listenerId });
    expect((await connection.call('removeClientListener', { listenerId })).status).toBe(0);
    const key = freshKey();
    await connection.call('put', { key, value: VALUE });
    await connection.call('ping', {});
    expect(eventsOf(connection, listenerId, key)).toEqual([]);
  },

  addBloomFilterNearCacheListener: async ({ connection }) => {
    const [read, unread, listenerId] = [freshKey(), freshKey(), freshKey()];
    await connection.call('put', { key: read, value: VALUE });
    await connection.call('put', { key: unread, value: VALUE });
    await connection.call('addBloomFilterNearCacheListener', { listenerId, bits: BLOOM_BITS });
    await connection.call('getWithMetadata', { key: read });
    await connection.call('put', { key: unread, value: VALUE });
    await connection.call('put', { key: read, value: VALUE });
    await expect
      .poll(() => eventsOf(connection, listenerId, read).map(({ type }) => type), { timeout: EVENT_LIMIT_MS })
      .toEqual(['modified']);
    const shared = bloomFilterPositions(read, BLOOM_BITS);
    const hidden = bloomFilterPositions(unread, BLOOM_BITS).every((position) => shared.includes(position));
    expect(eventsOf(connection, listenerId, unread)).toHaveLength(hidden ? 1 : 0);
    await connection.call('removeClientListener', { listenerId });
  },

  updateBloomFilter: async ({ connection }) => {
    // A cache of its own: what a connection has once had of another one's filter stays.
    const cache = { cacheName: 'default' } as const;
    const [key, listenerId] = [freshKey(), freshKey()];
    expect((await connection.call('updateBloomFilter', { bits: new Uint8Array() }, cache)).status).toBe(1);
    await connection.call('put', { key, value: VALUE }, cache);
    await connection.call('addBloomFilterNearCacheListener', { listenerId, bits: BLOOM_BITS }, cache);
    expect((await connection.call('updateBloomFilter', { bits: bitSetOf(key) }, cache)).status).toBe(0);
    await connection.call('put', { key, value: VALUE }, cache);
    await expect
      .poll(() => eventsOf(connection, listenerId, key).length, { timeout: EVENT_LIMIT_MS })
      .toBe(1);
    await connection.call('removeClientListener', { listenerId }, cache);
  },
} satisfies Record<string, (trial: Trial) => Promise<void>>;

/** The bits of one key, least significant first, without zero bytes at the end. */
function bitSetOf(key: Uint8Array): Uint8Array {
  const positions = bloomFilterPositions(key, BLOOM_BITS);
  const bits = new Uint8Array((positions.at(-1)! >> 3) + 1);
  for (const position of positions) bits[position >> 3]! |= 1 << (position & 7);
  return bits;
}

function eventsOf(connection: RawConnection, listenerId: Uint8Array, key: Uint8Array): CacheEvent[] {
  return connection.events.filter(
    (event) =>
      Buffer.compare(event.listenerId, listenerId) === 0 &&
      event.form === 'plain' &&
      Buffer.compare(event.key, key) === 0,
  );
}
