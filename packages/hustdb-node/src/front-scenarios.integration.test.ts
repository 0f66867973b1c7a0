import { hustDbScenarios } from '@kvtwin/testkit';
import {
  ManualClock,
  openMemoryStoreFamily,
  type StoreFamily,
  withCounterEnvelopes,
} from '@kvtwin/versioned-value';
import { afterAll, describe, expect, it } from 'vitest';
import { PlainFront } from '../test/plain-front.js';
import { playScenario, type ScenarioStage } from '../test/play-scenario.js';
import { HustDbNode } from './hustdb-node.js';
import type { HustDbNodeOptions } from './options.js';

const FOLDERS = ['cache', 'hash', 'kv', 'list', 'pair', 'set', 'split', 'version-64', 'zset'];

/** The front here compares values behind a NUL too, and node:http takes no bytes above 0x7f in a request line. */
const DIFFERENT = /defect-nul|utf8-raw/;

const scenarios = hustDbScenarios().filter(({ folder, name, slow, steps }) => {
  const hangs = steps.some(({ response }) => response?.hang === true);
  return FOLDERS.includes(folder) && slow !== true && !hangs && !DIFFERENT.test(name);
});
const slow = hustDbScenarios().filter(({ name }) => name === 'slow-hincrby-copy');

const authorization = `Basic ${Buffer.from('huststore:huststore').toString('base64')}`;
const clock = new ManualClock();
const auth = { user: 'huststore', password: 'huststore' };
const closers: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

async function startSystem(
  options: HustDbNodeOptions,
  store: () => StoreFamily | undefined = () => undefined,
): Promise<ScenarioStage> {
  const given = (): HustDbNodeOptions => ({ auth, clock, store: store(), ...options });
  const nodes = [await HustDbNode.listen(given()), await HustDbNode.listen(given())] as const;
  const [m1, m2] = [nodes[0].port, nodes[1].port];
  const front = await PlainFront.listen({ ports: [m1, m2], authorization });
  closers.push(...nodes.map((node) => () => node.close()), () => front.close());
  return { ports: { ha: front.port, m1, m2 }, authorization, passTime: (ms) => clock.turn(ms) };
}

describe('conversations recorded with a real HA and its nodes', async () => {
  const system = await startSystem({ quirks: { versions: true } });

  it('are there', () => expect(scenarios.length).toBeGreaterThan(300));

  it.each(scenarios)('$folder/$name', (scenario) => playScenario(scenario, system));
});

describe('those over nodes that serve other stores', async () => {
  const folders = ['hash', 'kv', 'list', 'pair', 'set', 'split', 'zset'];
  const system = await startSystem({}, () =>
    withCounterEnvelopes(openMemoryStoreFamily('store', { clock, enveloped: true })),
  );
  const served = scenarios.filter(({ folder, defect }) => folders.includes(folder) && defect !== true);

  it.each(served)('$folder/$name', (scenario) => playScenario(scenario, system));
});

describe('those in which a node catches up', async () => {
  const system = await startSystem({ binlogIntervalMs: 50 });

  it('are there', () => expect(slow).toHaveLength(1));

  it.each(slow)('$name', (scenario) => playScenario(scenario, system));
});
