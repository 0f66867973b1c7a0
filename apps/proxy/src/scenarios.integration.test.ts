import { HustDbNode } from '@kvtwin/hustdb-node';
import { type HustDbScenario, hustDbScenarios } from '@kvtwin/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listedDifferences } from '../test/listed-differences.js';
import { replayScenario, type ScenarioSystem } from '../test/replay-scenario.js';
import { type RunningProxy, startProxy } from './start-proxy.js';

/** Folders of scenarios about what the proxy does; docs/hustdb/differences.md says why the others are not replayed. */
const FOLDERS = [
  'cache',
  'hash',
  'http',
  'kv',
  'list',
  'node',
  'pair',
  'service',
  'set',
  'split',
  'version-64',
  'zset',
];

const nameOf = (scenario: HustDbScenario): string => `${scenario.folder}/${scenario.name}`;
const scenarios = hustDbScenarios().filter(
  (scenario) => FOLDERS.includes(scenario.folder) && scenario.slow !== true,
);
const listed = listedDifferences();

describe('scenarios recorded from a real HustDB HA, over two embedded nodes', () => {
  const user = 'huststore';
  let nodes: HustDbNode[];
  let proxy: RunningProxy;
  let system: ScenarioSystem;

  beforeAll(async () => {
    const auth = { user, password: user };
    nodes = [await HustDbNode.listen({ auth }), await HustDbNode.listen({ auth })];
    const [first, second] = nodes.map((node) => `hustdb://${user}:${user}@127.0.0.1:${node.port}`);
    proxy = await startProxy({ first, second, port: 0, users: [{ name: user, password: user }] });
    const ports = { ha: proxy.port, m1: nodes[0]!.port, m2: nodes[1]!.port };
    system = { ports, credentials: `${user}:${user}` };
  });
  afterAll(async () => {
    await proxy.close();
    await Promise.all(nodes.map((node) => node.close()));
  });

  it.concurrent.each(scenarios.filter((scenario) => !listed.has(nameOf(scenario))))(
    'answers as recorded: $folder/$name',
    async (scenario) => {
      expect(await replayScenario(scenario, system)).toBeUndefined();
    },
  );

  it.concurrent.each(scenarios.filter((scenario) => listed.has(nameOf(scenario))))(
    'differs, as docs/hustdb/differences.md says: $folder/$name',
    async (scenario) => {
      expect(await replayScenario(scenario, system)).toMatch(/^step \d+/);
    },
  );

  it('knows every scenario that the document lists', () => {
    const known = new Set(scenarios.map(nameOf));
    expect([...listed].filter((name) => !known.has(name))).toEqual([]);
  });

  it('lists every recorded defect, but for two that it answers as HustDB does', () => {
    const defects = scenarios.filter((scenario) => scenario.defect === true).map(nameOf);
    expect(defects.filter((name) => !listed.has(name))).toEqual([
      'kv/kv-key-bad-escape',
      'zset/zset-negative-order',
    ]);
  });
});
