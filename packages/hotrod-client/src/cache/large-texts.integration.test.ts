import { HotRodServer } from '@kvtwin/hotrod-server';
import { seededRandom } from '@kvtwin/testkit';
import { afterEach, expect, it } from 'vitest';
import { HotRodClient, HotRodError } from '../index.js';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

it.each([1, 2, 3])(
  'large texts do not get mixed up, though some writes are lost or given up (seed %i)',
  async (seed) => {
    const random = seededRandom(seed);
    const server = await HotRodServer.listen({ caches: { c: {} } });
    closers.push(() => server.close());
    const client = await HotRodClient.connect(server.url, {
      reconnectMinMs: 1,
      reconnectMaxMs: 20,
      timeoutMs: 20_000,
    });
    closers.push(() => client.close());
    const c = client.cache('c');
    const expected = new Map<string, string>();
    for (let round = 0; round < 6; round++) {
      if (round % 2 === 1) {
        server.faults.inject(random.next() < 0.5 ? 'reset-applied' : 'reset-mid-reply', { operation: 'put' });
      }
      const writes = Array.from({ length: 40 }, async (_, at) => {
        const key = `${round}-${at}`;
        // Every stretch of it tells whose it is.
        const text = `${key}${at % 7 === 0 ? 'ü' : ''}|`.repeat(random.integer(100, 20_000));
        const givenUp = new AbortController();
        const options =
          random.next() < 0.3 ? { signal: givenUp.signal } : random.next() < 0.5 ? {} : undefined;
        const call = c.set(key, text, options);
        if (options !== undefined && 'signal' in options) setImmediate(() => givenUp.abort());
        try {
          await call;
          expected.set(key, text);
        } catch (error) {
          if (!HotRodError.is(error)) throw error;
        }
      });
      await Promise.all(writes);
    }
    expect(expected.size).toBeGreaterThan(20);
    for (const [key, text] of expected) expect((await c.get(key)) === text, key).toBe(true);
    for await (const [key, text] of c.entries())
      expect(text.replaceAll(/ü|\|/g, '').replaceAll(key, ''), key).toBe('');
  },
);
