import { hustDbScenarios } from '@kvtwin/testkit';
import { ManualClock } from '@kvtwin/versioned-value';
import { afterAll, describe, expect, it } from 'vitest';
import { PlainFront } from '../test/plain-front.js';
import { playScenario } from '../test/play-scenario.js';
import { HustDbNode } from './hustdb-node.js';

const FOLDERS = ['cache', 'hash', 'kv', 'list', 'pair', 'set', 'split', 'zset'];

/** Of the recorded defects, those that a front over these nodes has by its nature, or that the nodes have themselves. */
const scenarios = hustDbScenarios().filter(
  ({ folder, defect, slow, steps }) =>
    FOLDERS.includes(folder) &&
    slow !== true &&
    (defect !== true || steps.some(({ response }) => response?.closed === true)),
);

const authorization = `Basic ${Buffer.from('huststore:huststore').toString('base64')}`;
const clock = new ManualClock();
const auth = { user: 'huststore', password: 'huststore' };
const nodes = [await HustDbNode.listen({ auth, clock }), await HustDbNode.listen({ auth, clock })] as const;
const front = await PlainFront.listen({ ports: [nodes[0].port, nodes[1].port], authorization });
afterAll(async () => {
  await front.close();
  for (const node of nodes) await node.close();
});

describe('conversations recorded with a real HA and its nodes', () => {
  it('are there', () => expect(scenarios.length).toBeGreaterThan(150));

  it.each(scenarios)('$folder/$name', async (scenario) => {
    const ports = { ha: front.port, m1: nodes[0].port, m2: nodes[1].port };
    await playScenario(scenario, { ports, authorization, passTime: (ms) => clock.turn(ms) });
  });
});
