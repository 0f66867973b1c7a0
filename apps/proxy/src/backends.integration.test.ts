import { HotRodServer } from '@kvtwin/hotrod-server';
import { HustDbNode } from '@kvtwin/hustdb-node';
import { hustDbScenarios } from '@kvtwin/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listedDifferences } from '../test/listed-differences.js';
import { replayScenario } from '../test/replay-scenario.js';
import { type RunningProxy, startProxy } from './start-proxy.js';

const listed = listedDifferences();

/** Recorded scenarios that only speak to the front, so that any pair can stand behind it. */
const frontScenarios = hustDbScenarios().filter(
  ({ folder, name, slow, steps }) =>
    ['cache', 'hash', 'kv', 'list', 'pair', 'set', 'zset'].includes(folder) &&
    slow !== true &&
    !listed.has(`${folder}/${name}`) &&
    steps.every(({ target, control }) => target === 'ha' || control?.startsWith('sleep_ms')),
);

/** What only nodes do: to order negative scores by magnitude. */
const ofNodesOnly = ['zset-negative-order'];

interface Running {
  readonly proxy: RunningProxy;
  close(): Promise<void>;
}

const user = 'huststore';
const users = [{ name: user, password: user }];

function hotRodServer(): Promise<HotRodServer> {
  return HotRodServer.listen({ caches: { default: {} }, defaultCache: 'default' });
}

async function running(
  proxy: Promise<RunningProxy>,
  below: readonly { close(): Promise<void> }[],
): Promise<Running> {
  const started = await proxy;
  return {
    proxy: started,
    close: async () => {
      await started.close();
      await Promise.all(below.map((one) => one.close()));
    },
  };
}

const pairs: Record<string, () => Promise<Running>> = {
  'two embedded stores': () =>
    running(startProxy({ first: 'memory:a', second: 'memory:b', users, port: 0 }), []),
  'two Hot Rod stores with counters': async () => {
    const servers = [await hotRodServer(), await hotRodServer()] as const;
    const [first, second] = servers.map(({ url }) => `${url}?envelope=1`);
    return running(startProxy({ first, second, users, port: 0, versions: 'counter' }), servers);
  },
  'a HustDB node and a Hot Rod store': async () => {
    const node = await HustDbNode.listen();
    const server = await hotRodServer();
    const sides = {
      first: `hustdb://127.0.0.1:${node.port}`,
      second: `${server.url}?envelope=1&layout=typed`,
    };
    return running(startProxy({ ...sides, users, port: 0 }), [node, server]);
  },
  'a front': async () => {
    const behind = await startProxy({ first: 'memory:a', second: 'memory:b', users, port: 0 });
    const pair = `hustdb+ha://${user}:${user}@127.0.0.1:${behind.port}`;
    return running(startProxy({ pair, users, port: 0 }), [behind]);
  },
};

describe.each(Object.entries(pairs))('scenarios of HustDB HA over %s', (name, start) => {
  const isNode = name === 'a HustDB node and a Hot Rod store';
  let system: Running;
  beforeAll(async () => {
    system = await start();
  });
  afterAll(() => system.close());

  it('has many', () => {
    expect(frontScenarios.length).toBeGreaterThan(80);
  });

  it.concurrent.each(frontScenarios)('answers as recorded: $folder/$name', async (scenario) => {
    const ports = { ha: system.proxy.port, m1: 0, m2: 0 };
    const difference = await replayScenario(scenario, { ports, credentials: `${user}:${user}` });
    if (isNode || !ofNodesOnly.includes(scenario.name)) expect(difference).toBeUndefined();
    else expect(difference).toMatch(/^step \d+/);
  });
});
