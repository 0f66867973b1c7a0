import { HotRodCluster, HotRodServer } from '@kvtwin/hotrod-server';
import { afterEach, describe, expect, it } from 'vitest';
import { collectDiagnostics } from '../../test/collect-diagnostics.js';
import { type Cache, HotRodClient } from '../index.js';
import type { RequestDiagnostics } from '../observe/diagnostics.js';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function connect(url: string): Promise<HotRodClient> {
  const client = await HotRodClient.connect(url, { reconnectMinMs: 5, reconnectMaxMs: 50 });
  closers.push(() => client.close());
  return client;
}

const COUNT = 3_000;
const keys = Array.from({ length: COUNT }, (_, at) => `key-${at}`);

describe.each(['2.5', '4.1'] as const)('a walk through a cluster in %s', () => {
  it.each<[string, (c: Cache<string, string>) => AsyncIterable<string>]>([
    ['keys()', (c) => c.keys({ batchSize: 50 })],
    ['values()', (c) => c.values({ batchSize: 50 })],
  ])('comes to each entry once, though node after node is killed: %s', async (_, walk) => {
    const { messages, stop } = collectDiagnostics<RequestDiagnostics>('hotrod:request');
    closers.push(stop);
    const cluster = await HotRodCluster.start({ caches: { c: {} }, nodes: 3 });
    closers.push(() => cluster.close());
    const c = (await connect(cluster.url)).cache('c');
    await c.setMany(keys.map((key) => [key, key] as const));
    const seen: string[] = [];
    let killed = 0;
    for await (const key of walk(c)) {
      seen.push(key);
      if (seen.length % 1_000 !== 500 || killed === 2) continue;
      const serving = messages.findLast(({ operation }) => operation === 'iterationNext')?.server;
      const node = cluster.nodes.findIndex(({ running, port }) => running && serving === `127.0.0.1:${port}`);
      expect(node).toBeGreaterThanOrEqual(0);
      await cluster.killNode(node);
      killed++;
    }
    expect(killed).toBe(2);
    expect(seen).toHaveLength(COUNT);
    expect(new Set(seen)).toEqual(new Set(keys));
  });
});

it('a walk through a cache without segments fails when its server is lost', async () => {
  const server = await HotRodServer.listen({ caches: { c: {} } });
  closers.push(() => server.close());
  const c = (await connect(server.url)).cache('c');
  await c.setMany(keys.map((key) => [key, key] as const));
  const walk = async () => {
    let read = 0;
    for await (const _ of c.keys({ batchSize: 50 })) {
      if (++read === 100) server.faults.resetConnections();
    }
  };
  await expect(walk()).rejects.toMatchObject({
    code: expect.stringMatching(/^HOTROD_(?:ITERATION|CONNECTION)_LOST$/),
  });
});

describe('a walk at a server that has stopped answering', () => {
  it.each<[string, (controller: AbortController) => { timeoutMs?: number; signal?: AbortSignal }, string]>([
    ['its time is up', () => ({ timeoutMs: 50 }), 'HOTROD_TIMEOUT'],
    ['it is aborted', (controller) => ({ signal: controller.signal }), 'HOTROD_ABORTED'],
  ])('ends when %s, and does not wait for the end of the cursor', async (_, options, code) => {
    const server = await HotRodServer.listen({ caches: { c: {} } });
    closers.push(() => server.close());
    const c = (await connect(server.url)).cache('c');
    await c.setMany(keys.map((key) => [key, key] as const));
    const controller = new AbortController();
    let endedMs = 0;
    const walk = async () => {
      for await (const _ of c.keys({ batchSize: 10, ...options(controller) })) {
        if (endedMs > 0) continue;
        server.faults.holdReplies();
        endedMs = performance.now();
        setTimeout(() => controller.abort(), 50);
      }
    };
    await expect(walk()).rejects.toMatchObject({ code });
    // The end of the cursor would have taken the client's 5 s.
    expect(performance.now() - endedMs).toBeLessThan(4_000);
  });
});
