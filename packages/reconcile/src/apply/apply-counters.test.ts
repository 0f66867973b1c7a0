import { ReplicaPairStore } from '@kvtwin/replica-pair';
import type { Two, VersionedStore } from '@kvtwin/versioned-value';
import { expect, it } from 'vitest';
import { countingNode } from '../../test/counting-node.js';
import { DriftedSite, utf8 } from '../../test/drifted-site.js';
import { CrashPoint, MemoryLog } from '../../test/memory-log.js';
import { watchedStore } from '../../test/watched-store.js';
import { makePlan } from '../plan/make-plan.js';
import type { PlanRow } from '../plan/plan-row.js';
import { parsePlanRule } from '../plan/plan-rule.js';
import { applyPlan } from './apply-plan.js';
import { undoApply } from './undo-apply.js';

const drift: Record<string, [string?, string?]> = {
  a: ['1', '2'],
  b: ['here'],
  c: ['same', 'same'],
  d: ['x', 'y'],
};
const keys = Object.keys(drift);

/** Two nodes that count; `c` has been written three times on the second one, `d` twice on the first. */
async function driftedNodes(): Promise<DriftedSite> {
  const site = await DriftedSite.with(drift, countingNode);
  for (let at = 0; at < 2; at++) await site.stores[1].put(utf8('c'), utf8('same'));
  await site.stores[0].put(utf8('d'), utf8('x'));
  return site;
}

const pairOf = (site: DriftedSite, [first, second]: Two<VersionedStore> = site.stores): ReplicaPairStore =>
  new ReplicaPairStore({ first, second, policy: 'counter', clock: site.clock });

async function planOf(site: DriftedSite): Promise<PlanRow[]> {
  const rules = ['only-*=copy', '*/d=second', '*=first'].map((rule) => parsePlanRule(rule));
  const differences = keys.map((key) => ({ key: utf8(key), class: 'diverged' as const }));
  const rows: PlanRow[] = [];
  for await (const row of makePlan(pairOf(site), differences, rules)) rows.push(row);
  return rows;
}

async function expectAgreed(site: DriftedSite, what: string): Promise<void> {
  for (const key of keys) expect((await pairOf(site).read(utf8(key))).kind, `${key} ${what}`).toBe('agreed');
}

it('makes values and versions the same, from a crash before or after any step, and undo brings the values back', async () => {
  const whole = await driftedNodes();
  const original = await whole.state();
  const apply = async (
    site: DriftedSite,
    rows: PlanRow[],
    log: MemoryLog,
    crash: CrashPoint,
  ): Promise<unknown> => {
    log.crash = crash;
    const pass = (): void => crash.pass();
    const stores = site.stores.map((store) =>
      watchedStore(store, pass, pass),
    ) as unknown as Two<VersionedStore>;
    return applyPlan({ pair: pairOf(site, stores), rows, log, clock: site.clock });
  };
  const measure = new CrashPoint();
  const classes = (await planOf(whole)).map((row) => row.class);
  expect(classes).toEqual(['value-conflict', 'only-first', 'version-skew', 'diverged']);
  expect(await apply(whole, await planOf(whole), new MemoryLog(), measure)).toMatchObject({ repaired: 4 });
  await expectAgreed(whole, 'undisturbed');
  expect(measure.steps).toBeGreaterThan(25);
  for (let at = 0; at < measure.steps; at++) {
    const site = await driftedNodes();
    const rows = await planOf(site);
    const log = new MemoryLog();
    await apply(site, rows, log, new CrashPoint(at)).catch(() => undefined);
    await apply(site, rows, log, new CrashPoint());
    await expectAgreed(site, `after a crash at step ${at}`);
    await undoApply({ stores: site.stores, applied: log, log: new MemoryLog(), clock: site.clock });
    expect(await site.state(), `undone after a crash at step ${at}`).toEqual(original);
  }
});
