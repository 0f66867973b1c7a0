import { ManualClock, openMemoryStoreFamily, type VersionedStore } from '@kvtwin/versioned-value';
import { beforeEach, describe, expect, it } from 'vitest';
import { alteredStore } from '../../test/altered-store.js';
import { collectDiff } from '../../test/collect-diff.js';
import { partedStore } from '../../test/parted-store.js';
import { simulate } from '../../test/simulate.js';
import { diffStores } from '../diff/diff-stores.js';
import { DiffJob, type DiffJobProgress } from '../job/diff-job.js';
import { MemoryOrderedStore } from '../job/memory-ordered-store.js';
import { SideLoad } from './side-load.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
let clock: ManualClock;
beforeEach(() => {
  clock = new ManualClock();
});

async function calls(load: SideLoad, count: number, ms: number): Promise<void> {
  for (let call = 0; call < count; call++) {
    await simulate(
      clock,
      load.timed(() => clock.sleep(ms)),
    );
  }
}

describe('SideLoad', () => {
  it('asks for less while the 99th percentile is over its limit, and for more again when it is not', async () => {
    const load = new SideLoad({ clock, maxP99Ms: 50 });
    await calls(load, 100, 10);
    expect(load.level).toBe(1);
    await calls(load, 98, 10);
    await calls(load, 2, 200);
    expect([load.level, load.batchSize(1000)]).toEqual([0.5, 1000]);
    await calls(load, 10, 80);
    expect([load.level, load.batchSize(1000)]).toEqual([0.25, 500]);
    for (let window = 0; window < 10; window++) await calls(load, 100, 10);
    expect(load.level).toBe(1);
  });

  it('does not look at less than a second or a hundred calls, and never asks for nothing', async () => {
    const load = new SideLoad({ clock, maxP99Ms: 50 });
    await calls(load, 2, 400);
    expect(load.level).toBe(1);
    await calls(load, 1, 400);
    expect(load.level).toBe(0.5);
    await calls(load, 100, 2000);
    expect(load.level).toBe(1 / 64);
    expect(load.batchSize(10)).toBe(1);
  });

  it('without a limit goes by what the side does at its best, from a quarter of a second on', async () => {
    const load = new SideLoad({ clock });
    await calls(load, 100, 5);
    await calls(load, 100, 200);
    expect(load.level).toBe(1);
    await calls(load, 4, 300);
    expect(load.level).toBe(0.5);
    const slowAlways = new SideLoad({ clock });
    for (let window = 0; window < 5; window++) await calls(slowAlways, 100, 600);
    expect(slowAlways.level).toBe(1);
  });

  it('leaves a slow side alone between calls', async () => {
    const load = new SideLoad({ clock, maxP99Ms: 50 });
    const { signal } = new AbortController();
    const timePausing = async (): Promise<number> => {
      const beganMs = clock.nowMs();
      await simulate(clock, load.pause(signal));
      return clock.nowMs() - beganMs;
    };
    await calls(load, 100, 10);
    expect(await timePausing()).toBe(0);
    await calls(load, 100, 100);
    expect(await timePausing()).toBeGreaterThan(50);
  });
});

/** A store that needs a millisecond for each entry of a batch, and so many for each as `factor` says. */
function busyStore(store: VersionedStore, sizes: number[], factor: () => number): VersionedStore {
  return alteredStore(store, {
    parts: async () => store.parts?.(),
    async *scan(options) {
      sizes.push(options?.batchSize ?? 0);
      for await (const batch of store.scan(options)) {
        await clock.sleep(Math.max(1, batch.entries.length * factor()));
        yield batch;
      }
    },
  });
}

async function filled(name: string, keys: number): Promise<VersionedStore> {
  const store = await openMemoryStoreFamily(name, { clock }).open({ type: 'kv' });
  for (let at = 0; at < keys; at++) await store.put(utf8(`key ${at}`), utf8('v'));
  return store;
}

describe('a diff of a slow side', () => {
  it('takes smaller batches until the side answers in time, and larger ones when it recovers', async () => {
    const sizes: number[] = [];
    let slow = true;
    const first = busyStore(await filled('busy', 20_000), sizes, () => (slow ? 1 : 0.01));
    const second = await filled('idle', 20_000);
    const onProgress = ({ scanned }: { scanned: readonly number[] }): void => {
      if (scanned[0]! > 10_000) slow = false;
    };
    const diff = diffStores(first, second, { clock, batchSize: 400, maxP99Ms: 60, onProgress });
    const { summary } = await simulate(clock, collectDiff(diff));
    expect(summary.classes.agreed).toBe(20_000);
    const least = Math.min(...sizes);
    expect(least).toBeLessThanOrEqual(60);
    expect(sizes.at(-1)).toBeGreaterThan(least);
  });

  it('scans fewer units at once in a job', { timeout: 60_000 }, async () => {
    const sizes: number[] = [];
    const [one, other] = [await filled('busy', 2000), await filled('idle', 2000)];
    let atOnce = 0;
    let most = 0;
    let late = 0;
    const counted = (store: VersionedStore): VersionedStore =>
      alteredStore(store, {
        parts: () => store.parts!(),
        async *scan(options) {
          atOnce++;
          most = Math.max(most, atOnce);
          if (clock.nowMs() > Date.UTC(2026, 0, 1) + 60_000) late = Math.max(late, atOnce);
          try {
            yield* store.scan(options);
          } finally {
            atOnce--;
          }
        },
      });
    const levels: number[] = [];
    const onProgress = (progress: DiffJobProgress): void => void levels.push(progress.levels[0]);
    const job = new DiffJob({
      stores: [counted(busyStore(partedStore(one, 64), sizes, () => 20)), partedStore(other, 64)],
      state: new MemoryOrderedStore(),
      clock,
      batchSize: 100,
      maxP99Ms: 30,
      onProgress,
    });
    const { classes } = await simulate(clock, job.run());
    expect(classes.agreed).toBe(2000);
    expect(most).toBe(4);
    expect(late).toBe(1);
    expect(Math.min(...levels)).toBeLessThan(0.25);
  });
});
