import { StoreError, type Two, type VersionedStore } from '@kvtwin/versioned-value';
import { describe, expect, it } from 'vitest';
import { alteredStore } from '../../test/altered-store.js';
import { DriftedSite, utf8 } from '../../test/drifted-site.js';
import { MemoryLog } from '../../test/memory-log.js';
import type { PlanRow } from '../plan/plan-row.js';
import type { RowEnd } from './apply-options.js';
import { applyPlan } from './apply-plan.js';
import { previewPlan } from './preview-plan.js';
import { undoApply } from './undo-apply.js';

const many = Object.fromEntries(
  Array.from({ length: 40 }, (_, at) => [`k${at}`, ['a', 'b'] as [string, string]]),
);

/** A store that is gone from its `from`th call on, until `back`. */
function failing(
  store: VersionedStore,
  from: number,
): { store: VersionedStore; back(): void; calls(): number } {
  let calls = 0;
  let gone = true;
  const call =
    (name: 'get' | 'replaceIfVersion' | 'putIfAbsent') =>
    async (...given: never[]): Promise<never> => {
      if (gone && calls++ >= from)
        throw new StoreError('refused', { code: 'STORE_UNREACHABLE', store: 'nyc' });
      return (store[name] as (...args: never[]) => Promise<never>).apply(store, given);
    };
  const altered = alteredStore(store, {
    get: call('get'),
    replaceIfVersion: call('replaceIfVersion'),
    putIfAbsent: call('putIfAbsent'),
  });
  return {
    store: altered,
    back: () => {
      gone = false;
    },
    calls: () => calls,
  };
}

describe('an apply that is begun again', () => {
  it('stops when a side is gone, and does the rest when it is back', async () => {
    const site = await DriftedSite.with(many);
    const rows = await site.rows(Object.keys(many), ['*=first']);
    const side = failing(site.stores[1], 30);
    const log = new MemoryLog();
    const apply = (): Promise<Record<string, number>> =>
      applyPlan({
        pair: site.pair([site.stores[0], side.store]),
        rows,
        log,
        clock: site.clock,
        concurrency: 2,
      });
    await expect(apply()).rejects.toMatchObject({
      code: 'STORE_UNREACHABLE',
      store: 'nyc',
      message: expect.stringMatching(/stopped after [45] failures in a row/),
    });
    expect(side.calls()).toBeLessThan(60);
    side.back();
    const counts = await apply();
    expect(counts).toMatchObject({ repaired: 40, unreadable: 0, unknown: 0 });
    expect(counts.earlier).toBeGreaterThan(5);
    for (const values of Object.values(await site.state())) expect(values).toEqual(['a', 'a']);
  });

  it('tells again what an earlier attempt left alone', async () => {
    const site = await DriftedSite.with({ a: ['1', '2'], b: ['1', '2'] });
    const rows = await site.rows(['a', 'b'], ['*=first']);
    await site.stores[1].put(utf8('a'), utf8('newer'));
    const log = new MemoryLog();
    const seen: string[] = [];
    const onRow = ({ number, outcome }: RowEnd): number => seen.push(`${number} ${outcome}`);
    const expected = { repaired: 1, 'changed-since': 1 };
    const options = { pair: site.pair(), rows, log, clock: site.clock, onRow };
    expect(await applyPlan(options)).toMatchObject({ ...expected, earlier: 0 });
    expect(await applyPlan(options)).toMatchObject({ ...expected, earlier: 2 });
    expect(seen.sort()).toEqual(['0 changed-since', '0 changed-since', '1 repaired', '1 repaired']);
  });

  it('tells what is so already from what has changed', async () => {
    const site = await DriftedSite.with({ a: ['1', '2'], b: ['1'], c: ['1'] });
    const rows = await site.rows(['a', 'b', 'c'], ['only-*/c=delete', 'only-*=copy', '*=first']);
    await site.stores[1].put(utf8('a'), utf8('1'));
    await site.stores[1].put(utf8('b'), utf8('other'));
    await site.stores[0].remove(utf8('c'));
    const counts = await applyPlan({ pair: site.pair(), rows, log: new MemoryLog(), clock: site.clock });
    expect(counts).toMatchObject({ 'nothing-to-do': 2, 'changed-since': 1, repaired: 0 });
  });

  it('takes what sites that back each other up do for their own', async () => {
    const site = await DriftedSite.with({ a: ['1', '2'] });
    const rows = (await site.rows(['a'], ['*=first'])).map((row) => ({ ...row, take: 'removal' as const }));
    const first = alteredStore(site.stores[0], {
      removeIfVersion: async (key, ...given) => {
        await site.stores[1].remove(key);
        return site.stores[0].removeIfVersion(key, ...given);
      },
    });
    const log = new MemoryLog();
    const pair = site.pair([first, site.stores[1]]);
    expect(await applyPlan({ pair, rows, log, clock: site.clock })).toMatchObject({ repaired: 1 });
    expect(await site.state()).toEqual({});
  });

  it('ends the rows under way before it pauses', async () => {
    const site = await DriftedSite.with({ a: ['1', '2'], b: ['1', '2'] });
    const rows = await site.rows(['a', 'b'], ['*=first']);
    const stopping = new AbortController();
    const second = alteredStore(site.stores[1], {
      replaceIfVersion: async (...given) => {
        stopping.abort(new Error('Ctrl-C'));
        return site.stores[1].replaceIfVersion(...given);
      },
    });
    const log = new MemoryLog();
    const pair = site.pair([site.stores[0], second]);
    const options = { pair, rows, log, clock: site.clock, concurrency: 1 };
    await expect(applyPlan({ ...options, signal: stopping.signal })).rejects.toThrow('Ctrl-C');
    expect(log.lines.map((line) => JSON.parse(line).record)).toEqual(['intent', 'outcome']);
    expect(await site.state()).toEqual({ a: ['1', '1'], b: ['1', '2'] });
    expect(await applyPlan(options)).toMatchObject({ repaired: 2, earlier: 1 });
  });

  it('writes what was unguarded once it may', async () => {
    const site = await DriftedSite.with({ a: ['1', '2'] });
    const rows = await site.rows(['a'], ['*=first']);
    const capabilities = { ...site.stores[1].capabilities, compareAndSet: 'none' as const };
    const pair = site.pair([site.stores[0], alteredStore(site.stores[1], { capabilities })]);
    const log = new MemoryLog();
    expect(await applyPlan({ pair, rows, log })).toMatchObject({ unguarded: 1 });
    expect(await applyPlan({ pair, rows, log, allowUnguarded: true })).toMatchObject({
      repaired: 1,
      unguarded: 0,
    });
  });
});

describe('an apply of expirations', () => {
  const drift = { g: ['v@30000', 'v@600000'] as [string, string] };
  const apply = (site: DriftedSite, rows: PlanRow[], log: MemoryLog): Promise<Record<string, number>> =>
    applyPlan({ pair: site.pair(), rows, log, clock: site.clock });

  it('leaves alone what has got another one since the plan', async () => {
    const site = await DriftedSite.with(drift);
    const rows = await site.rows(['g'], ['expiry-skew=longest']);
    await site.stores[0].put(utf8('g'), utf8('v'), { lifespanMs: 50_000 });
    const before = await site.state();
    expect(await apply(site, rows, new MemoryLog())).toMatchObject({ 'changed-since': 1 });
    expect(await site.state()).toEqual(before);
  });

  it('is undone, but not over one that came later', async () => {
    const site = await DriftedSite.with(drift);
    const before = await site.state();
    const rows = await site.rows(['g'], ['expiry-skew=longest']);
    const log = new MemoryLog();
    const undo = (undone = new MemoryLog()): Promise<Record<string, number>> =>
      undoApply({ stores: site.stores, applied: log, log: undone, clock: site.clock });
    expect(await apply(site, rows, log)).toMatchObject({ repaired: 1 });
    expect(await undo()).toMatchObject({ restored: 1 });
    expect(await site.state()).toEqual(before);
    expect(await undo()).toMatchObject({ 'as-before': 1 });
    // A store that tells whole seconds shows the instant that was put back a little off.
    await site.stores[0].put(utf8('g'), utf8('v'), { lifespanMs: 30_600 });
    expect(await undo()).toMatchObject({ 'as-before': 1, 'changed-since': 0 });
    await site.stores[0].put(utf8('g'), utf8('v'), { lifespanMs: 1_000_000 });
    expect(await undo()).toMatchObject({ 'changed-since': 1 });
  });
});

describe('an undo', () => {
  it('leaves alone what was written anew with the very bytes', async () => {
    const site = await DriftedSite.with({ a: ['1', '2'] });
    const rows = await site.rows(['a'], ['*=first']);
    const log = new MemoryLog();
    await applyPlan({ pair: site.pair(), rows, log, clock: site.clock });
    await site.stores[1].put(utf8('a'), utf8('1'));
    const counts = await undoApply({
      stores: site.stores,
      applied: log,
      log: new MemoryLog(),
      clock: site.clock,
    });
    expect(counts).toMatchObject({ 'changed-since': 1, restored: 0 });
    expect(await site.state()).toEqual({ a: ['1', '1'] });
  });

  it('brings nothing back that somebody else removed', async () => {
    const site = await DriftedSite.with({ a: ['1'] });
    const rows = await site.rows(['a'], ['*=delete']);
    const first = alteredStore(site.stores[0], {
      removeIfVersion: async (key, ...given) => {
        await site.stores[0].remove(key);
        return site.stores[0].removeIfVersion(key, ...given);
      },
    });
    const log = new MemoryLog();
    const pair = site.pair([first, site.stores[1]]);
    await applyPlan({ pair, rows, log, clock: site.clock });
    const counts = await undoApply({
      stores: site.stores,
      applied: log,
      log: new MemoryLog(),
      clock: site.clock,
    });
    expect(counts).toMatchObject({ restored: 0, 'as-before': 1 });
    expect(await site.state()).toEqual({});
  });

  it('stops when a side is gone, and does the rest when it is back', async () => {
    const site = await DriftedSite.with(many);
    const original = await site.state();
    const rows = await site.rows(Object.keys(many), ['*=first']);
    const applied = new MemoryLog();
    await applyPlan({ pair: site.pair(), rows, log: applied, clock: site.clock });
    const side = failing(site.stores[1], 21);
    const log = new MemoryLog();
    const stores: Two<VersionedStore> = [site.stores[0], side.store];
    const undo = (): Promise<Record<string, number>> =>
      undoApply({ stores, applied, log, clock: site.clock, concurrency: 2, failuresInARow: 3 });
    await expect(undo()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    side.back();
    const counts = await undo();
    expect(counts.restored! + counts['as-before']!).toBe(40);
    expect(counts.earlier).toBeGreaterThan(5);
    expect(await site.state()).toEqual(original);
  });

  it('puts an expiry back to its instant by the clock of the store', async () => {
    const site = await DriftedSite.with({ a: ['1', 'mortal 2'] });
    const original = await site.state();
    const rows = await site.rows(['a'], ['*=first']);
    const log = new MemoryLog();
    await applyPlan({ pair: site.pair(), rows, log, clock: site.clock });
    const late = { ...site.clock, nowMs: () => site.clock.nowMs() + 7000 };
    const clock = Object.assign(Object.create(site.clock) as typeof site.clock, late);
    expect(await undoApply({ stores: site.stores, applied: log, log: new MemoryLog(), clock })).toMatchObject(
      {
        restored: 1,
      },
    );
    expect(await site.state()).toEqual(original);
  });
});

it('previews what applying would come to, and writes nothing', async () => {
  const site = await DriftedSite.with({
    a: ['1', '2'],
    b: ['1', '2'],
    c: ['1', '2'],
    g: ['v@30000', 'v@600000'],
  });
  const rows = await site.rows(['a', 'b', 'c', 'g'], ['*/c=skip', '*=first']);
  await site.stores[1].put(utf8('a'), utf8('newer'));
  await site.stores[1].put(utf8('b'), utf8('1'));
  const before = await site.state();
  const seen: string[] = [];
  const counts = await previewPlan({ pair: site.pair(), rows, onRow: (_, outcome) => seen.push(outcome) });
  expect(seen).toEqual(['changed-since', 'nothing-to-do', 'skip', 'write']);
  expect(counts).toEqual({
    write: 1,
    'nothing-to-do': 1,
    'changed-since': 1,
    skip: 1,
    undecided: 0,
    unreadable: 0,
  });
  expect(await site.state()).toEqual(before);
});

it('counts what was written without its expiration', async () => {
  const site = await DriftedSite.with({ a: ['mortal 1', '2'] });
  const capabilities = { ...site.stores[1].capabilities, lifespan: false };
  const second = alteredStore(site.stores[1], { capabilities });
  const rows = await site.rows(['a'], ['*=first']);
  const pair = site.pair([site.stores[0], second]);
  expect(await applyPlan({ pair, rows, log: new MemoryLog(), clock: site.clock })).toMatchObject({
    repaired: 1,
    'without-expiration': 1,
  });
});
