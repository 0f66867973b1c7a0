import { type CacheCodecs, codecs, HotRodClient, type HotRodClientOptions } from '@kvtwin/hotrod-client';
import { ClientIntelligence, PROTOCOL_VERSIONS, UNKNOWN_TOPOLOGY_ID } from '@kvtwin/hotrod-protocol';
import { seededRandom } from '@kvtwin/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type InfinispanCluster, openRawConnection, startInfinispanCluster } from '../src/index.js';
import { type Door, type Doors, openDoors } from './doors.js';
import { holdersOf, ownersOfText } from './key-owners.js';
import { wrappedString } from './sample-keys.js';

const START_LIMIT_MS = 300_000;
/** No pings in between: each byte that goes through a door is a call's. */
const QUIET = { keepAliveMs: 0, connectTimeoutMs: 10_000, timeoutMs: 20_000 } as const;
const POLL = { timeout: 20_000, interval: 20 } as const;

let cluster: InfinispanCluster;
let doors: Doors;
const clients: HotRodClient[] = [];
beforeAll(async () => {
  cluster = await startInfinispanCluster({ name: 'trio' });
}, START_LIMIT_MS);
afterAll(() => cluster?.stop());
beforeEach(async () => {
  doors = await openDoors(cluster.nodes);
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  await doors.close();
});

/** Through the doors, beginning at the first one. */
async function connect(options: HotRodClientOptions = {}): Promise<HotRodClient> {
  const client = await HotRodClient.connect({
    servers: [`127.0.0.1:${doors.doors[0]!.port}`],
    mapAddress: doors.mapAddress,
    ...QUIET,
    ...options,
  });
  clients.push(client);
  return client;
}

/** Asks until the client knows the cache's members and is connected to each. */
async function acquaint(client: HotRodClient, cacheName: string): Promise<void> {
  await expect
    .poll(async () => {
      await client.ping(cacheName);
      const { servers } = client.topology(cacheName);
      return servers.length === 3 && servers.every(({ connected }) => connected);
    }, POLL)
    .toBe(true);
  // With the first key the client asks one of them how the cache stores keys; what it asks of each later is answered later.
  await client
    .cache(cacheName)
    .has('"acquaint"')
    .catch(() => undefined);
  for (let number = 0; number < 3; number++) await client.ping(cacheName);
}

const CLUSTERED = ['default', 'octets', 'text', 'proto', 'json', 'replicated', 'invalidated'];

describe.each(PROTOCOL_VERSIONS)('topologies in %s', (version) => {
  const ports = (): number[] => cluster.nodes.map(({ port }) => port).sort();

  test.each(CLUSTERED)('of %s is told once, for what the client makes of it', async (cacheName) => {
    const connection = await openRawConnection({ port: cluster.nodes[1]!.port, version, cacheName });
    const ping = async (intelligence: number, topologyId = UNKNOWN_TOPOLOGY_ID) =>
      (await connection.call('ping', {}, { intelligence, topologyId })).topology;
    expect(await ping(ClientIntelligence.BASIC)).toBeUndefined();
    const members = await ping(ClientIntelligence.TOPOLOGY_AWARE);
    expect(members?.servers.map(({ port }) => port).sort()).toEqual(ports());
    const full = await ping(ClientIntelligence.HASH_DISTRIBUTION_AWARE);
    expect(full?.servers.map(({ port }) => port).sort()).toEqual(ports());
    expect(full?.hash?.functionVersion).toBe(cacheName === 'invalidated' ? 0 : 3);
    expect(full?.topologyId).toBe(members?.topologyId);
    expect(await ping(ClientIntelligence.HASH_DISTRIBUTION_AWARE, full?.topologyId)).toBeUndefined();
    await connection.close();
  });

  test('the client learns of all members from one address, and sends each key to its owner', async () => {
    const client = await connect({ protocol: version });
    await acquaint(client, 'single-octets');
    const cache = client.cache('single-octets', { key: codecs.bytes, value: codecs.bytes });
    await cache.clear();
    expect(client.topology('single-octets').segmentCount).toBe(256);
    for (let number = 0; number < 12; number++) {
      const key = Buffer.from(`${version}-${number}`);
      await cache.set(key, key);
      doors.usedSince();
      expect(await cache.get(key)).toEqual(new Uint8Array(key));
      expect(namesOf(doors.usedSince())).toEqual(
        (await holdersOf(cluster, 'single-octets')).map(({ name }) => name),
      );
      await cache.delete(key);
    }
  });

  test('a local cache has none, and is served', async () => {
    const client = await connect({ protocol: version });
    const cache = client.cache('local');
    await cache.has('k');
    expect(client.topology('local')).toMatchObject({ topologyId: undefined, segmentCount: 0 });
  });
});

test('without intelligence the client talks to no other servers than it was told', async () => {
  const client = await connect({ intelligence: 'basic' });
  for (let number = 0; number < 50; number++) await client.cache('text').set(`k${number}`, 'v');
  expect(doors.doors.map(({ clients: connected }) => connected)).toEqual([1, 0, 0]);
});

test('with the list of servers alone it uses all of them in turn', async () => {
  const client = await connect({ intelligence: 'topology' });
  await acquaint(client, 'text');
  doors.usedSince();
  for (let number = 0; number < 9; number++) await client.cache('text').has('always the same');
  expect(doors.usedSince()).toHaveLength(3);
});

function namesOf(used: readonly Door[]): string[] {
  return used.map(({ node }) => node.name);
}

interface KeyKind {
  readonly title: string;
  readonly cacheName: string;
  readonly key: CacheCodecs<unknown, unknown>['key'];
  /** Default: as the key. */
  readonly value?: CacheCodecs<unknown, unknown>['value'];
  /** The `number`-th key. */
  make(number: number): unknown;
}

const random = seededRandom(4);
const WORDS = ['k', 'Straße', 'ключ', '鍵', '🔑🔒', 'with space', 'a/b?c=d&e', '"quoted"', '%41', '-'];
const word = (number: number): string => `${WORDS[number % WORDS.length]}${'x'.repeat(number)}`;

const KEY_KINDS: KeyKind[] = [
  {
    title: 'octets of every length, stored as they are',
    cacheName: 'single-octets',
    key: codecs.bytes,
    make: (number) => random.bytes(number + 1),
  },
  {
    title: 'text, stored as text',
    cacheName: 'single-text',
    key: codecs.text,
    make: word,
  },
  {
    title: 'octets, stored as text',
    cacheName: 'single-text',
    key: codecs.bytes,
    make: (number) => Buffer.from(word(number)),
  },
  {
    title: 'text, stored as octets',
    cacheName: 'single-octets',
    key: codecs.text,
    make: word,
  },
  {
    title: 'text, stored as ProtoStream',
    cacheName: 'single-proto',
    key: codecs.text,
    make: word,
  },
  {
    title: 'ProtoStream as it is stored',
    cacheName: 'single-proto',
    key: codecs.storage,
    make: (number) => wrappedString(word(number)),
  },
  {
    title: 'JSON of texts, stored as ProtoStream',
    cacheName: 'single-proto',
    key: codecs.json({ mediaType: 'application/json' }),
    make: (number) => ({ _type: 'string', _value: word(number) }),
  },
  {
    title: 'JSON, stored as JSON',
    cacheName: 'single-json',
    key: codecs.json({ mediaType: 'application/json' }),
    make: word,
  },
  {
    title: 'text, in a cache that says nothing of its types',
    cacheName: 'single-untold',
    key: codecs.text,
    make: word,
  },
];

describe('a key goes to the node that is its primary owner', () => {
  test.each(KEY_KINDS)('$title', async ({ cacheName, key: codec, value: valueCodec, make }) => {
    const client = await connect();
    await acquaint(client, cacheName);
    const cache = client.cache(cacheName, { key: codec, value: valueCodec ?? codec });
    await cache.clear();
    const wrong: string[] = [];
    const holders = new Set<string>();
    for (let number = 0; number < 60; number++) {
      const key = make(number);
      await cache.set(key, key);
      doors.usedSince();
      expect(await cache.has(key)).toBe(true);
      const used = namesOf(doors.usedSince());
      const [holder, ...more] = await holdersOf(cluster, cacheName);
      expect(more).toEqual([]);
      holders.add(holder!.name);
      if (used.join() !== holder!.name) wrong.push(`${key}: ${used} instead of ${holder!.name}`);
      await cache.delete(key);
    }
    expect(wrong).toEqual([]);
    expect(holders.size).toBe(3);
  });

  test('the first of two owners', async () => {
    const client = await connect();
    await acquaint(client, 'text');
    const cache = client.cache('text');
    for (let number = 0; number < 60; number++) {
      const key = word(number);
      await cache.set(key, key);
      doors.usedSince();
      await cache.get(key);
      const used = namesOf(doors.usedSince());
      const owners = await ownersOfText(cluster, 'text', key);
      expect(owners).toHaveLength(2);
      expect(used).toEqual([owners[0]!.name]);
    }
  });
});

test('what concerns many keys is split among their owners, and put together again', async () => {
  const client = await connect();
  await acquaint(client, 'text');
  const cache = client.cache('text');
  const entries = Array.from({ length: 500 }, (_, number) => [`bulk-${number}`, `v${number}`] as const);
  doors.usedSince();
  await cache.setMany(entries);
  expect(doors.usedSince()).toHaveLength(3);
  const keys = entries.map(([key]) => key);
  expect([...(await cache.getMany([...keys, 'bulk-none']))]).toEqual(entries);
  expect(doors.usedSince()).toHaveLength(3);
  const topology = client.topology('text');
  const firstPort = cluster.nodes[0]!.port;
  const ofFirst = keys.filter(
    (key) => topology.ownersOf(key)[0]!.port === doors.mapAddress('', firstPort).port,
  );
  expect(ofFirst.length).toBeGreaterThan(50);
  expect(await cache.getMany(ofFirst)).toHaveProperty('size', ofFirst.length);
  expect(doors.usedSince().map(({ node }) => node.name)).toEqual([cluster.nodes[0]!.name]);
  expect(await cache.deleteMany(keys)).toBe(keys.length);
  expect(doors.usedSince()).toHaveLength(3);
});

describe('going through a cache that lies on three nodes', () => {
  test('shows each entry once, and nothing twice', async () => {
    const client = await connect();
    const cache = client.cache('json', {
      key: codecs.json<string>({ mediaType: 'application/json' }),
      value: codecs.json<string>({ mediaType: 'application/json' }),
    });
    await cache.clear();
    const keys = Array.from({ length: 2_000 }, (_, number) => `i${number}`);
    await cache.setMany(keys.map((key) => [key, key] as const));
    expect(await cache.size()).toBe(keys.length);
    const seen: string[] = [];
    for await (const [key] of cache.entries({ batchSize: 100 })) seen.push(key);
    expect([...seen].sort()).toEqual([...keys].sort());
  });

  test('segment by segment shows what the hash says', async () => {
    const client = await connect();
    await acquaint(client, 'text');
    const cache = client.cache('text');
    await cache.clear();
    const keys = Array.from({ length: 400 }, (_, number) => `seg-${number}`);
    await cache.setMany(keys.map((key) => [key, key] as const));
    const { segmentCount } = client.topology('text');
    let seen = 0;
    for (let segment = 0; segment < segmentCount; segment++) {
      const owners = new Set<string>();
      for await (const key of cache.keys({ segments: [segment] })) {
        seen++;
        owners.add(
          client
            .topology('text')
            .ownersOf(key)
            .map(({ port }) => port)
            .join(),
        );
      }
      expect(owners.size).toBeLessThanOrEqual(1);
    }
    expect(seen).toBe(keys.length);
  });
});

describe('listeners on a cluster', () => {
  test('hear of what any node does, each event once', async () => {
    const client = await connect();
    await acquaint(client, 'text');
    const cache = client.cache('text');
    const heard: string[] = [];
    const subscription = await cache.subscribe({
      created: ({ key }) => void heard.push(`created ${key}`),
      modified: ({ key }) => void heard.push(`modified ${key}`),
      removed: ({ key }) => void heard.push(`removed ${key}`),
    });
    const keys = Array.from({ length: 60 }, (_, number) => `heard-${number}`);
    for (const key of keys) {
      await cache.set(key, '1');
      await cache.set(key, '2');
      await cache.delete(key);
    }
    await expect.poll(() => heard.length, POLL).toBe(keys.length * 3);
    for (const key of keys) {
      expect(heard.filter((event) => event.endsWith(` ${key}`))).toEqual([
        `created ${key}`,
        `modified ${key}`,
        `removed ${key}`,
      ]);
    }
    await subscription.close();
  });
});

/** The last ones: they take nodes away. */
describe('members that come and go', () => {
  test('a topology without the dead node comes with the next answers, one with it when it is back', async () => {
    const client = await connect();
    await acquaint(client, 'text');
    const cache = client.cache('text');
    const keys = Array.from({ length: 300 }, (_, number) => `stays-${number}`);
    await cache.setMany(keys.map((key) => [key, key] as const));
    const victim = cluster.nodes[0]!;
    await victim.kill();
    expect((await cache.getMany(keys)).size).toBe(keys.length);
    await cluster.settled();
    await expect
      .poll(async () => {
        await cache.has('any');
        return client.topology('text').servers.length;
      }, POLL)
      .toBe(2);
    for (const key of keys) expect(await cache.get(key)).toBe(key);
    await victim.start();
    await cluster.settled();
    await acquaint(client, 'text');
    expect((await cache.getMany(keys)).size).toBe(keys.length);
  }, 180_000);

  test('a listener is heard again after the node that it was on has died', async () => {
    const client = await connect();
    await acquaint(client, 'text');
    const cache = client.cache('text');
    const heard: string[] = [];
    let gaps = 0;
    const subscription = await cache.subscribe({
      created: ({ key }) => void heard.push(key),
      gap: () => void gaps++,
    });
    const port = Number(subscription.server!.split(':')[1]);
    const door = doors.doors.find((each) => each.port === port)!;
    await door.node.kill();
    await expect.poll(() => gaps, POLL).toBe(1);
    await cluster.settled();
    await cache.set('after the gap', 'v');
    await expect.poll(() => heard, POLL).toContain('after the gap');
    await subscription.close();
    await door.node.start();
    await cluster.settled();
  }, 180_000);

  test('protocols that old servers speak follow the members too', async () => {
    const client = await connect({ protocol: '2.0' });
    await acquaint(client, 'octets');
    const cache = client.cache('octets', { key: codecs.bytes, value: codecs.bytes });
    const leaver = cluster.nodes[2]!;
    await leaver.stop();
    await cluster.settled();
    await expect
      .poll(async () => {
        await cache.has(Buffer.from('any'));
        return client.topology('octets').servers.length;
      }, POLL)
      .toBe(2);
    await leaver.start();
    await cluster.settled();
    await acquaint(client, 'octets');
  }, 180_000);
});
