import { ReplicaPairStore } from '@kvtwin/replica-pair';
import {
  ManualClock,
  openMemoryStoreFamily,
  StoreError,
  type StoreFamily,
  type Two,
  type VersionedStore,
} from '@kvtwin/versioned-value';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makePlan } from '../plan/make-plan.js';
import type { PlanRow } from '../plan/plan-row.js';
import { parsePlanRule } from '../plan/plan-rule.js';
import { applyPlan } from './apply-plan.js';
import type { RecordLog } from './record-log.js';
import { undoApply } from './undo-apply.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Counts every step that a crash could come before; the step of number `at` does not happen any more, nor any after it. */
class CrashPoint {
  steps = 0;
  constructor(readonly at = Number.POSITIVE_INFINITY) {}
  get crashed(): boolean {
    return this.steps > this.at;
  }
  pass(): void {
    if (++this.steps > this.at) throw new Error('crashed');
  }
}

class MemoryLog implements RecordLog {
  readonly lines: string[] = [];
  constructor(public crash = new CrashPoint()) {}
  async append(line: string): Promise<void> {
    this.crash.pass();
    this.lines.push(line);
    this.crash.pass();
  }
  async *read(): AsyncGenerator<{ text: string }> {
    for (const line of [...this.lines]) yield { text: line };
  }
}

const writes = ['put', 'putIfAbsent', 'replaceIfVersion', 'remove', 'removeIfVersion'] as const;

/** The same store, with something done before and after each write. */
function watched(
  store: VersionedStore,
  before: (key: Uint8Array) => unknown,
  after: () => unknown,
): VersionedStore {
  return new Proxy(store, {
    get: (target, name) => {
      const value = target[name as keyof VersionedStore] as unknown;
      if (typeof value !== 'function') return value;
      if (!writes.includes(name as (typeof writes)[number])) return value.bind(target);
      return async (...given: [Uint8Array]) => {
        await before(given[0]);
        const result: unknown = await value.apply(target, given);
        await after();
        return result;
      };
    },
  });
}

class Site {
  readonly clock = new ManualClock();
  readonly families: Two<StoreFamily> = [
    openMemoryStoreFamily('lon', { clock: this.clock }),
    openMemoryStoreFamily('nyc', { clock: this.clock }),
  ];
  stores!: Two<VersionedStore>;

  static async with(keys: Record<string, [string?, string?]>): Promise<Site> {
    const site = new Site();
    site.stores = [await site.families[0].open({ type: 'kv' }), await site.families[1].open({ type: 'kv' })];
    for (const [key, values] of Object.entries(keys)) {
      for (const side of [0, 1] as const) {
        const value = values[side];
        if (value === undefined) continue;
        await site.stores[side].put(
          utf8(key),
          utf8(value),
          value.startsWith('mortal') ? { lifespanMs: 60_000 } : {},
        );
      }
    }
    return site;
  }

  pair(stores: Two<VersionedStore> = this.stores): ReplicaPairStore {
    return new ReplicaPairStore({ first: stores[0], second: stores[1], policy: 'opaque', clock: this.clock });
  }

  async rows(keys: string[], rules: string[]): Promise<PlanRow[]> {
    const source = keys.map((key) => ({ key: utf8(key), class: 'value-conflict' as const }));
    return collect(
      makePlan(
        this.pair(),
        source,
        rules.map((rule) => parsePlanRule(rule)),
      ),
    );
  }

  async state(): Promise<Record<string, [string?, string?]>> {
    const all: Record<string, [string?, string?]> = {};
    for (const side of [0, 1] as const) {
      for await (const { entries } of this.stores[side].scan()) {
        for (const { key, entry } of entries) {
          const name = text(key);
          all[name] ??= [];
          const left =
            entry.expiration.kind === 'mortal' ? ` ${entry.createdAtMs! + entry.expiration.lifespanMs!}` : '';
          all[name][side] = text(entry.value) + left;
        }
      }
    }
    return all;
  }
}

const drift: Record<string, [string?, string?]> = {
  a: ['1', '2'],
  b: ['here'],
  c: [undefined, 'there'],
  d: ['mortal 1', 'mortal 2'],
  e: ['same', 'same'],
  'tmp:f': ['gone'],
};
const rules = ['only-*/tmp:=delete', 'only-*=copy', 'value-conflict=first'];
const keys = Object.keys(drift);

describe('apply', () => {
  it('makes both sides what the plan says, and undo makes them what they were', async () => {
    const site = await Site.with(drift);
    const original = await site.state();
    const rows = await site.rows(keys, rules);
    const log = new MemoryLog();
    const counts = await applyPlan({ pair: site.pair(), rows, log, clock: site.clock });
    expect(counts).toMatchObject({ repaired: 5, skip: 0, 'changed-since': 0 });
    const applied = await site.state();
    expect(applied).toMatchObject({
      a: ['1', '1'],
      b: ['here', 'here'],
      c: ['there', 'there'],
      e: ['same', 'same'],
    });
    expect(applied['tmp:f']).toBeUndefined();
    expect(applied.d?.[1]).toBe(applied.d?.[0]);
    const undone = await undoApply({
      stores: site.stores,
      applied: log,
      log: new MemoryLog(),
      clock: site.clock,
    });
    expect(undone).toMatchObject({ restored: 3, removed: 2, 'changed-since': 0 });
    expect(await site.state()).toEqual(original);
  });

  it('leaves alone what has changed since the plan', async () => {
    const site = await Site.with(drift);
    const rows = await site.rows(keys, rules);
    await site.stores[1].put(utf8('a'), utf8('newer'));
    await site.stores[0].remove(utf8('b'));
    const counts = await applyPlan({ pair: site.pair(), rows, log: new MemoryLog(), clock: site.clock });
    expect(counts).toMatchObject({ repaired: 3, 'changed-since': 2 });
    expect(await site.state()).toMatchObject({ a: ['1', 'newer'] });
  });

  it('writes no row that the plan skips', async () => {
    const site = await Site.with(drift);
    const before = await site.state();
    const rows = (await site.rows(keys, rules)).map((row) => ({ ...row, take: 'skip' as const }));
    const counts = await applyPlan({ pair: site.pair(), rows, log: new MemoryLog() });
    expect(counts.skip).toBe(5);
    expect(await site.state()).toEqual(before);
  });

  it('stops where the log cannot be written, with nothing written but what is in the log', async () => {
    const site = await Site.with(drift);
    const before = await site.state();
    const rows = await site.rows(keys, rules);
    const log = new MemoryLog(new CrashPoint(0));
    await expect(applyPlan({ pair: site.pair(), rows, log })).rejects.toThrow('crashed');
    expect(await site.state()).toEqual(before);
  });

  it('ends in the same state from a crash before or after any step, and undo too', async () => {
    const whole = await Site.with(drift);
    const original = await whole.state();
    const measure = new CrashPoint();
    const once = async (site: Site, log: MemoryLog, crash: CrashPoint, rows: PlanRow[]): Promise<void> => {
      log.crash = crash;
      const guarded = site.stores.map((store) =>
        watched(
          store,
          () => crash.pass(),
          () => crash.pass(),
        ),
      ) as unknown as Two<VersionedStore>;
      await applyPlan({ pair: site.pair(guarded), rows, log, clock: site.clock, concurrency: 3 });
    };
    await once(whole, new MemoryLog(), measure, await whole.rows(keys, rules));
    const expected = await whole.state();
    expect(measure.steps).toBeGreaterThan(20);
    for (let at = 0; at < measure.steps; at++) {
      const site = await Site.with(drift);
      const rows = await site.rows(keys, rules);
      const log = new MemoryLog();
      await once(site, log, new CrashPoint(at), rows).catch(() => undefined);
      await once(site, log, new CrashPoint(), rows);
      expect(await site.state(), `after a crash at step ${at}`).toEqual(expected);

      const undoLog = new MemoryLog();
      const undo = (crash: CrashPoint): Promise<unknown> => {
        undoLog.crash = crash;
        const stores = site.stores.map((store) =>
          watched(
            store,
            () => crash.pass(),
            () => crash.pass(),
          ),
        ) as unknown as Two<VersionedStore>;
        return undoApply({ stores, applied: log, log: undoLog, clock: site.clock });
      };
      await undo(new CrashPoint(at % 9)).catch(() => undefined);
      await undo(new CrashPoint());
      expect(await site.state(), `undone after a crash at step ${at}`).toEqual(original);
    }
  });

  it('finds out by reading how a write ended that was not answered', async () => {
    for (const applied of [false, true]) {
      const site = await Site.with({ a: ['1', '2'] });
      let failed = false;
      const lost = (): void => {
        if (failed) return;
        failed = true;
        throw new StoreError('reset', { code: 'STORE_UNREACHABLE', mayHaveBeenApplied: true });
      };
      const second = watched(
        site.stores[1],
        applied ? () => undefined : lost,
        applied ? lost : () => undefined,
      );
      const rows = await site.rows(['a'], rules);
      const log = new MemoryLog();
      const counts = await applyPlan({
        pair: site.pair([site.stores[0], second]),
        rows,
        log,
        clock: site.clock,
      });
      expect(counts).toMatchObject({ repaired: 1, unknown: 0 });
      expect(await site.state()).toEqual({ a: ['1', '1'] });
    }
  });

  it('never overwrites what another writer wrote after the plan, nor does undo', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ step: fc.nat(40), side: fc.constantFrom(0, 1), key: fc.constantFrom(...keys) }),
          {
            maxLength: 6,
          },
        ),
        fc.integer({ min: 1, max: 4 }),
        async (writers, concurrency) => {
          const site = await Site.with(drift);
          const rows = await site.rows(keys, rules);
          const last = new Map<string, string>();
          let step = 0;
          const interfere = async (): Promise<void> => {
            const now = step++;
            for (const [number, writer] of writers.entries()) {
              if (writer.step !== now) continue;
              const value = `writer ${number}`;
              await site.stores[writer.side as 0 | 1].put(utf8(writer.key), utf8(value));
              last.set(`${writer.key} ${writer.side}`, value);
            }
          };
          const log = new MemoryLog();
          const append = log.append.bind(log);
          log.append = async (line) => {
            await append(line);
            await interfere();
          };
          const stores = site.stores.map((store) =>
            watched(store, interfere, interfere),
          ) as unknown as Two<VersionedStore>;
          const expectUntouched = async (): Promise<void> => {
            const state = await site.state();
            for (const [where, value] of last) {
              const [key, side] = where.split(' ');
              expect(state[key!]?.[Number(side)]).toBe(value);
            }
          };
          await applyPlan({ pair: site.pair(stores), rows, log, clock: site.clock, concurrency });
          await expectUntouched();
          await undoApply({ stores, applied: log, log: new MemoryLog(), clock: site.clock, concurrency });
          await expectUntouched();
        },
      ),
      { numRuns: 150 },
    );
  });

  it('puts an expiry back to its instant, and does not revive what would be gone by now', async () => {
    const site = await Site.with({ d: ['mortal 1', 'mortal 2'], g: ['x', 'mortal 3'] });
    const before = await site.state();
    const rows = await site.rows(['d', 'g'], ['*=first']);
    const log = new MemoryLog();
    await applyPlan({ pair: site.pair(), rows, log, clock: site.clock });
    site.clock.turn(30_000);
    const stores = site.stores;
    const counts = await undoApply({ stores, applied: log, log: new MemoryLog(), clock: site.clock });
    expect(counts.restored).toBe(2);
    expect(await site.state()).toEqual(before);

    const late = await Site.with({ g: ['x', 'mortal 3'] });
    const lateLog = new MemoryLog();
    await applyPlan({
      pair: late.pair(),
      rows: await late.rows(['g'], ['*=first']),
      log: lateLog,
      clock: late.clock,
    });
    late.clock.turn(61_000);
    const gone = await undoApply({
      stores: late.stores,
      applied: lateLog,
      log: new MemoryLog(),
      clock: late.clock,
    });
    expect(gone.removed).toBe(1);
    expect(await late.state()).toEqual({ g: ['x'] });
  });
});
