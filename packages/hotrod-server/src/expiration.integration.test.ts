import {
  type EntryMetadata,
  operations,
  type ProtocolVersion,
  RequestFlag,
  type WireExpiration,
} from '@kvtwin/hotrod-protocol';
import { ManualClock } from '@kvtwin/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WireConnection } from '../test/wire-connection.js';
import { HotRodServer } from './hot-rod-server.js';

const key = Uint8Array.of(1);
const value = Uint8Array.of(2);
const day = 86_400;
const nowMs = Date.UTC(2026, 5, 1);
const nowSeconds = nowMs / 1000;
const infinite = { unit: 'infinite' } as const;
const byDefault = { unit: 'default' } as const;
const seconds = (amount: number) => ({ unit: 'seconds', amount }) as const;

/** What reads see: seconds of lifespan and max idle; null: for ever; `gone`: no entry. */
type Seen = [lifespan: number | null, maxIdle: number | null] | 'gone';

const cases: [
  title: string,
  version: ProtocolVersion,
  cache: string,
  flags: number,
  expiration: WireExpiration,
  seen: Seen,
][] = [
  ['0 is for ever', '2.1', 'configured', 0, { lifespan: seconds(0), maxIdle: seconds(0) }, [null, null]],
  [
    '0 with the flags is the default',
    '2.1',
    'configured',
    6,
    { lifespan: seconds(0), maxIdle: seconds(0) },
    [600, 300],
  ],
  ['-1 with one flag', '2.0', 'configured', 4, { lifespan: seconds(-1), maxIdle: seconds(-1) }, [null, 300]],
  [
    '30 days are a duration',
    '2.1',
    'plain',
    0,
    { lifespan: seconds(30 * day), maxIdle: seconds(0) },
    [30 * day, null],
  ],
  [
    'more is a point in time',
    '2.1',
    'plain',
    0,
    { lifespan: seconds(nowSeconds + 77), maxIdle: seconds(0) },
    [77, null],
  ],
  [
    'a point in time that is over',
    '2.1',
    'plain',
    0,
    { lifespan: seconds(31 * day), maxIdle: seconds(0) },
    'gone',
  ],
  [
    'max idle as a point in time',
    '2.1',
    'plain',
    0,
    { lifespan: seconds(0), maxIdle: seconds(nowSeconds + 5) },
    [null, 5],
  ],
  ['the flags mean nothing', '2.2', 'configured', 6, { lifespan: infinite, maxIdle: infinite }, [null, null]],
  ['default', '2.2', 'configured', 0, { lifespan: byDefault, maxIdle: byDefault }, [600, 300]],
  [
    'default of a cache without one',
    '4.1',
    'plain',
    0,
    { lifespan: byDefault, maxIdle: byDefault },
    [null, null],
  ],
  ['0 of a unit is over at once', '2.2', 'plain', 0, { lifespan: seconds(0), maxIdle: infinite }, 'gone'],
  ['0 of a unit is over at once', '4.1', 'plain', 0, { lifespan: infinite, maxIdle: seconds(0) }, 'gone'],
  [
    '31 days are a point in time',
    '2.9',
    'plain',
    0,
    { lifespan: { unit: 'days', amount: 31 }, maxIdle: infinite },
    'gone',
  ],
  [
    'a point in time in milliseconds',
    '2.9',
    'plain',
    0,
    { lifespan: { unit: 'milliseconds', amount: nowMs + 9000 }, maxIdle: infinite },
    [9, null],
  ],
  [
    '31 days are 31 days',
    '3.0',
    'plain',
    0,
    { lifespan: { unit: 'days', amount: 31 }, maxIdle: infinite },
    [31 * day, null],
  ],
  [
    '1500 ms read as 1 s',
    '3.0',
    'plain',
    0,
    { lifespan: { unit: 'milliseconds', amount: 1500 }, maxIdle: infinite },
    [1, null],
  ],
  [
    '999 ms read as 0 s, which is not for ever',
    '4.0',
    'plain',
    0,
    { lifespan: infinite, maxIdle: { unit: 'milliseconds', amount: 999 } },
    [null, 0],
  ],
  [
    'nanoseconds are cut off to milliseconds',
    '4.1',
    'plain',
    0,
    { lifespan: { unit: 'nanoseconds', amount: 2_999_999_999 }, maxIdle: infinite },
    [2, null],
  ],
  [
    '999 microseconds are nothing',
    '4.1',
    'plain',
    0,
    { lifespan: { unit: 'microseconds', amount: 999 }, maxIdle: infinite },
    'gone',
  ],
  [
    'minutes and hours',
    '4.1',
    'plain',
    0,
    { lifespan: { unit: 'hours', amount: 2 }, maxIdle: { unit: 'minutes', amount: 3 } },
    [7200, 180],
  ],
  [
    'a max idle that cannot come first is dropped',
    '4.1',
    'plain',
    0,
    { lifespan: seconds(5), maxIdle: seconds(5) },
    [5, null],
  ],
  [
    'a lifespan past what the wire can tell',
    '4.1',
    'plain',
    0,
    { lifespan: { unit: 'days', amount: 2n ** 62n }, maxIdle: infinite },
    [2 ** 31 - 1, null],
  ],
];

describe('expiration', () => {
  let server: HotRodServer;
  const clock = new ManualClock(nowMs);
  beforeAll(async () => {
    const caches = { plain: {}, configured: { lifespanMs: 600_000, maxIdleMs: 300_000 } };
    server = await HotRodServer.listen({ caches, clock });
  });
  afterAll(() => server.close());

  it.each(cases)('%s (%s, %s)', async (_, version, cacheName, flags, expiration, seen) => {
    await using connection = await WireConnection.open(server.port);
    const header = { version, cacheName } as const;
    await connection.reply(operations.put, { ...header, flags }, { key, value, expiration });
    const reply = await connection.reply(operations.getWithMetadata, header, { key });
    const { metadata } = reply as { metadata?: EntryMetadata };
    expect(
      metadata === undefined
        ? 'gone'
        : [metadata.lifespan?.seconds ?? null, metadata.maxIdle?.seconds ?? null],
    ).toEqual(seen);
  });

  it('tells when the entry was created and used, and each read is a use', async () => {
    const start = clock.nowMs();
    await using connection = await WireConnection.open(server.port);
    const header = { cacheName: 'plain' };
    const expiration = { lifespan: seconds(100), maxIdle: seconds(50) };
    await connection.reply(operations.put, header, { key, value, expiration });
    await clock.advance(10_000);
    await connection.reply(operations.containsKey, header, { key });
    await clock.advance(45_000);
    expect(await connection.reply(operations.getWithMetadata, header, { key })).toMatchObject({
      metadata: {
        lifespan: { createdAtMs: start, seconds: 100 },
        maxIdle: { lastUsedAtMs: start + 55_000, seconds: 50 },
      },
    });
    await clock.advance(45_000);
    expect(await connection.reply(operations.get, header, { key })).toEqual({ outcome: 'absent' });
  });

  it('is not touched by an iteration with metadata', async () => {
    const start = clock.nowMs();
    server.cache('plain').clear();
    server.cache('plain').put(key, value, { expiration: { kind: 'mortal', maxIdleMs: 50_000 } });
    await clock.advance(30_000);
    await using connection = await WireConnection.open(server.port);
    const header = { cacheName: 'plain' };
    const { iterationId } = await connection.reply(operations.iterationStart, header, {
      batchSize: 10,
      includeMetadata: true,
    });
    const { entries } = await connection.reply(operations.iterationNext, header, { iterationId });
    expect(entries).toMatchObject([{ key, values: [value], metadata: { maxIdle: { lastUsedAtMs: start } } }]);
    await clock.advance(20_000);
    expect(await connection.reply(operations.get, header, { key })).toEqual({ outcome: 'absent' });
  });

  it.each(['putIfAbsent', 'replaceIfUnmodified', 'removeIfUnmodified'] as const)(
    'starts max idle again at a %s that is refused',
    async (name) => {
      const cache = server.cache('plain');
      cache.put(key, value, { expiration: { kind: 'mortal', maxIdleMs: 1000 } });
      await using connection = await WireConnection.open(server.port);
      await clock.advance(900);
      const request = { key, value, entryVersion: 1n };
      expect(await connection.reply(operations[name], { cacheName: 'plain' }, request)).toEqual({
        outcome: 'not-executed',
      });
      await clock.advance(900);
      expect(cache.get(key)?.lastUsedAtMs).toBe(clock.nowMs() - 900);
    },
  );

  it('hides an expired entry from conditional writes, sizes and iterations', async () => {
    const cache = server.cache('plain');
    cache.clear();
    cache.put(key, value, { expiration: { kind: 'mortal', lifespanMs: 1000 } });
    await clock.advance(1000);
    await using connection = await WireConnection.open(server.port);
    const header = { cacheName: 'plain', flags: RequestFlag.FORCE_RETURN_PREVIOUS_VALUE };
    const expiration = { lifespan: infinite, maxIdle: infinite };
    expect(await connection.reply(operations.size, header, {})).toEqual({ outcome: 'ok', size: 0 });
    expect(await connection.reply(operations.replace, header, { key, value, expiration })).toEqual({
      outcome: 'not-executed',
    });
    expect(await connection.reply(operations.remove, header, { key })).toEqual({ outcome: 'absent' });
    expect(await connection.reply(operations.putIfAbsent, header, { key, value, expiration })).toEqual({
      outcome: 'ok',
    });
  });

  it('drops expired entries that nobody asks for', async () => {
    const cache = server.cache('plain');
    cache.clear();
    cache.put(key, value, { expiration: { kind: 'mortal', lifespanMs: 10 } });
    await clock.advance(2000);
    expect([...cache.entries()]).toEqual([]);
  });
});
