import { hustDbScenarios } from '@kvtwin/testkit';
import { ManualClock } from '@kvtwin/versioned-value';
import { afterAll, describe, expect, it } from 'vitest';
import { playScenario } from '../test/play-scenario.js';
import { HustDbNode } from './hustdb-node.js';

const scenarios = hustDbScenarios().filter(({ folder }) => folder === 'node');

const authorization = `Basic ${Buffer.from('huststore:huststore').toString('base64')}`;
const clock = new ManualClock();
const auth = { user: 'huststore', password: 'huststore' };
const nodes = [await HustDbNode.listen({ auth, clock }), await HustDbNode.listen({ auth, clock })] as const;
afterAll(async () => {
  for (const node of nodes) await node.close();
});

describe('conversations recorded with a real node', () => {
  it('are there', () => expect(scenarios.length).toBe(19));

  it.each(scenarios)('$name', async (scenario) => {
    const ports = { m1: nodes[0].port, m2: nodes[1].port };
    await playScenario(scenario, { ports, authorization, passTime: (ms) => clock.turn(ms) });
  });
});
