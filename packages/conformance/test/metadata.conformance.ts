import {
  type EntryMetadata,
  type ProtocolVersion,
  RequestFlag,
  type WireDuration,
  type WireExpiration,
} from '@kvtwin/hotrod-protocol';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openRawConnection, type RawConnection } from '../src/index.js';
import { freshKey, utf8 } from './sample-keys.js';
import { isFrom, VERSIONS } from './versions.js';

const VALUE = utf8('value');
/** How far the server's clock may be from ours, and a write may take, on one machine. */
const CLOCK_SLACK_MS = 10_000;

const seconds = (amount: number): WireDuration => ({ unit: 'seconds', amount });
/** Before 2.2 zero seconds stand for it. */
const never = (version: ProtocolVersion): WireDuration =>
  isFrom(version, '2.2') ? { unit: 'infinite' } : seconds(0);

const COMBINATIONS: readonly (readonly [
  string,
  lifespan: number | undefined,
  maxIdle: number | undefined,
])[] = [
  ['neither', undefined, undefined],
  ['a lifespan', 100, undefined],
  ['a max idle', undefined, 50],
  ['both', 100, 50],
];

function expectMetadata(metadata: EntryMetadata, lifespan?: number, maxIdle?: number): void {
  expect(metadata.lifespan?.seconds).toBe(lifespan);
  expect(metadata.maxIdle?.seconds).toBe(maxIdle);
  for (const instant of [metadata.lifespan?.createdAtMs, metadata.maxIdle?.lastUsedAtMs]) {
    if (instant !== undefined) {
      expect(Math.abs(instant - Date.now())).toBeLessThan(CLOCK_SLACK_MS);
    }
  }
}

describe.each(VERSIONS)('metadata in %s', (version) => {
  let connection: RawConnection;
  let mortal: RawConnection;
  beforeAll(async () => {
    const port = inject('firstPort');
    connection = await openRawConnection({ port, version, cacheName: 'operations' });
    mortal = await openRawConnection({ port, version, cacheName: 'mortal' });
  });
  afterAll(async () => {
    await connection.close();
    await mortal.close();
  });

  async function metadataAfter(
    via: RawConnection,
    expiration: WireExpiration,
    flags = 0,
  ): Promise<EntryMetadata> {
    const key = freshKey();
    await via.call('put', { key, value: VALUE, expiration }, { flags });
    const { status, reply } = await via.call('getWithMetadata', { key });
    expect(status).toBe(0);
    if (reply.outcome !== 'ok') {
      throw new Error('the entry just written is gone');
    }
    expect(reply.value).toEqual(VALUE);
    return reply.metadata;
  }

  test.each(COMBINATIONS)('an entry with %s of lifespan and max idle', async (_title, lifespan, maxIdle) => {
    const metadata = await metadataAfter(connection, {
      lifespan: lifespan === undefined ? never(version) : seconds(lifespan),
      maxIdle: maxIdle === undefined ? never(version) : seconds(maxIdle),
    });
    expectMetadata(metadata, lifespan, maxIdle);
  });

  test('a key without entry has none', async () => {
    const { status, reply } = await connection.call('getWithMetadata', { key: freshKey() });
    expect(status).toBe(2);
    expect(reply).toEqual({ outcome: 'absent' });
  });

  test('each write gives another version', async () => {
    const key = freshKey();
    const seen = new Set<bigint>();
    for (let write = 0; write < 5; write++) {
      await connection.call('put', { key, value: VALUE });
      const { reply } = await connection.call('getWithMetadata', { key });
      seen.add(reply.outcome === 'ok' ? reply.metadata.entryVersion : 0n);
    }
    expect(seen.size).toBe(5);
  });

  test('the default expiration is that of the cache', async () => {
    const byUnit: WireExpiration = { lifespan: { unit: 'default' }, maxIdle: { unit: 'default' } };
    const byFlag: WireExpiration = { lifespan: seconds(0), maxIdle: seconds(0) };
    const metadata = isFrom(version, '2.2')
      ? await metadataAfter(mortal, byUnit)
      : await metadataAfter(mortal, byFlag, RequestFlag.DEFAULT_LIFESPAN | RequestFlag.DEFAULT_MAX_IDLE);
    expectMetadata(metadata, 600, 300);
  });

  test('infinite means that the default of the cache does not count', async () => {
    const metadata = await metadataAfter(mortal, { lifespan: never(version), maxIdle: never(version) });
    expectMetadata(metadata, undefined, undefined);
  });

  if (isFrom(version, '2.2')) {
    test('every unit of time', async () => {
      const hours = await metadataAfter(connection, {
        lifespan: { unit: 'hours', amount: 2 },
        maxIdle: { unit: 'minutes', amount: 3 },
      });
      expectMetadata(hours, 7_200, 180);
      const small = await metadataAfter(connection, {
        lifespan: { unit: 'milliseconds', amount: 90_500 },
        maxIdle: { unit: 'microseconds', amount: 60_000_000 },
      });
      expectMetadata(small, 90, 60);
      const extreme = await metadataAfter(connection, {
        lifespan: { unit: 'days', amount: 2 },
        maxIdle: { unit: 'nanoseconds', amount: 70_000_000_000 },
      });
      expectMetadata(extreme, 172_800, 70);
    });
  }

  if (isFrom(version, '3.0')) {
    test('more than 30 days is meant literally', async () => {
      const metadata = await metadataAfter(connection, {
        lifespan: { unit: 'days', amount: 31 },
        maxIdle: { unit: 'infinite' },
      });
      expectMetadata(metadata, 31 * 86_400, undefined);
    });
  }

  if (!isFrom(version, '3.0')) {
    test('more than 30 days is a time since 1970', async () => {
      const inAnHour = Math.floor(Date.now() / 1_000) + 3_600;
      const metadata = await metadataAfter(connection, {
        lifespan: seconds(inAnHour),
        maxIdle: never(version),
      });
      expect(metadata.lifespan?.seconds).toBeGreaterThan(3_500);
      expect(metadata.lifespan?.seconds).toBeLessThanOrEqual(3_600);
    });
  }
});
