import { HotRodCluster, type HotRodClusterOptions } from '@kvtwin/hotrod-server';
import { afterEach, expect, vi } from 'vitest';
import {
  type ClientEvents,
  codecs,
  HotRodClient,
  type HotRodClientOptions,
  HotRodError,
} from '../src/index.js';

/** Ended after the test, the last one first. */
export const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Reconnects without long pauses. */
export const quick: HotRodClientOptions = { reconnectMinMs: 5, reconnectMaxMs: 50 };

/** Keys enough for every node to own some. */
export const keys: readonly string[] = Array.from({ length: 200 }, (_, at) => `key-${at}`);

/** An embedded cluster with a cache `c`, three nodes unless told otherwise. */
export async function startCluster(options: Partial<HotRodClusterOptions> = {}): Promise<HotRodCluster> {
  const cluster = await HotRodCluster.start({ caches: { c: {} }, ...options });
  closers.push(() => cluster.close());
  return cluster;
}

/** A client that is closed after the test. */
export async function connect(url: string, options: HotRodClientOptions = {}): Promise<HotRodClient> {
  const client = await HotRodClient.connect(url, { ...quick, ...options });
  closers.push(() => client.close());
  return client;
}

/** A busy machine may take its time. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, 10_000);
}

/** Connected to every member, and sure how keys are stored; nodes then count from zero. */
export async function settled(client: HotRodClient, cluster: HotRodCluster, cache = 'c'): Promise<void> {
  const running = cluster.nodes.filter((node) => node.running).length;
  await eventually(async () => {
    await client.cache(cache).get('warm-up');
    const { servers } = client.topology(cache);
    expect(servers.filter(({ connected }) => connected)).toHaveLength(running);
  });
  await client.cache(cache).get('warm-up');
  for (const node of cluster.nodes) node.requests.reset();
}

/** The next event of that name. */
export function once<Name extends keyof ClientEvents>(
  client: HotRodClient,
  name: Name,
): Promise<ClientEvents[Name]> {
  return new Promise((resolve) => {
    const listener = (event: ClientEvents[Name]): void => {
      client.off(name, listener);
      resolve(event);
    };
    client.on(name, listener);
  });
}

/** The error that a call ends in; throws where it does not. */
export async function failureOf(call: Promise<unknown>): Promise<HotRodError> {
  const thrown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (HotRodError.is(thrown)) return thrown;
  throw new Error('no HotRodError', { cause: thrown });
}

/** Keys whose primary owner the node is. */
export function countOf(some: readonly string[], cluster: HotRodCluster, index: number): number {
  return some.filter((key) => cluster.ownersOf('c', codecs.text.encode(key))[0]?.index === index).length;
}

/** All of them together. */
export function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
