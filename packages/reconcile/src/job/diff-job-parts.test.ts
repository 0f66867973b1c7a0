import { createHash } from 'node:crypto';
import { ManualClock, openMemoryStoreFamily, type Two, type VersionedStore } from '@kvtwin/versioned-value';
import { beforeEach, describe, expect, it } from 'vitest';
import { alteredStore } from '../../test/altered-store.js';
import { CrashingStore } from '../../test/crashing-store.js';
import { partedStore, partOf } from '../../test/parted-store.js';
import { simulate } from '../../test/simulate.js';
import { DiffJob, type DiffJobOptions, type DiffJobProgress } from './diff-job.js';
import type { DiffJobSummary } from './diff-job-summary.js';
import { MemoryOrderedStore } from './memory-ordered-store.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const PARTS = 7;
let clock: ManualClock;
let plain: Two<VersionedStore>;
let stores: Two<VersionedStore>;

beforeEach(async () => {
  clock = new ManualClock();
  const open = (name: string): Promise<VersionedStore> =>
    openMemoryStoreFamily(name, { clock }).open({ type: 'kv' });
  plain = [await open('lon'), await open('nyc')];
  for (let at = 0; at < 200; at++) {
    for (const store of plain) await store.put(utf8(`same ${at}`), utf8(`v${at}`));
  }
  for (let at = 0; at < 5; at++) {
    await plain[0].put(utf8(`left ${at}`), utf8('1'));
    await plain[1].put(utf8(`right ${at}`), utf8('2'));
  }
  await plain[0].put(utf8('both'), utf8('1'));
  await plain[1].put(utf8('both'), utf8('2'));
  stores = [partedStore(plain[0], PARTS), partedStore(plain[1], PARTS)];
});

const jobOf = (state: MemoryOrderedStore, options: Partial<DiffJobOptions> = {}): DiffJob =>
  new DiffJob({ stores, state, clock, batchSize: 16, sha256, ...options });
const run = (job: DiffJob): Promise<DiffJobSummary> => simulate(clock, job.run());
const reportOf = async (job: DiffJob): Promise<string[]> => {
  const rows: string[] = [];
  for await (const row of job.rows()) rows.push(row);
  return rows;
};
const found = ({ classes, digest, differences, keys, units, examples }: DiffJobSummary) => ({
  classes,
  digest,
  differences,
  keys,
  units,
  examples,
});

describe('a diff job over stores with the same parts', () => {
  it('takes each part as a unit, and sorts the keys within it', async () => {
    const job = jobOf(new MemoryOrderedStore());
    const summary = await run(job);
    expect(summary).toMatchObject({ layout: 'sum-7', keys: 211, differences: 11, scanned: [206, 206] });
    expect(summary.units).toHaveLength(PARTS);
    expect(summary.units.reduce((sum, { keys }) => sum + keys, 0)).toBe(211);
    const rows = (await reportOf(job)).map((row) => JSON.parse(row) as { unit: number; key: string });
    expect(rows).toHaveLength(11);
    for (const { unit, key } of rows) expect(partOf(utf8(key), PARTS)).toBe(unit);
    const order = rows.map(({ unit, key }) => `${unit} ${key}`);
    expect(order).toEqual([...order].sort());
    expect(summary.examples['only-first']).toEqual([0, 1, 2, 3, 4].map((at) => ({ key: `left ${at}` })));
  });

  it('tells the same digest again for the same data, also by ranges of the hash, and another for other data', async () => {
    const one = await run(jobOf(new MemoryOrderedStore()));
    const again = await run(jobOf(new MemoryOrderedStore(), { batchSize: 3, concurrency: 1 }));
    expect(found(again)).toEqual(found(one));
    const agreeing = await Promise.all(
      [stores, plain].map((each) => run(jobOf(new MemoryOrderedStore(), { stores: [each[0], each[0]] }))),
    );
    expect(agreeing.map(({ layout }) => layout)).toEqual(['sum-7', 'hash']);
    expect(agreeing[0]!.digest).toBe(agreeing[1]!.digest);
    await plain[0].put(utf8('same 3'), utf8('changed'));
    await plain[1].put(utf8('same 3'), utf8('changed'));
    const other = await run(jobOf(new MemoryOrderedStore()));
    expect(other.digest).not.toBe(one.digest);
    const changed = other.units.filter(({ digest }, at) => digest !== one.units[at]!.digest);
    expect(changed.map(({ unit }) => unit)).toEqual([partOf(utf8('same 3'), PARTS)]);
  });

  it('goes on after a crash at any write with the units that are left, and ends as if there had been none', {
    timeout: 120_000,
  }, async () => {
    const whole = new CrashingStore();
    const job = jobOf(whole);
    const expected = found(await run(job));
    const rows = await reportOf(job);
    for (const kept of [false, true]) {
      for (let crashAt = 0; crashAt < whole.writes; crashAt++) {
        const state = new CrashingStore();
        Object.assign(state, { crashAt, kept });
        await expect(run(jobOf(state))).rejects.toThrow('crashed');
        state.crashAt = Number.POSITIVE_INFINITY;
        const scanned: unknown[] = [];
        const counted = stores.map((store) =>
          alteredStore(store, {
            parts: () => store.parts!(),
            scan: (options) => {
              scanned.push(options?.part);
              return store.scan(options);
            },
          }),
        ) as unknown as Two<VersionedStore>;
        const resumed = jobOf(state, { stores: counted });
        expect(found(await run(resumed))).toEqual(expected);
        expect(await reportOf(resumed)).toEqual(rows);
        expect(new Set(scanned).size).toBe(Math.max(0, PARTS - crashAt - (kept ? 1 : 0)));
      }
    }
  });

  it('compares by ranges of the hash where the parts differ or are large', async () => {
    const others: Two<VersionedStore>[] = [
      [partedStore(plain[0], PARTS), partedStore(plain[1], 8)],
      [partedStore(plain[0], PARTS), plain[1]],
      [partedStore(plain[0], PARTS, { keysPerPart: 1e6 }), partedStore(plain[1], PARTS)],
    ];
    for (const each of others) {
      const summary = await run(jobOf(new MemoryOrderedStore(), { stores: each }));
      expect(summary).toMatchObject({ layout: 'hash', keys: 211, differences: 11 });
    }
  });

  it('refuses to go on when the parts have changed', async () => {
    const state = new CrashingStore();
    state.crashAt = 3;
    await expect(run(jobOf(state))).rejects.toThrow('crashed');
    state.crashAt = Number.POSITIVE_INFINITY;
    const other: Two<VersionedStore> = [partedStore(plain[0], 8), partedStore(plain[1], 8)];
    await expect(run(jobOf(state, { stores: other }))).rejects.toMatchObject({
      code: 'STORE_INVALID_ARGUMENT',
      message: expect.stringContaining('begin a new job'),
    });
  });

  it('tells how fast it was, and how long the sides took', async () => {
    const slow = stores.map((store) =>
      alteredStore(store, {
        parts: () => store.parts!(),
        async *scan(options) {
          for await (const batch of store.scan(options)) {
            await clock.sleep(40);
            yield batch;
          }
        },
      }),
    ) as unknown as Two<VersionedStore>;
    const seen: DiffJobProgress[] = [];
    const onProgress = (progress: DiffJobProgress): void => void seen.push(progress);
    const { elapsedMs, latency, timeline } = await run(
      jobOf(new MemoryOrderedStore(), { stores: slow, onProgress, concurrency: 1 }),
    );
    expect(latency[0].p99Ms).toBeGreaterThan(38);
    expect(latency[1].maxMs).toBeLessThan(100);
    expect(timeline.length).toBeGreaterThan(1);
    expect(timeline.reduce((sum, { keys }) => sum + keys, 0)).toBe(206);
    expect(timeline.at(-1)!.elapsedMs).toBeLessThanOrEqual(elapsedMs);
    expect(seen.at(-1)).toMatchObject({ units: PARTS, unitCount: PARTS, scanned: [206, 206] });
  });

  it('compares a part that does not fit into memory in several passes, and counts each key once', async () => {
    for (let at = 0; at < 3000; at++) await plain[0].put(utf8(`one-sided ${at}`), utf8('x'));
    const options = { maxTrackedBytes: 64 * 1024, concurrency: 1 };
    const summary = await run(
      jobOf(new MemoryOrderedStore(), { ...options, stores: [stores[0], stores[1]] }),
    );
    expect(summary).toMatchObject({ keys: 3211, differences: 3011 });
    expect(summary.scanned[0]).toBeGreaterThan(3206);
  });
});
