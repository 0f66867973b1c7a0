import { StoreError, type Two, type VersionedStore } from '@kvtwin/versioned-value';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DriftedSite, utf8 } from '../../test/drifted-site.js';
import { CrashPoint, MemoryLog } from '../../test/memory-log.js';
import { watchedStore } from '../../test/watched-store.js';
import type { PlanRow } from '../plan/plan-row.js';
import { applyPlan } from './apply-plan.js';
import { undoApply } from './undo-apply.js';

const drift: Record<string, [string?, string?]> = {
  a: ['1', '2'],
  b: ['here'],
  c: [undefined, 'there'],
  d: ['mortal 1', 'mortal 2'],
  e: ['same', 'same'],
  'tmp:f': ['gone'],
  g: ['until@30000', 'until@600000'],
};
const rules = ['only-*/tmp:=delete', 'only-*=copy', 'value-conflict=first', 'expiry-skew=first'];
const keys = Object.keys(drift);

describe('apply', () => {
  it('makes both sides what the plan says, and undo makes them what they were', async () => {
    const site = await DriftedSite.with(drift);
    const original = await site.state();
    const rows = await site.rows(keys, rules);
    const log = new MemoryLog();
    const counts = await applyPlan({ pair: site.pair(), rows, log, clock: site.clock });
    expect(counts).toMatchObject({ repaired: 6, skip: 0, 'changed-since': 0 });
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
    expect(undone).toMatchObject({ restored: 4, removed: 2, 'changed-since': 0 });
    expect(await site.state()).toEqual(original);
  });

  it('leaves alone what has changed since the plan', async () => {
    const site = await DriftedSite.with(drift);
    const rows = await site.rows(keys, rules);
    await site.stores[1].put(utf8('a'), utf8('newer'));
    await site.stores[0].remove(utf8('b'));
    const counts = await applyPlan({ pair: site.pair(), rows, log: new MemoryLog(), clock: site.clock });
    expect(counts).toMatchObject({ repaired: 4, 'changed-since': 2 });
    expect(await site.state()).toMatchObject({ a: ['1', 'newer'] });
  });

  it('writes no row that the plan skips', async () => {
    const site = await DriftedSite.with(drift);
    const before = await site.state();
    const rows = (await site.rows(keys, rules)).map((row) => ({ ...row, take: 'skip' as const }));
    const counts = await applyPlan({ pair: site.pair(), rows, log: new MemoryLog() });
    expect(counts.skip).toBe(6);
    expect(await site.state()).toEqual(before);
  });

  it('stops where the log cannot be written, with nothing written but what is in the log', async () => {
    const site = await DriftedSite.with(drift);
    const before = await site.state();
    const rows = await site.rows(keys, rules);
    const log = new MemoryLog(new CrashPoint(0));
    await expect(applyPlan({ pair: site.pair(), rows, log })).rejects.toThrow('crashed');
    expect(await site.state()).toEqual(before);
  });

  it('ends in the same state from a crash before or after any step, and undo too', async () => {
    const whole = await DriftedSite.with(drift);
    const original = await whole.state();
    const measure = new CrashPoint();
    const once = async (
      site: DriftedSite,
      log: MemoryLog,
      crash: CrashPoint,
      rows: PlanRow[],
    ): Promise<void> => {
      log.crash = crash;
      const guarded = site.stores.map((store) =>
        watchedStore(
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
      const site = await DriftedSite.with(drift);
      const rows = await site.rows(keys, rules);
      const log = new MemoryLog();
      await once(site, log, new CrashPoint(at), rows).catch(() => undefined);
      await once(site, log, new CrashPoint(), rows);
      expect(await site.state(), `after a crash at step ${at}`).toEqual(expected);

      const undoLog = new MemoryLog();
      const undo = (crash: CrashPoint): Promise<unknown> => {
        undoLog.crash = crash;
        const stores = site.stores.map((store) =>
          watchedStore(
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
      const site = await DriftedSite.with({ a: ['1', '2'] });
      let failed = false;
      const lost = (): void => {
        if (failed) return;
        failed = true;
        throw new StoreError('reset', { code: 'STORE_UNREACHABLE', mayHaveBeenApplied: true });
      };
      const second = watchedStore(
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
          const site = await DriftedSite.with(drift);
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
            watchedStore(store, interfere, interfere),
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
    const site = await DriftedSite.with({ d: ['mortal 1', 'mortal 2'], g: ['x', 'mortal 3'] });
    const before = await site.state();
    const rows = await site.rows(['d', 'g'], ['*=first']);
    const log = new MemoryLog();
    await applyPlan({ pair: site.pair(), rows, log, clock: site.clock });
    site.clock.turn(30_000);
    const stores = site.stores;
    const counts = await undoApply({ stores, applied: log, log: new MemoryLog(), clock: site.clock });
    expect(counts.restored).toBe(2);
    expect(await site.state()).toEqual(before);

    const late = await DriftedSite.with({ g: ['x', 'mortal 3'] });
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
