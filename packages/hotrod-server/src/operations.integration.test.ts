import {
  type MediaType,
  mediaTypeOf,
  type OperationDefinition,
  type OperationName,
  operations,
  PROTOCOL_VERSIONS,
  type ProtocolVersion,
  RequestFlag,
  Status,
  segmentOfKey,
  segmentSet,
  segmentsOf,
  versionByte,
} from '@kvtwin/hotrod-protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WireConnection } from '../test/wire-connection.js';
import { HotRodServer } from './hot-rod-server.js';

const key = Uint8Array.of(0, 0xff);
const old = Uint8Array.of(1);
const next = Uint8Array.of(2);
const none = new Uint8Array(0);
const force = RequestFlag.FORCE_RETURN_PREVIOUS_VALUE;
const keyNumber = (n: number): Uint8Array => new TextEncoder().encode(`key-${n}`);

let server: HotRodServer;
let connection: WireConnection;
beforeAll(async () => {
  const caches = {
    c: {},
    text: { mediaType: 'text/plain' },
    objects: { mediaType: 'application/x-java-object' },
    tiny: { maxEntries: 1 },
  };
  server = await HotRodServer.listen({ caches, limits: { maxIterations: 3 } });
  connection = await WireConnection.open(server.port);
});
afterAll(async () => {
  await connection[Symbol.asyncDispose]();
  await server.close();
});
beforeEach(() => server.cache('c').clear());

/** Outcome without the flag, outcome with it, and the previous value that comes with it. */
const matrix = [
  ['put', 'absent', 'ok', 'ok-with-previous', none],
  ['put', 'present', 'ok', 'ok-with-previous', old],
  ['putIfAbsent', 'absent', 'ok', 'ok', undefined],
  ['putIfAbsent', 'present', 'not-executed', 'not-executed-with-previous', old],
  ['replace', 'absent', 'not-executed', 'not-executed', undefined],
  ['replace', 'present', 'ok', 'ok-with-previous', old],
  ['replaceIfUnmodified', 'absent', 'absent', 'absent', undefined],
  ['replaceIfUnmodified', 'other version', 'not-executed', 'not-executed-with-previous', old],
  ['replaceIfUnmodified', 'present', 'ok', 'ok-with-previous', old],
  ['remove', 'absent', 'absent', 'absent', undefined],
  ['remove', 'present', 'ok', 'ok-with-previous', old],
  ['removeIfUnmodified', 'absent', 'absent', 'absent', undefined],
  ['removeIfUnmodified', 'other version', 'not-executed', 'not-executed-with-previous', old],
  ['removeIfUnmodified', 'present', 'ok', 'ok-with-previous', old],
] as const;

describe.each(PROTOCOL_VERSIONS)('writes in %s', (version: ProtocolVersion) => {
  it.each(matrix)('%s, key %s: %s, with the flag %s', async (name, situation, plain, forced, previous) => {
    for (const [flags, outcome] of [
      [0, plain],
      [force, forced],
    ] as const) {
      server.cache('c').clear();
      const token = situation === 'absent' ? '1' : server.cache('c').put(key, old).token;
      const entryVersion =
        BigInt.asIntN(64, BigInt(`0x${token}`)) ^ (situation === 'other version' ? 4n : 0n);
      const request = { key, value: next, entryVersion };
      const reply = await connection.reply(operations[name], { version, cacheName: 'c', flags }, request);
      expect(reply.outcome).toBe(outcome);
      if ('previous' in reply) {
        expect(reply.previous.value).toEqual(previous);
        const expected = situation === 'absent' ? -1n : BigInt.asIntN(64, BigInt(`0x${token}`));
        expect(reply.previous.metadata?.entryVersion).toBe(versionByte(version) < 40 ? undefined : expected);
      }
      const written = ['ok', 'ok-with-previous'].includes(outcome);
      const removed = written && name.startsWith('remove');
      const before = situation === 'absent' ? undefined : old;
      expect(server.cache('c').get(key)?.value).toEqual(removed ? undefined : written ? next : before);
    }
  });
});

describe('replaceIfUnmodified', () => {
  it('lets exactly one of many with the same version through', async () => {
    const token = server.cache('c').put(key, old).token;
    const entryVersion = BigInt.asIntN(64, BigInt(`0x${token}`));
    const connections = await Promise.all(Array.from({ length: 8 }, () => WireConnection.open(server.port)));
    const replies = await Promise.all(
      connections.map((each, n) =>
        each.reply(
          operations.replaceIfUnmodified,
          { cacheName: 'c' },
          { key, value: Uint8Array.of(n), entryVersion },
        ),
      ),
    );
    expect(replies.filter(({ outcome }) => outcome === 'ok').length).toBe(1);
    await Promise.all(connections.map((each) => each[Symbol.asyncDispose]()));
  });
});

describe('a full cache', () => {
  it('refuses a new key with a text that names the bound, and the connection goes on', async () => {
    const header = { cacheName: 'tiny' };
    await connection.reply(operations.put, header, { key, value: old });
    expect(await connection.ask(operations.put, header, { key: next, value: old })).toMatchObject({
      kind: 'error',
      status: Status.SERVER_ERROR,
      message: expect.stringContaining("cache 'tiny' is full: 1 of 1 entries"),
    });
    expect(await connection.reply(operations.get, header, { key })).toEqual({ outcome: 'ok', value: old });
  });
});

describe('getAll and putAll', () => {
  it('store and read many keys, and leave out those that are absent', async () => {
    const header = { cacheName: 'c' };
    const entries = Array.from({ length: 500 }, (_, n) => ({
      key: keyNumber(n),
      value: Uint8Array.of(n & 0xff),
    }));
    expect(await connection.reply(operations.putAll, header, { entries })).toEqual({ outcome: 'ok' });
    const keys = [...entries.map((entry) => entry.key), keyNumber(999), keyNumber(0)];
    const reply = await connection.reply(operations.getAll, header, { keys });
    expect(reply.entries).toEqual(entries);
    expect(await connection.reply(operations.getAll, header, { keys: [] })).toEqual({
      outcome: 'ok',
      entries: [],
    });
  });
});

describe('bulkGet and bulkGetKeys', () => {
  it('tell all of a cache in one reply, or as many entries as are asked for', async () => {
    for (let n = 0; n < 5; n++) {
      server.cache('c').put(keyNumber(n), next);
    }
    const inCache = { cacheName: 'c' };
    const all = await connection.reply(operations.bulkGet, inCache, { maxEntries: 0 });
    expect(all.entries).toEqual([0, 1, 2, 3, 4].map((n) => ({ key: keyNumber(n), value: next })));
    const some = await connection.reply(operations.bulkGet, inCache, { maxEntries: 2 });
    expect(some.entries).toHaveLength(2);
    const { keys } = await connection.reply(operations.bulkGetKeys, inCache, { scope: 0 });
    expect(keys).toEqual([0, 1, 2, 3, 4].map(keyNumber));
  });
});

describe('stats', () => {
  it('counts what callers did, in decimal, and not what was seeded', async () => {
    await using fresh = await HotRodServer.listen({ caches: { c: {} } });
    fresh.cache('c').put(keyNumber(0), old);
    await using caller = await WireConnection.open(fresh.port);
    const header = { cacheName: 'c' };
    await caller.reply(operations.put, header, { key, value: old });
    await caller.reply(operations.get, header, { key });
    await caller.reply(operations.getAll, header, { keys: [key, next] });
    await caller.reply(operations.replace, header, { key, value: old });
    await caller.reply(operations.removeIfUnmodified, header, { key: next, entryVersion: 1n });
    await caller.reply(operations.putIfAbsent, header, { key, value: old });
    await caller.reply(operations.remove, header, { key });
    await caller.reply(operations.remove, header, { key });
    const { statistics } = await caller.reply(operations.stats, header, {});
    expect(Object.fromEntries(statistics.map(({ name, value }) => [name, value]))).toMatchObject({
      timeSinceStart: '0',
      currentNumberOfEntries: '1',
      stores: '2',
      retrievals: '5',
      hits: '3',
      misses: '2',
      removeHits: '1',
      removeMisses: '1',
      globalStores: '2',
    });
  });
});

describe('ping', () => {
  it.each([
    ['2.0', 'c', { outcome: 'ok' }],
    ['2.8', 'c', { outcome: 'ok' }],
    ['2.9', 'text', { outcome: 'ok', keyMediaType: mediaTypeOf('text/plain') }],
    [
      '3.0',
      'c',
      { outcome: 'ok', valueMediaType: mediaTypeOf('application/octet-stream'), serverVersion: 41 },
    ],
    ['4.1', '', { outcome: 'ok', keyMediaType: { definition: 'none' }, serverVersion: 41 }],
  ] as const)(
    'answers in %s for cache "%s" what that version tells',
    async (version, cacheName, expected) => {
      expect(await connection.reply(operations.ping, { version, cacheName }, {})).toMatchObject(expected);
    },
  );

  it('lists the opcodes that are served, and no others', async () => {
    const { opcodes = [] } = await connection.reply(operations.ping, { version: '3.1' }, {});
    const requests: Partial<Record<OperationName, object>> = {
      get: { key },
      getWithVersion: { key },
      bulkGetKeys: { scope: 0 },
      removeClientListener: { listenerId: key },
      counterGetNames: {},
      multimapSize: {},
      exec: { task: '@@cache@names', parameters: [] },
      fetchTransactionsInDoubt: {},
    };
    for (const [name, request] of Object.entries(requests)) {
      const operation = operations[name as OperationName] as OperationDefinition;
      const answer = await connection.ask(operation, { cacheName: 'c' }, request);
      const isRefused = answer.kind === 'error' && answer.status === 0x82;
      expect(opcodes.includes(operation.requestOpcode), name).toBe(!isRefused);
    }
  });

  it('tells the media types of the default cache for an empty name', async () => {
    await using other = await HotRodServer.listen({
      caches: { d: { mediaType: 'text/plain' } },
      defaultCache: 'd',
    });
    await using caller = await WireConnection.open(other.port);
    expect(await caller.reply(operations.ping, {}, {})).toMatchObject({
      keyMediaType: mediaTypeOf('text/plain'),
    });
    await caller.reply(operations.put, {}, { key, value: old });
    expect(other.cache('d').get(key)?.value).toEqual(old);
  });
});

describe('iteration', () => {
  it('goes through a cache in batches, by segments, each reported once', async () => {
    const header = { cacheName: 'c' };
    for (let n = 0; n < 2000; n++) {
      server.cache('c').put(keyNumber(n), Uint8Array.of(n & 0xff));
    }
    const wanted = [0, 5, 17, 255];
    const { iterationId } = await connection.reply(operations.iterationStart, header, {
      segments: segmentSet(wanted),
      batchSize: 7,
    });
    const keys: Uint8Array[] = [];
    const finished: number[] = [];
    for (;;) {
      const batch = await connection.reply(operations.iterationNext, header, { iterationId });
      finished.push(...segmentsOf(batch.finishedSegments));
      keys.push(...batch.entries.map((entry) => entry.key));
      if (batch.entries.length === 0) {
        break;
      }
    }
    const expected = Array.from({ length: 2000 }, (_, n) => keyNumber(n)).filter((each) =>
      wanted.includes(segmentOfKey(each, 256)),
    );
    const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
    expect(keys.map(text).sort()).toEqual(expected.map(text).sort());
    expect(finished).toEqual(wanted);
    expect(await connection.reply(operations.iterationEnd, header, { iterationId })).toEqual({
      outcome: 'ok',
    });
    expect(await connection.reply(operations.iterationEnd, header, { iterationId })).toEqual({
      outcome: 'invalid-iteration',
    });
  });

  it.each(PROTOCOL_VERSIONS.slice(3))('gives metadata in %s where that version has it', async (version) => {
    server.cache('c').put(key, old, { expiration: { kind: 'mortal', lifespanMs: 5000 } });
    const header = { version, cacheName: 'c' };
    const { iterationId } = await connection.reply(operations.iterationStart, header, {
      batchSize: 1,
      includeMetadata: true,
    });
    const { entries } = await connection.reply(operations.iterationNext, header, { iterationId });
    const metadata =
      versionByte(version) < 25 ? undefined : expect.objectContaining({ lifespan: expect.anything() });
    expect(entries).toEqual([
      metadata === undefined ? { key, values: [old] } : { key, values: [old], metadata },
    ]);
    await connection.reply(operations.iterationEnd, header, { iterationId });
  });

  it('refuses an unknown factory and one iteration too many, and both leave the connection open', async () => {
    const header = { cacheName: 'c' };
    const start = { batchSize: 1 };
    expect(
      await connection.ask(operations.iterationStart, header, {
        ...start,
        factory: 'nobody',
        parameters: [],
      }),
    ).toMatchObject({
      kind: 'error',
      status: Status.SERVER_ERROR,
      message: expect.stringMatching(/ISPN005060.*'nobody'/),
    });
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) {
      ids.push((await connection.reply(operations.iterationStart, header, start)).iterationId);
    }
    expect(await connection.ask(operations.iterationStart, header, start)).toMatchObject({
      kind: 'error',
      status: Status.SERVER_ERROR,
      message: expect.stringContaining('too many open iterations'),
    });
    for (const iterationId of ids) {
      await connection.reply(operations.iterationEnd, header, { iterationId });
    }
  });

  it('can be gone on with from another connection, and ends with the one that began it', async () => {
    const header = { cacheName: 'c' };
    const first = await WireConnection.open(server.port);
    const { iterationId } = await first.reply(operations.iterationStart, header, { batchSize: 1 });
    expect((await connection.reply(operations.iterationNext, header, { iterationId })).outcome).toBe('ok');
    await first[Symbol.asyncDispose]();
    await expect
      .poll(async () => (await connection.reply(operations.iterationNext, header, { iterationId })).outcome)
      .toBe('invalid-iteration');
  });
});

describe('media types', () => {
  const octets = mediaTypeOf('application/octet-stream');
  const text = mediaTypeOf('text/plain');
  const custom: MediaType = { definition: 'custom', name: 'text/plain', parameters: [] };
  it.each([
    ['c', octets],
    ['c', text],
    ['c', { definition: 'none' } as const],
    ['c', mediaTypeOf('application/unknown')],
    ['c', mediaTypeOf('application/octet-stream; a=b')],
    ['c', mediaTypeOf('application/x-java-object')],
    ['text', octets],
    ['text', custom],
    ['text', mediaTypeOf('text/plain; charset=UTF-8')],
  ])('of cache %s may be %j: the bytes stay the same', async (cacheName, mediaType) => {
    const header = { version: '2.8', cacheName, keyMediaType: mediaType, valueMediaType: mediaType } as const;
    await connection.reply(operations.put, header, { key, value: old });
    expect(await connection.reply(operations.get, header, { key })).toEqual({ outcome: 'ok', value: old });
  });

  it.each([
    ['c', mediaTypeOf('application/json'), 'application/json', 'application/octet-stream'],
    [
      'c',
      mediaTypeOf('text/plain; charset=utf-16'),
      'text/plain; charset=utf-16',
      'application/octet-stream',
    ],
    ['text', mediaTypeOf('image/png'), 'image/png', 'text/plain'],
    ['objects', octets, 'application/octet-stream', 'application/x-java-object'],
  ])('of cache %s may not be %j: the error names both', async (cacheName, mediaType, asked, stored) => {
    expect(
      await connection.ask(operations.get, { cacheName, valueMediaType: mediaType }, { key }),
    ).toMatchObject({
      kind: 'error',
      status: Status.SERVER_ERROR,
      message: expect.stringContaining(
        `ISPN000492: Cannot find transcoder between '${asked}' to '${stored}'`,
      ),
    });
    expect(
      (await connection.reply(operations.size, { cacheName, valueMediaType: mediaType }, {})).outcome,
    ).toBe('ok');
  });

  it.each([
    ['2.3', Status.OK],
    ['2.4', Status.OK_OBJECT_STORAGE],
    ['2.8', Status.OK_OBJECT_STORAGE],
    ['2.9', Status.OK],
  ] as const)('of a cache of objects show in the status of %s', async (version, status) => {
    const message = await connection.ask(
      operations.put,
      { version, cacheName: 'objects' },
      { key, value: old },
    );
    expect(message).toMatchObject({ kind: 'reply', status });
  });
});
