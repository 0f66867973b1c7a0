import { createHash } from 'node:crypto';
import {
  ManualClock,
  openMemoryStoreFamily,
  StoreError,
  type Two,
  type VersionedStore,
} from '@kvtwin/versioned-value';
import { beforeEach, describe, expect, it } from 'vitest';
import { alteredStore } from '../../test/altered-store.js';
import { CrashingStore } from '../../test/crashing-store.js';
import { simulate } from '../../test/simulate.js';
import { DiffJob, type DiffJobOptions } from './diff-job.js';
import type { DiffJobSummary } from './diff-job-summary.js';
import { MemoryOrderedStore } from './memory-ordered-store.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
/** At once, not in another thread: simulated time does not wait for those. */
const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
let clock: ManualClock;
let stores: Two<VersionedStore>;

beforeEach(async () => {
  clock = new ManualClock();
  const open = (name: string): Promise<VersionedStore> =>
    openMemoryStoreFamily(name, { clock }).open({ type: 'kv' });
  stores = [await open('lon'), await open('nyc')];
  for (let at = 0; at < 300; at++) {
    for (const store of stores) await store.put(utf8(`same ${at}`), utf8(`v${at}`));
  }
  await stores[0].put(utf8('left'), utf8('1'));
  await stores[1].put(utf8('right'), utf8('2'));
  await stores[0].put(utf8('both'), utf8('1'));
  await stores[1].put(utf8('both'), utf8('2'));
  await stores[0].put(utf8('otp'), utf8('1'), { lifespanMs: 600_000_000 });
  await stores[1].put(utf8('otp'), utf8('1'), { lifespanMs: 900_000_000 });
});

const jobOf = (state: MemoryOrderedStore, options: Partial<DiffJobOptions> = {}): DiffJob =>
  new DiffJob({ stores, state, clock, batchSize: 64, sha256, ...options });
const run = (job: DiffJob): Promise<DiffJobSummary> => simulate(clock, job.run());
const reportOf = async (job: DiffJob): Promise<string[]> => {
  const rows: string[] = [];
  for await (const row of job.rows()) rows.push(row);
  return rows;
};
/** What does not depend on how often a scan was taken up. */
const foundBy = ({ classes, digest, differences, keys, units, examples }: DiffJobSummary) => ({
  classes,
  digest,
  differences,
  keys,
  units,
  examples,
});
const keysOf = (rows: string[]): Record<string, string> =>
  Object.fromEntries(rows.map((row) => JSON.parse(row)).map(({ key, class: name }) => [key, name]));

describe('a diff job', () => {
  it('puts every key in one class and reports the differences', async () => {
    const job = jobOf(new MemoryOrderedStore());
    const summary = await run(job);
    expect(summary).toMatchObject({ layout: 'hash', keys: 304, differences: 3, scanned: [303, 303] });
    expect(summary.classes).toMatchObject({ agreed: 300, 'expiry-skew': 1, settled: 0 });
    expect(keysOf(await reportOf(job))).toEqual({
      left: 'only-first',
      right: 'only-second',
      both: 'value-conflict',
      otp: 'expiry-skew',
    });
  });

  it('says the same in each report of the same data, whatever its batches', async () => {
    const one = jobOf(new MemoryOrderedStore());
    await run(one);
    const other = jobOf(new MemoryOrderedStore(), { batchSize: 7 });
    await run(other);
    expect(await reportOf(other)).toEqual(await reportOf(one));
    expect((await reportOf(one)).find((row) => row.includes('"both"'))).toMatch(
      /^\{"key":"both","class":"value-conflict","unit":83,"first":\{"version":"[^"]+","bytes":1,"sha256":"6b86b273[0-9a-f]+"\},"second":\{/,
    );
  });

  it('goes on after a crash at any write, and ends as if there had been none', {
    timeout: 120_000,
  }, async () => {
    const whole = new CrashingStore();
    const job = jobOf(whole);
    const expected = await run(job);
    const rows = await reportOf(job);
    for (const kept of [false, true]) {
      for (let crashAt = 0; crashAt < whole.writes; crashAt += crashAt < 12 ? 1 : 41) {
        const state = new CrashingStore();
        Object.assign(state, { crashAt, kept });
        await expect(run(jobOf(state))).rejects.toThrow('crashed');
        state.crashAt = Number.POSITIVE_INFINITY;
        const scans: (string | undefined)[] = [];
        const counted = stores.map((store) =>
          alteredStore(store, {
            scan: (options) => {
              scans.push(options?.cursor);
              return store.scan(options);
            },
          }),
        ) as unknown as Two<VersionedStore>;
        const resumed = jobOf(state, { stores: counted });
        const summary = await run(resumed);
        expect(foundBy(summary)).toEqual(foundBy(expected));
        expect(await reportOf(resumed)).toEqual(rows);
        if (crashAt > 4) expect(scans.every((cursor) => cursor !== undefined)).toBe(true);
      }
    }
  });

  it('stops when its signal fires, and goes on later', async () => {
    const state = new MemoryOrderedStore();
    const controller = new AbortController();
    const onProgress = ({ scanned }: { scanned: Two<number> }): void => {
      if (scanned[0] >= 128) controller.abort();
    };
    await expect(run(jobOf(state, { signal: controller.signal, onProgress }))).rejects.toMatchObject({
      code: 'STORE_ABORTED',
    });
    expect(await run(jobOf(state))).toMatchObject({ keys: 304, differences: 3 });
  });

  it('compares versions only by policy counter, and refuses to go on by another', async () => {
    const state = new MemoryOrderedStore();
    await stores[0].put(utf8('same 1'), utf8('v1'));
    await run(jobOf(state));
    await expect(run(jobOf(state, { policy: 'counter' }))).rejects.toThrow(
      'the job compares by policy opaque',
    );
  });

  it('settles what was written meanwhile', async () => {
    let wrote = false;
    const writing = alteredStore(stores[1], {
      async *scan(options = {}) {
        if (!wrote) {
          wrote = true;
          await stores[0].put(utf8('same 7'), utf8('new'));
        }
        yield* stores[1].scan(options);
        await stores[1].put(utf8('same 7'), utf8('new'));
      },
    });
    const summary = await run(jobOf(new MemoryOrderedStore(), { stores: [stores[0], writing] }));
    expect(summary.differences).toBe(3);
    expect(summary.keys).toBe(304);
  });

  it('rejects with the error of a store that cannot be scanned, and can be resumed', async () => {
    const state = new MemoryOrderedStore();
    const failing = alteredStore(stores[1], {
      // biome-ignore lint/correctness/useYield: it fails before it could
      async *scan() {
        throw new StoreError('refused', { code: 'STORE_AUTH' });
      },
    });
    await expect(run(jobOf(state, { stores: [stores[0], failing] }))).rejects.toMatchObject({
      code: 'STORE_AUTH',
    });
    expect(await run(jobOf(state))).toMatchObject({ differences: 3 });
  });
});
