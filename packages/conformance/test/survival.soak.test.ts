import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type InfinispanCluster,
  type SitePair,
  startInfinispanCluster,
  startSitePair,
} from '../src/index.js';
import { describeSurvival } from './describe-survival.js';
import {
  mayBeLeft,
  type SurvivalPlan,
  type SurvivalReport,
  surviveCluster,
  surviveNetwork,
  surviveSites,
} from './survive.js';

/** What docs/hotrod/survival.md shows. Rounds and load may be given: KVTWIN_SOAK_ROUNDS, KVTWIN_SOAK_CALLS_PER_SECOND. */
const PLAN: SurvivalPlan = {
  callsPerSecond: Number(process.env.KVTWIN_SOAK_CALLS_PER_SECOND ?? 3_000),
  quietCalls: 15_000,
  rounds: Number(process.env.KVTWIN_SOAK_ROUNDS ?? 5),
  log: (line) => console.log(line),
};

describe('a real cluster of three nodes', () => {
  let cluster: InfinispanCluster;
  beforeAll(async () => {
    cluster = await startInfinispanCluster({ name: 'soak' });
  });
  afterAll(() => cluster?.stop());

  test('many kills, returns, rolling restarts, full stops', async () => {
    expectSurvived(await surviveCluster(cluster, PLAN));
  });

  test('broken connections and a node that hangs', async () => {
    expectSurvived(await surviveNetwork(cluster, { ...PLAN, seed: 2 }));
  });
});

describe('two real sites', () => {
  let pair: SitePair;
  beforeAll(async () => {
    pair = await startSitePair();
  });
  afterAll(() => pair?.stop());

  test('many switches, then the loss of one', async () => {
    expectSurvived(await surviveSites(pair, PLAN));
  });
});

function expectSurvived(report: SurvivalReport): void {
  console.log(describeSurvival(report));
  expect(report.violations).toEqual([]);
  expect(report.leftInClient).toBeLessThanOrEqual(mayBeLeft(report));
  expect(report.memoryAfter.heapMb).toBeLessThan(report.memoryBefore.heapMb + 8);
  for (const { name, answeredPerSecond } of report.phases) {
    if (name.startsWith('quiet')) expect(answeredPerSecond).toBeGreaterThanOrEqual(2_000);
  }
}
