import { HotRodServer } from '@kvtwin/hotrod-server';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Cache, codecs, HotRodClient, UNCHANGED } from '../index.js';

let server: HotRodServer;
let clients: HotRodClient[];
let counters: Cache<string, number>[];

beforeAll(async () => {
  server = await HotRodServer.listen({ caches: { counters: {} } });
  clients = await Promise.all([1, 2, 3].map(() => HotRodClient.connect(server.url, { timeoutMs: 30_000 })));
  counters = clients.map((client) => client.cache('counters', { value: codecs.json<number>() }));
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await server.close();
});
beforeEach(() => counters[0]!.clear());

describe('update', () => {
  it('loses no change of concurrent writers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(2), { minLength: 1, maxLength: 40 }), async (writers) => {
        await counters[0]!.clear();
        await Promise.all(
          writers.map((writer) => counters[writer]!.update('n', (entry) => (entry?.value ?? 0) + 1)),
        );
        expect(await counters[0]!.get('n')).toBe(writers.length);
      }),
      { numRuns: 20 },
    );
  });

  it('makes, changes, leaves and removes an entry, and answers what is there then', async () => {
    const [cache] = counters as [Cache<string, number>];
    expect(await cache.update('n', (entry) => (entry === undefined ? 1 : -1))).toBe(1);
    expect(await cache.update('n', async (entry) => entry!.value + 1)).toBe(2);
    const { version } = (await cache.getEntry('n'))!;
    expect(await cache.update('n', () => UNCHANGED)).toBe(2);
    expect((await cache.getEntry('n'))!.version).toBe(version);
    expect(await cache.update('n', () => undefined)).toBeUndefined();
    expect(await cache.has('n')).toBe(false);
    expect(await cache.update('n', () => undefined)).toBeUndefined();
    expect(await cache.update('n', () => UNCHANGED)).toBeUndefined();
  });

  it('gives the entry its lifespan', async () => {
    const [cache] = counters as [Cache<string, number>];
    await cache.update('n', () => 1, { lifespan: '5m' });
    expect((await cache.getEntry('n'))!.lifespanMs).toBe(300_000);
  });

  it('gives up after so many attempts, and says that it changed nothing', async () => {
    const [cache, other] = counters as [Cache<string, number>, Cache<string, number>];
    let attempts = 0;
    const racing = cache.update(
      'n',
      async () => {
        await other.set('n', ++attempts);
        return -1;
      },
      { maxAttempts: 5 },
    );
    await expect(racing).rejects.toMatchObject({
      code: 'HOTROD_CONFLICT',
      mayHaveBeenApplied: false,
      retryable: true,
    });
    expect(attempts).toBe(5);
    expect(await cache.get('n')).toBe(5);
  });

  it('ends with what the function throws, and with the signal', async () => {
    const [cache] = counters as [Cache<string, number>];
    const mistake = new Error('no');
    await expect(
      cache.update('n', () => {
        throw mistake;
      }),
    ).rejects.toBe(mistake);
    const controller = new AbortController();
    const aborted = cache.update(
      'n',
      () => {
        controller.abort();
        return 1;
      },
      { signal: controller.signal },
    );
    await expect(aborted).rejects.toMatchObject({ code: 'HOTROD_ABORTED' });
    expect(await cache.has('n')).toBe(false);
  });

  it.each([0, -1, 1.5])('refuses %d attempts', async (maxAttempts) => {
    await expect(counters[0]!.update('n', () => 1, { maxAttempts })).rejects.toMatchObject({
      code: 'HOTROD_INVALID_ARGUMENT',
    });
  });
});

describe('a function that takes its time', () => {
  const never = () => new Promise<number>(() => undefined);

  it.each<[string, () => { timeoutMs?: number; signal?: AbortSignal }, string]>([
    ['the time limit', () => ({ timeoutMs: 30 }), 'HOTROD_TIMEOUT'],
    ['a signal', () => ({ signal: AbortSignal.timeout(30) }), 'HOTROD_ABORTED'],
    ['a signal that has fired', () => ({ signal: AbortSignal.abort() }), 'HOTROD_ABORTED'],
  ])('for ever is left by %s', async (_, options, code) => {
    await expect(counters[0]!.update('n', never, options())).rejects.toMatchObject({
      code,
      mayHaveBeenApplied: false,
    });
  });

  it('longer than the limit is not written any more', async () => {
    let finish: (value: number) => void = () => undefined;
    const late = new Promise<number>((resolve) => {
      finish = resolve;
    });
    await expect(counters[0]!.update('n', () => late, { timeoutMs: 30 })).rejects.toMatchObject({
      code: 'HOTROD_TIMEOUT',
    });
    finish(1);
    await late;
    expect(await counters[0]!.has('n')).toBe(false);
  });
});
