import { HotRodClient } from '@kvtwin/hotrod-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type InfinispanCluster, startInfinispanCluster } from '../src/index.js';
import { type Doors, openDoors } from './doors.js';

const START_LIMIT_MS = 300_000;
const COUNT = 5_000;

let cluster: InfinispanCluster;
let doors: Doors;
let client: HotRodClient;
beforeAll(async () => {
  cluster = await startInfinispanCluster({ name: 'walks' });
  doors = await openDoors(cluster.nodes);
  client = await HotRodClient.connect({
    servers: [`127.0.0.1:${doors.doors[0]!.port}`],
    mapAddress: doors.mapAddress,
    timeoutMs: 20_000,
    connectTimeoutMs: 10_000,
    reconnectMaxMs: 200,
  });
}, START_LIMIT_MS);
afterAll(async () => {
  await client?.close();
  await doors?.close();
  await cluster?.stop();
});

const keys = Array.from({ length: COUNT }, (_, at) => `walk-${at}`);

test.each(['octets', 'text', 'proto'])(
  'a walk through %s comes to each entry once, though its connection is cut again and again',
  async (name) => {
    const cache = client.cache(name);
    await cache.clear();
    await cache.setMany(keys.map((key) => [key, key] as const));
    const seen: string[] = [];
    let cuts = 0;
    for await (const [key, value] of cache.entries({ batchSize: 100 })) {
      expect(value).toBe(key);
      seen.push(key);
      if (seen.length % 1_000 !== 500) continue;
      for (const door of doors.doors) door.cut();
      cuts++;
    }
    expect(cuts).toBeGreaterThanOrEqual(4);
    expect(seen).toHaveLength(COUNT);
    expect(new Set(seen).size).toBe(COUNT);
  },
  120_000,
);

test('a subscription hears of writes through every node, and goes on when its connection is cut', async () => {
  const cache = client.cache('octets');
  await using events = cache.events({ types: ['created'] });
  await events.ready;
  for (const round of [1, 2]) {
    const written = Array.from({ length: 30 }, (_, at) => `heard-${round}-${at}`);
    await Promise.all(written.map((key) => cache.set(key, 'v')));
    const heard = new Set<string>();
    while (heard.size < written.length) {
      const { value } = await events.next();
      if (value?.type === 'created') heard.add(value.key);
    }
    expect([...heard].sort()).toEqual(written.sort());
    const before = events.server;
    expect(before).toBeDefined();
    for (const door of doors.doors) door.cut();
    expect((await events.next()).value).toMatchObject({ type: 'gap', reason: 'reconnected' });
  }
}, 120_000);
