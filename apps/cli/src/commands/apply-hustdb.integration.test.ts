import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MigrationServers } from '../../test/migration-servers.js';

const board = { type: 'zset', table: 'board' } as const;
let servers: MigrationServers;

beforeEach(async () => {
  servers = await MigrationServers.start();
});
afterEach(() => servers.close());

it("brings the versions of a sorted set's members together where the scores agree", async () => {
  const nodes = [await servers.hustDb(), await servers.hustDb()] as const;
  for (const url of nodes) {
    for (let at = 0; at < 20; at++) await servers.put(url, board, `player:${at}`, String(at));
  }
  // The score of there and back: the same data, two writes more.
  for (const score of ['70', '3']) await servers.put(nodes[1], board, 'player:3', score);
  const selector = ['--table', 'board', '--type', 'zset', '--settle', '20ms'];
  const diff = await servers.run(['diff', ...nodes, ...selector, '--json']);
  expect(diff.code, diff.stderr).toBe(2);
  expect(JSON.parse(diff.stdout).classes['version-skew']).toBe(1);
  const plan = join(servers.folder.path, 'plan.ndjson');
  await servers.run(['plan', 'd1', '--rule', '*=higher-version', '--output', plan]);
  const applied = await servers.run(['apply', plan, '--yes', '--quiet']);
  expect([applied.code, applied.stdout], applied.stderr).toEqual([0, '  done 1\n']);
  expect((await servers.run(['diff', ...nodes, ...selector])).code).toBe(0);
});
