import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type InfinispanCluster,
  type SitePair,
  startInfinispanCluster,
  startSitePair,
} from '../src/index.js';
import {
  mayBeLeft,
  type SurvivalPlan,
  type SurvivalReport,
  surviveCluster,
  surviveNetwork,
  surviveSites,
} from './survive.js';

/** Several starts of JVMs on a busy machine. */
const LIMIT_MS = 300_000;

const PLAN: SurvivalPlan = {
  callsPerSecond: 2_500,
  quietCalls: 5_000,
  rounds: 1,
  log: (line) => console.log(`survival: ${line}`),
};

/** How a call may fail while servers come and go. */
const EXPECTED_CODES = [
  'HOTROD_CONNECT',
  'HOTROD_CONNECTION_LOST',
  'HOTROD_ILLEGAL_LIFECYCLE',
  'HOTROD_NODE_SUSPECTED',
  'HOTROD_SERVER_ERROR',
  'HOTROD_SERVER_TIMEOUT',
  'HOTROD_TIMEOUT',
];

function expectSurvived(report: SurvivalReport): void {
  expect(report.violations).toEqual([]);
  expect(EXPECTED_CODES).toEqual(expect.arrayContaining(Object.keys(report.total.errors)));
  expect(report.leftInClient).toBeLessThanOrEqual(mayBeLeft(report));
  expect(report.memoryAfter.heapMb).toBeLessThan(report.memoryBefore.heapMb + 8);
  expect(report.phases[0]).toMatchObject({ name: 'quiet', errors: {} });
}

describe('under a load of which every answer is checked', () => {
  let cluster: InfinispanCluster;
  beforeAll(async () => {
    cluster = await startInfinispanCluster({ name: 'survivors' });
  }, LIMIT_MS);
  afterAll(() => cluster?.stop());

  test('the client survives what happens to a cluster', { timeout: LIMIT_MS }, async () => {
    expectSurvived(await surviveCluster(cluster, PLAN));
  });

  test('the client survives what happens to its connections', { timeout: LIMIT_MS }, async () => {
    expectSurvived(await surviveNetwork(cluster, { ...PLAN, seed: 2 }));
  });
});

describe('under the same load', () => {
  let pair: SitePair;
  beforeAll(async () => {
    pair = await startSitePair();
  }, LIMIT_MS);
  afterAll(() => pair?.stop());

  test('the client goes from site to site', { timeout: LIMIT_MS }, async () => {
    const report = await surviveSites(pair, PLAN);
    expectSurvived(report);
    expect(report.phases.at(-1)!.answered).toBeGreaterThanOrEqual(PLAN.quietCalls);
  });
});
