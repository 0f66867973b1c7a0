import { HustDbNode } from '@kvtwin/hustdb-node';
import { openBackend, type RunningProxy, startProxy } from '@kvtwin/proxy';
import { runProcess, vectorsDir } from '@kvtwin/testkit';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';

const user = 'huststore';
const scenarios = `${vectorsDir}/hustdb-scenarios`;
/** Some two hundred conversations of a folder, each of several requests. */
const REPLAY_LIMIT_MS = 240_000;

/** How many scenarios of a folder are no defects of the real HustDB. */
const FOLDERS = [
  ['kv', 71],
  ['hash', 39],
  ['pair', 119],
] as const;

/** Conversations recorded from a real HustDB, with nodes that stand on the caches of two Infinispan sites. */
describe('HustDB scenarios over nodes that serve an Infinispan pair', () => {
  const nodes: HustDbNode[] = [];
  let proxy: RunningProxy;

  beforeAll(async () => {
    const auth = { user, password: user };
    for (const site of [inject('firstSite'), inject('secondSite')]) {
      const { family: store } = await openBackend(`${site}/proxy?envelope=1`, { layout: 'typed' });
      nodes.push(await HustDbNode.listen({ auth, store }));
    }
    const [first, second] = nodes.map(({ port }) => `hustdb://${user}:${user}@127.0.0.1:${port}`);
    proxy = await startProxy({ first, second, port: 0, users: [{ name: user, password: user }] });
  });
  afterAll(async () => {
    await proxy.close();
    await Promise.all(nodes.map((node) => node.close()));
  });

  test.each(FOLDERS)(
    '%s: every scenario but the defects, at least %i',
    async (folder, atLeast) => {
      const [m1, m2] = nodes.map(({ port }) => `http://127.0.0.1:${port}`) as [string, string];
      const args = [
        ...[`${scenarios}/replay.py`, '--ha', proxy.url, '--m1', m1, '--m2', m2, '--auth', `${user}:${user}`],
        ...['--skip-defects', '--retry', '1', '--only', `${folder}/*`, `${scenarios}/scenarios`],
      ];
      const { stdout, stderr } = await runProcess('python3', args, { timeoutMs: REPLAY_LIMIT_MS });
      const [, passed, failed] = /(\d+) passed, (\d+) failed\s*$/.exec(stdout) ?? [];
      console.log(`conformance: ${folder}: ${passed} passed, ${failed} failed`);
      expect([failed, stdout + stderr]).toEqual(['0', expect.anything()]);
      expect(Number(passed)).toBeGreaterThanOrEqual(atLeast);
    },
    REPLAY_LIMIT_MS,
  );
});
