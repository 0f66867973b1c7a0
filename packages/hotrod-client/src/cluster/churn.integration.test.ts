import { HotRodCluster } from '@kvtwin/hotrod-server';
import { type SeededRandom, seededRandom } from '@kvtwin/testkit';
import { describe, expect, it } from 'vitest';
import { type Cache, HotRodClient, HotRodError } from '../index.js';

/** What a key may hold: one value, or one of several where a write's outcome is not known. */
type Possible = Set<string | undefined>;

interface Tally {
  calls: number;
  failures: number;
}

/** One writer of some keys, which checks each answer against what it wrote. */
async function work(
  cache: Cache<string, string>,
  name: string,
  random: SeededRandom,
  done: () => boolean,
): Promise<Tally> {
  const model = new Map<string, Possible>();
  const tally = { calls: 0, failures: 0 };
  for (let round = 0; !done(); round++) {
    const key = `${name}-${random.integer(0, 9)}`;
    const known = model.get(key) ?? new Set([undefined]);
    tally.calls++;
    try {
      if (random.next() < 0.5) {
        const value = await cache.get(key);
        if (!known.has(value)) throw new Error(`${key} is ${value}, not one of ${[...known].join()}`);
        model.set(key, new Set([value]));
      } else {
        const value = `${round}`;
        model.set(key, new Set([...known, value]));
        await cache.set(key, value);
        model.set(key, new Set([value]));
      }
    } catch (error) {
      if (!HotRodError.is(error)) throw error;
      tally.failures++;
      if (!error.mayHaveBeenApplied) model.set(key, known);
    }
  }
  return tally;
}

/** Nodes that come, go and misbehave, of which two are always well. */
async function disturb(cluster: HotRodCluster, random: SeededRandom, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const index = random.integer(0, 2);
    const node = cluster.node(index);
    switch (random.integer(0, 5)) {
      case 0:
        await cluster.killNode(index, { detected: random.next() < 0.5 });
        await turns(random.integer(1, 200));
        await cluster.startNode(index);
        break;
      case 1:
        await cluster.stopNode(index);
        await turns(random.integer(1, 200));
        await cluster.startNode(index);
        break;
      case 2:
        node.faults.resetConnections();
        break;
      case 3:
        node.faults.inject(
          random.pick(['reset-applied', 'reset-mid-reply', 'reset-unapplied', 'wrong-magic']),
        );
        break;
      case 4:
        node.faults.inject({ status: random.pick([0x87, 0x88]), message: 'not here' }, { times: 3 });
        break;
      default:
        node.faults.holdReplies();
        await turns(random.integer(1, 100));
        node.faults.releaseReplies();
    }
    await turns(random.integer(1, 100));
  }
}

/** So many turns of the event loop. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('a client of a cluster that knows no rest', () => {
  it.each([1, 2, 3])('settles every call and reads nothing wrong (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    await using cluster = await HotRodCluster.start({ nodes: 3, caches: { c: {} } });
    await using client = await HotRodClient.connect(cluster.url, {
      reconnectMinMs: 1,
      reconnectMaxMs: 20,
      timeoutMs: 20_000,
    });
    const cache = client.cache('c');
    let over = false;
    const workers = Array.from({ length: 20 }, (_, at) =>
      work(cache, `w${at}`, seededRandom(seed * 1_000 + at), () => over),
    );
    await disturb(cluster, random, 40);
    over = true;
    const tallies = await Promise.all(workers);
    const calls = tallies.reduce((sum, tally) => sum + tally.calls, 0);
    const failures = tallies.reduce((sum, tally) => sum + tally.failures, 0);
    expect(calls).toBeGreaterThan(1_000);
    expect(failures).toBeLessThan(calls / 4);
    await cache.get('last');
    expect(client.load).toEqual({ waiting: 0, waitingBytes: 0, inFlight: 0 });
  });
});
