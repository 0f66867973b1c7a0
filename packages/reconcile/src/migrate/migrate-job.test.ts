import { ManualClock, StoreError } from '@kvtwin/versioned-value';
import { beforeEach, describe, expect, it } from 'vitest';
import { alteredStore } from '../../test/altered-store.js';
import { CrashingStore } from '../../test/crashing-store.js';
import { MemoryReplica, oneSource, pairSource, targetOf } from '../../test/memory-migration.js';
import { sha256AtOnce as sha256 } from '../../test/sha256-at-once.js';
import { simulate } from '../../test/simulate.js';
import { MemoryOrderedStore } from '../job/memory-ordered-store.js';
import type { OrderedStore } from '../job/ordered-store.js';
import { MigrateJob, type MigrateJobOptions, type MigrateSummary } from './migrate-job.js';
import { parseMapping } from './parse-mapping.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

let clock: ManualClock;
let first: MemoryReplica;
let second: MemoryReplica;
let target: MemoryReplica;

beforeEach(() => {
  clock = new ManualClock(1_700_000_000_000);
  first = new MemoryReplica('first', clock);
  second = new MemoryReplica('second', clock);
  target = new MemoryReplica('target', clock);
});

const putBoth = async (place: string, key: string, value: string): Promise<void> => {
  await first.put(place, key, value);
  await second.put(place, key, value);
};
const job = (options: Partial<MigrateJobOptions> = {}): MigrateJob =>
  new MigrateJob({
    source: oneSource(first),
    target: targetOf(target),
    state: new MemoryOrderedStore(),
    clock,
    sha256,
    batchSize: 16,
    ...options,
  });
const run = (options: Partial<MigrateJobOptions> = {}): Promise<MigrateSummary> =>
  simulate(clock, job(options).run());
const rowsOf = async (state: OrderedStore, of: 'held' | 'skipped'): Promise<Record<string, unknown>[]> => {
  const rows: Record<string, unknown>[] = [];
  for await (const row of MigrateJob.rows(state, of)) rows.push(JSON.parse(row));
  return rows;
};

/** Kv and tables of every type, on both masters. */
async function seed(keys: number): Promise<void> {
  for (let at = 0; at < keys; at++) {
    await putBoth('kv', `key ${at}`, `value ${at}`);
    await putBoth(`hash h${at % 3}`, `field ${at}`, `value ${at}`);
    await putBoth('set tags', `member ${at}`, '');
    await putBoth('zset board', `player ${at}`, String(at - 5));
  }
}

describe('a migration of one replica', () => {
  it('copies kv and tables, and counts by place', async () => {
    await seed(40);
    const summary = await run();
    expect(await target.contents()).toEqual(await first.contents());
    expect(summary).toMatchObject({ phase: 'done', round: 2, settled: true });
    expect(summary.counts).toMatchObject({ source: 160, copied: 160, held: 0, skipped: 0 });
    expect(summary.places.map(({ place, copied }) => [place.type, place.table, copied])).toEqual([
      ['hash', 'h0', 14],
      ['hash', 'h1', 13],
      ['hash', 'h2', 13],
      ['kv', undefined, 40],
      ['set', 'tags', 40],
      ['zset', 'board', 40],
    ]);
  });

  it('leaves what the target has alone and says so, or replaces it when told to', async () => {
    await seed(3);
    await target.put('kv', 'key 1', 'theirs');
    await target.put('kv', 'key 2', 'value 2');
    const state = new MemoryOrderedStore();
    const { counts } = await run({ state });
    expect(counts).toMatchObject({ source: 12, copied: 11, skipped: 1, reasons: { exists: 1 } });
    expect(await target.contents()).toContain('kv key 1=theirs');
    expect(await rowsOf(state, 'skipped')).toMatchObject([
      { type: 'kv', key: 'key 1', reason: 'exists', source: { bytes: 7 }, target: { bytes: 6 } },
    ]);
    const again = await run({ overwrite: true });
    expect(again.counts).toMatchObject({ copied: 12, skipped: 0 });
    expect(await target.contents()).toContain('kv key 1=value 1');
  });

  it('carries over what is left of lifespans, and max-idle', async () => {
    const kv = await first.store({ type: 'kv' });
    await kv.put(utf8('otp'), utf8('1'), { lifespanMs: 60_000, maxIdleMs: 5000 });
    clock.turn(12_000);
    await first.put('kv', 'stays', '1');
    await kv.put(utf8('short'), utf8('1'), { lifespanMs: 100 });
    clock.turn(200);
    await kv.put(utf8('idle'), utf8('1'), { maxIdleMs: 90_000 });
    const { counts } = await run();
    expect(counts).toMatchObject({ source: 2, copied: 2, unknownExpiration: 0 });
    const idle = await (await target.store({ type: 'kv' })).get(utf8('idle'));
    expect(idle?.expiration).toEqual({ kind: 'mortal', maxIdleMs: 90_000 });
  });

  it('ends a copy when its original ends', async () => {
    const kv = await first.store({ type: 'kv' });
    await kv.put(utf8('otp'), utf8('1'), { lifespanMs: 60_000 });
    clock.turn(12_345);
    const copyAt = clock.nowMs();
    await run();
    const copy = (await (await target.store({ type: 'kv' })).get(utf8('otp')))!;
    expect(copy.expiration).toEqual({ kind: 'mortal', lifespanMs: 47_655 });
    expect(copy.createdAtMs! - copyAt).toBeLessThan(1000);
  });

  it('catches up with what was written, and removes what was deleted meanwhile', async () => {
    await seed(30);
    const kv = await first.store({ type: 'kv' });
    let meanwhile = true;
    const source = oneSource(first);
    const onProgress = async (): Promise<void> => {
      if (!meanwhile) return;
      meanwhile = false;
      await kv.put(utf8('key 0'), utf8('changed'));
      await kv.remove(utf8('key 1'));
      await kv.put(utf8('new'), utf8('made'));
    };
    const summary = await run({ source, onProgress: () => void onProgress() });
    expect(await target.contents()).toEqual(await first.contents());
    expect(summary.settled).toBe(true);
    expect(summary.counts).toMatchObject({ source: 120, copied: 120 });
  });

  it('catches up again when it is run again, with what was written since', async () => {
    await seed(10);
    const state = new MemoryOrderedStore();
    await run({ state });
    await first.put('kv', 'key 0', 'changed');
    await (await first.store({ type: 'kv' })).remove(utf8('key 1'));
    await first.put('hash fresh', 'f', '1');
    const again = await run({ state });
    expect(again).toMatchObject({ settled: true, round: 4, removed: 1, counts: { source: 40, copied: 40 } });
    expect(await target.contents()).toEqual(await first.contents());
  });

  it('leaves alone what somebody else wrote to the target meanwhile', async () => {
    await seed(2);
    const state = new MemoryOrderedStore();
    let wrote = false;
    const onProgress = ({ phase }: { phase: string }): void => {
      if (phase !== 'holding' || wrote) return;
      wrote = true;
      void target.put('kv', 'key 0', 'theirs');
      void first.put('kv', 'key 0', 'newer');
    };
    const { counts } = await run({ state, onProgress });
    expect(counts).toMatchObject({ copied: 7, skipped: 1 });
    expect(await target.contents()).toContain('kv key 0=theirs');
  });

  it('writes nothing in a dry run, and says what would come of it', async () => {
    await seed(4);
    await target.put('kv', 'key 1', 'theirs');
    const { counts } = await run({ dryRun: true });
    expect(counts).toMatchObject({ source: 16, copied: 15, skipped: 1 });
    expect(await target.contents()).toEqual(['kv key 1=theirs']);
  });

  it('skips what the target refuses, with the reason', async () => {
    await first.put('kv', 'fits', '1');
    await first.put('kv', 'too long', '1'.repeat(100));
    target.alter = (store) =>
      alteredStore(store, {
        putIfAbsent: async (key, value, options) => {
          if (value.length < 50) return store.putIfAbsent(key, value, options);
          throw new StoreError('100 bytes are too many', { code: 'STORE_INVALID_VALUE' });
        },
      });
    const state = new MemoryOrderedStore();
    const { counts } = await run({ state });
    expect(counts).toMatchObject({ copied: 1, skipped: 1, reasons: { refused: 1 } });
    expect(await rowsOf(state, 'skipped')).toMatchObject([
      { key: 'too long', error: '100 bytes are too many (STORE_INVALID_VALUE)' },
    ]);
  });

  it('skips what the target will not do of a key, and stops where it will not do anything', async () => {
    await seed(40);
    const full = new StoreError('the node is full (403)', { code: 'STORE_REJECTED' });
    let isFull = false;
    target.alter = (store) =>
      alteredStore(store, {
        putIfAbsent: async (key, value, options) => {
          if (isFull || new TextDecoder().decode(value) === 'value 7') throw full;
          return store.putIfAbsent(key, value, options);
        },
      });
    const state = new MemoryOrderedStore();
    const { counts } = await run({ state, retries: 1 });
    expect(counts).toMatchObject({ source: 160, copied: 158, skipped: 2, reasons: { refused: 2 } });
    expect((await rowsOf(state, 'skipped'))[0]).toMatchObject({
      error: 'the node is full (403) (STORE_REJECTED)',
    });
    isFull = true;
    await seed(80);
    await expect(run({ state, retries: 1, again: 'catch-up' })).rejects.toBe(full);
    isFull = false;
    expect((await run({ state, retries: 1 })).counts).toMatchObject({ source: 320, copied: 318, skipped: 2 });
  });

  it('does as the mapping says', async () => {
    await seed(6);
    await first.put('kv', 'tmp:1', 'x');
    const mapping = parseMapping(
      JSON.stringify({
        format: 'kvtwin.mapping/1',
        rules: [
          { type: 'kv', prefix: 'tmp:', skip: true },
          { table: 'h*', rename: 'hash:*', lifespan: '1h' },
          { type: 'zset', table: 'board', skip: true },
        ],
      }),
    );
    const { counts } = await run({ mapping });
    expect(counts).toMatchObject({ source: 25, copied: 18, skipped: 7, reasons: { mapping: 7 } });
    const hash = await target.store({ type: 'hash', table: 'hash:0' });
    expect((await hash.get(utf8('field 3')))?.expiration).toEqual({ kind: 'mortal', lifespanMs: 3_600_000 });
    expect((await target.contents()).filter((line) => line.startsWith('zset'))).toEqual([]);
  });
});

describe('a migration of two masters', () => {
  it('holds keys whose masters disagree, and takes them once they agree', async () => {
    await seed(20);
    await second.put('kv', 'key 3', 'other');
    await first.put('hash h0', 'field 0', 'newer');
    await first.put('kv', 'only here', '1');
    const state = new MemoryOrderedStore();
    const source = pairSource(first, second);
    const { counts } = await run({ source, state });
    expect(counts).toMatchObject({ source: 81, copied: 78, held: 3, skipped: 0 });
    const rows = await rowsOf(state, 'held');
    expect(Object.fromEntries(rows.map(({ key, reason }) => [key, reason]))).toEqual({
      'key 3': 'diverged',
      'field 0': 'diverged',
      'only here': 'one-sided',
    });
    expect(rows.find(({ key }) => key === 'only here')).toMatchObject({ second: null, first: { bytes: 1 } });
    expect(await target.contents()).not.toContain('kv only here=1');

    await first.put('kv', 'key 3', 'other');
    await (await first.store({ type: 'kv' })).remove(utf8('only here'));
    const again = await run({ source, state, again: 'held' });
    expect(again).toMatchObject({ round: 2, settled: true });
    expect(again.counts).toMatchObject({ source: 80, copied: 79, held: 1 });
    expect(await target.contents()).toContain('kv key 3=other');
    expect((await rowsOf(state, 'held')).map(({ key }) => key)).toEqual(['field 0']);
  });

  it('holds a key whose value a master cannot tell, and copies the others', async () => {
    second.alter = (store) =>
      alteredStore(store, {
        getMany: async (keys, call) => {
          if (!keys.some((key) => Buffer.from(key).equals(utf8('key 3')))) return store.getMany(keys, call);
          throw new StoreError('the node takes the request for invalid', { code: 'STORE_PROTOCOL' });
        },
      });
    await seed(20);
    const state = new MemoryOrderedStore();
    const { counts } = await run({ source: pairSource(first, second), state });
    expect(counts).toMatchObject({ source: 80, copied: 79, held: 1 });
    const [row] = await rowsOf(state, 'held');
    expect(row).toMatchObject({ key: 'key 3', reason: 'not-told', second: { state: 'unknown' } });
  });

  it('does not hold what settles by itself', async () => {
    await seed(5);
    await first.put('kv', 'key 1', 'on its way');
    const source = pairSource(first, second);
    const onProgress = ({ phase }: { phase: string }): void => {
      if (phase === 'holding') void second.put('kv', 'key 1', 'on its way');
    };
    const { counts } = await run({ source, onProgress });
    expect(counts).toMatchObject({ source: 20, copied: 20, held: 0 });
  });

  it('copies one-sided keys where the mapping says so', async () => {
    await first.put('kv', 'a', '1');
    await second.put('kv', 'b', '2');
    const mapping = parseMapping('{"format":"kvtwin.mapping/1","rules":[{"oneSided":"copy"}]}');
    const { counts } = await run({ source: pairSource(first, second), mapping });
    expect(counts).toMatchObject({ copied: 2, held: 0 });
  });

  it('writes both masters of a target, and neither where one holds something else', async () => {
    await seed(3);
    const other = new MemoryReplica('other', clock);
    await other.put('kv', 'key 2', 'theirs');
    const { counts } = await run({ target: targetOf(target, other) });
    expect(counts).toMatchObject({ copied: 11, skipped: 1 });
    expect(await target.contents()).not.toContain('kv key 2=value 2');
    expect((await other.contents()).filter((line) => !line.includes('theirs'))).toEqual(
      await target.contents(),
    );
  });
});

describe('a migration that is broken off', () => {
  const ended = ({
    elapsedMs: _,
    scanned: __,
    units: ___,
    bytes: ____,
    // One that was done when it was broken off catches up in a round more.
    round: _____,
    ...summary
  }: MigrateSummary): object => summary;

  it.each(['one', 'two'] as const)(
    'ends as if nothing had happened, from %s masters',
    {
      timeout: 60_000,
    },
    async (masters) => {
      await seed(8);
      if (masters === 'two') await second.put('kv', 'key 3', 'other');
      await target.put('kv', 'key 5', 'theirs');
      const source = masters === 'one' ? oneSource(first) : pairSource(first, second);
      const whole = new CrashingStore();
      const expected = await run({ source, state: whole });
      const contents = await target.contents();
      const held = await rowsOf(whole, 'held');
      for (const kept of [false, true]) {
        for (let crashAt = 0; crashAt < whole.writes; crashAt++) {
          target = new MemoryReplica('target', clock);
          await target.put('kv', 'key 5', 'theirs');
          const state = new CrashingStore();
          Object.assign(state, { crashAt, kept });
          await expect(run({ source, state })).rejects.toThrow('crashed');
          state.crashAt = Number.POSITIVE_INFINITY;
          const summary = await run({ source, state });
          expect(await target.contents()).toEqual(contents);
          expect({ ...ended(summary), written: 0 }).toEqual({ ...ended(expected), written: 0 });
          expect(await rowsOf(state, 'held')).toEqual(held);
        }
      }
    },
  );

  it('replaces what an attempt wrote that did not live to tell', async () => {
    await first.put('kv', 'a', 'old');
    const state = new CrashingStore();
    // The intent is kept, what became of it is not.
    Object.assign(state, { crashAt: 0, kept: true });
    target.alter = (store) => store;
    await expect(run({ state })).rejects.toThrow('crashed');
    await target.put('kv', 'a', 'old');
    await first.put('kv', 'a', 'new');
    state.crashAt = Number.POSITIVE_INFINITY;
    const { counts } = await run({ state });
    expect(counts).toMatchObject({ copied: 1, skipped: 0 });
    expect(await target.contents()).toEqual(['kv a=new']);
  });

  it('stops when its signal fires, and goes on later', async () => {
    await seed(20);
    const controller = new AbortController();
    const state = new MemoryOrderedStore();
    const onProgress = (): void => controller.abort();
    await expect(run({ state, signal: controller.signal, onProgress })).rejects.toMatchObject({
      code: 'STORE_ABORTED',
    });
    expect((await run({ state })).counts).toMatchObject({ copied: 80 });
  });

  it('stops at a target that does not answer, after some retries, and goes on later', async () => {
    await seed(20);
    let fails = true;
    let tries = 0;
    target.alter = (store) =>
      alteredStore(store, {
        putIfAbsent: async (key, value, options) => {
          if (!fails) return store.putIfAbsent(key, value, options);
          tries++;
          throw new StoreError('nobody there', { code: 'STORE_UNREACHABLE' });
        },
      });
    const state = new MemoryOrderedStore();
    await expect(run({ state, concurrency: 1 })).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    expect(tries).toBe(5);
    fails = false;
    expect((await run({ state })).counts).toMatchObject({ copied: 80 });
  });
});
