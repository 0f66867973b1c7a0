import { hustDbScenarios } from '@kvtwin/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PairRig, pairRig } from '../test/pair-rig.js';
import { replayScenario } from '../test/replay-scenario.js';

const scenarios = hustDbScenarios().filter(({ folder }) => folder === 'outage');
const user = 'huststore';

describe('outages recorded from a real HustDB HA, over two embedded nodes that are stopped and started', () => {
  let rig: PairRig;
  beforeAll(async () => {
    rig = await pairRig({ users: [{ name: user, password: user }], sumCopyDelayMs: 500 });
  });
  afterAll(() => rig.close());

  it('has those with writes and the one about repair', () => {
    expect(scenarios.map(({ name }) => name).sort()).toEqual([
      'outage-both',
      'outage-m1-reads',
      'outage-m1-writes',
      'outage-m2-reads',
      'outage-m2-writes',
      'outage-repair',
      'slow-hincrby-copy',
    ]);
  });

  it.each(scenarios)(
    'answers as recorded: $name',
    async (scenario) => {
      const control = async (command: string): Promise<void> => {
        const [action, name] = command.split(' ') as ['stop' | 'start', 'm1' | 'm2'];
        await rig.nodes[name === 'm1' ? 0 : 1][action]();
      };
      const ports = { ha: rig.proxy.port, m1: rig.nodes[0].port, m2: rig.nodes[1].port };
      expect(
        await replayScenario(scenario, { ports, credentials: `${user}:${user}`, control }),
      ).toBeUndefined();
    },
    60_000,
  );
});
