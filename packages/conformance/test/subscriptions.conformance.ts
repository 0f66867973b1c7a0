import { connect, createServer } from 'node:net';
import { type Cache, codecs, HotRodClient } from '@kvtwin/hotrod-client';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { isFrom, VERSIONS } from './versions.js';

const LIMIT = { timeout: 20_000, interval: 50 };
let keys = 0;
const freshText = (): string => `subscription-${process.pid}-${++keys}`;

interface Told {
  readonly type: string;
  readonly key?: unknown;
  readonly replayed?: boolean;
}

/** What was told of one key. */
function typesOf(told: readonly Told[], key: string): string[] {
  return told.filter((event) => event.key === key).map(({ type }) => type);
}

describe.each(VERSIONS)('subscriptions in %s', (version) => {
  let client: HotRodClient;
  let cache: Cache<string, string>;
  beforeAll(async () => {
    client = await HotRodClient.connect(`${inject('firstSite')}/local?protocol_version=${version}`);
    cache = client.cache();
  });
  afterAll(() => client.close());

  test('hear of each kind of change', async () => {
    const told: Told[] = [];
    const tell = (event: Told) => told.push(event);
    const subscription = await cache.subscribe({
      created: tell,
      modified: tell,
      removed: tell,
      expired: tell,
    });
    const [key, short] = [freshText(), freshText()];
    await cache.set(key, 'v');
    await cache.set(key, 'w');
    await cache.delete(key);
    await cache.set(short, 'v', { lifespan: '1s' });
    await expect.poll(() => typesOf(told, key), LIMIT).toEqual(['created', 'modified', 'removed']);
    await expect
      .poll(async () => {
        await cache.get(short);
        return typesOf(told, short);
      }, LIMIT)
      .toEqual(['created', 'expired']);
    await subscription.close();
    const after = freshText();
    await cache.set(after, 'v');
    expect(await cache.get(after)).toBe('v');
    expect(typesOf(told, after)).toEqual([]);
  });

  test('tell the version, and the present state where asked', async () => {
    const before = freshText();
    await cache.set(before, 'v');
    const told: (Told & { readonly version: bigint })[] = [];
    const subscription = await cache.subscribe(
      { created: (event) => told.push(event) },
      { includeState: true },
    );
    const key = freshText();
    await cache.set(key, 'v');
    await expect.poll(() => typesOf(told, key), LIMIT).toEqual(['created']);
    const { version: stored } = (await cache.getEntry(key))!;
    expect(told.find((event) => event.key === key)).toMatchObject({ version: stored, replayed: false });
    await expect.poll(() => told.find((event) => event.key === before)?.replayed, LIMIT).toBe(true);
    await subscription.close();
  });

  if (isFrom(version, '2.5')) {
    test('come with values', async () => {
      const told: { readonly key: string; readonly value: string; readonly version: bigint }[] = [];
      const gone: string[] = [];
      const subscription = await cache.subscribe(
        { created: (event) => told.push(event), removed: (event) => gone.push(event.key) },
        { values: true },
      );
      const key = freshText();
      await cache.set(key, 'grüße');
      const { version: stored } = (await cache.getEntry(key))!;
      await cache.delete(key);
      await expect.poll(() => gone.filter((each) => each === key), LIMIT).toHaveLength(1);
      expect(told.filter((event) => event.key === key)).toMatchObject([{ value: 'grüße', version: stored }]);
      await subscription.close();
    });
  }
});

test('a subscription goes on when its connection was broken, and says gap', async () => {
  const { hostname, port } = new URL(inject('firstSite').replace('hotrod:', 'http:'));
  const sockets = new Set<{ destroy(): void }>();
  const relay = createServer((socket) => {
    const target = connect(Number(port), hostname);
    sockets.add(socket).add(target);
    for (const [from, to] of [
      [socket, target],
      [target, socket],
    ] as const) {
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
      from.pipe(to);
    }
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const address = relay.address();
  const relayPort = typeof address === 'object' && address !== null ? address.port : 0;
  const client = await HotRodClient.connect(
    `hotrod://127.0.0.1:${relayPort}/local?client_intelligence=BASIC`,
  );
  try {
    const cache = client.cache();
    const events = cache.events();
    await events.ready;
    for (let round = 0; round < 3; round++) {
      for (const socket of sockets) socket.destroy();
      sockets.clear();
      expect((await events.next()).value).toMatchObject({ type: 'gap', reason: 'reconnected' });
      const key = freshText();
      await cache.set(key, 'v');
      for (;;) {
        const { value } = await events.next();
        if (value?.type === 'created' && value.key === key) break;
      }
    }
    await events.close();
  } finally {
    await client.close();
    await new Promise((resolve) => relay.close(resolve));
  }
});

test('scalars are converted as the Java client writes them', async () => {
  const client = await HotRodClient.connect(`${inject('firstSite')}/objects`);
  try {
    const cache = client.cache('objects', { value: codecs.int64 });
    const key = freshText();
    await cache.set(key, 2n ** 60n + 1n);
    expect(await cache.get(key)).toBe(2n ** 60n + 1n);
    expect(await cache.as({ value: codecs.text }).get(key)).toBe(String(2n ** 60n + 1n));
  } finally {
    await client.close();
  }
});

test('a call goes along with its trace, and without harm', async () => {
  const client = await HotRodClient.connect(`${inject('firstSite')}/local`, {
    traceContext: () => ({
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      tracestate: 'k=v',
    }),
  });
  try {
    expect(client.protocolVersion).toBe('4.1');
    const key = freshText();
    await client.cache().set(key, 'v');
    expect(await client.cache().get(key)).toBe('v');
  } finally {
    await client.close();
  }
});

test.each(['default', 'local', 'people', 'objects'])('keys() of cache %s', async (name) => {
  const client = await HotRodClient.connect(inject('firstSite'));
  try {
    const cache = client.cache(name);
    const key = freshText();
    await cache.set(key, 'v'.repeat(50_000));
    const before = client.stats().bytesReceived;
    const found: string[] = [];
    for await (const each of cache.keys()) if (each === key) found.push(each);
    expect(found).toEqual([key]);
    expect(client.stats().bytesReceived - before).toBeLessThan(50_000);
    await cache.delete(key);
  } finally {
    await client.close();
  }
});
