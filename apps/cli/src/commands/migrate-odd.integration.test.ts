import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HustDbNode } from '@kvtwin/hustdb-node';
import { makeTableFile } from '@kvtwin/hustdb-protocol';
import { startProxy } from '@kvtwin/proxy';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { MigrationServers } from '../../test/migration-servers.js';
import { ExitCode } from '../command-line/exit-code.js';

// Servers, clients and commands in one process, and retries with pauses between them.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const kv = { type: 'kv' } as const;
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const none = new Uint8Array();
let servers: MigrationServers;
let nodes: HustDbNode[];

beforeEach(async () => {
  servers = await MigrationServers.start();
  nodes = [];
});
afterEach(async () => {
  await servers.close();
  for (const node of nodes) await node.close();
});

/** A node whose storage holds what no request could put there. */
async function oddNode(): Promise<string> {
  const node = await HustDbNode.listen();
  nodes.push(node);
  const put = (place: object, value: Uint8Array): unknown =>
    node.storage.put({ key: none, ver: 0, isDup: false, ttlSeconds: 0, value, ...place });
  put({}, utf8('of the empty key'));
  put({ key: utf8('plain') }, utf8('1'));
  // Above what the embedded Infinispan takes in one request.
  put({ key: utf8('large') }, new Uint8Array(11 * 1024 * 1024));
  put({ table: 'h' }, utf8('of the empty field'));
  put({ table: 's', type: 'S' }, none);
  put({ table: 's', type: 'S', key: utf8('member') }, none);
  return `hustdb://127.0.0.1:${node.port}`;
}

function rowsOf(job: string, name: string): Record<string, unknown>[] {
  const text = readFileSync(join(servers.env.KVTWIN_STATE!, 'jobs', job, `${name}.ndjson`), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

it('accounts for each key of a pair, also what cannot be read or is too large', async () => {
  const pair = [await oddNode(), await oddNode()];
  const target = `${await servers.hotRod('users')}/users`;
  const args = ['migrate', pair.join(), target, '--verify', '--settle', '20ms'];
  const run = await servers.run(args);
  expect(run.code, run.stderr).toBe(ExitCode.partial);
  expect(run.stdout).toContain('verified   6 source = 2 copied + 3 held + 1 skipped');
  expect(run.stderr).toContain('skipped keys, and why: ');
  expect(rowsOf('m1', 'held').map(({ type, key, reason }) => [type, key, reason])).toEqual(
    expect.arrayContaining([
      ['kv', '', 'not-told'],
      ['hash', '', 'not-told'],
      ['set', '', 'not-told'],
    ]),
  );
  expect(rowsOf('m1', 'skipped')).toMatchObject([
    { key: 'large', reason: 'refused', error: expect.stringContaining('at most 10485760 allowed') },
  ]);
});

it('accounts for them behind a front too', async () => {
  const pair = [await HustDbNode.listen(), await HustDbNode.listen()];
  nodes.push(...pair);
  for (const { storage } of pair) {
    for (const key of ['', 'plain']) {
      storage.put({ key: utf8(key), value: utf8('1'), ver: 0, isDup: false, ttlSeconds: 0 });
    }
  }
  const [first, second] = pair.map(({ port }) => `hustdb://127.0.0.1:${port}`) as [string, string];
  const front = await startProxy({ first, second, port: 0, journal: false });
  try {
    const source = front.url.replace(/^http:/, 'hustdb+ha:');
    const target = `${await servers.hotRod('users')}/users`;
    const run = await servers.run(['migrate', source, target, '--verify', '--settle', '20ms']);
    expect(run.code, run.stderr).toBe(ExitCode.partial);
    expect(run.stdout).toContain('verified   2 source = 1 copied + 1 held + 0 skipped');
  } finally {
    await front.close();
  }
});

it('says before and after what HustDB cannot carry', async () => {
  const cache = `${await servers.hotRod('users')}/users`;
  const store = await (await servers.family(cache)).open(kv);
  await store.put(utf8('plain'), utf8('1'));
  await store.put(utf8('a?b'), utf8('1'));
  await store.put(utf8('k'.repeat(9000)), utf8('1'));
  await store.put(utf8('empty'), none);
  await store.put(utf8('idle'), utf8('1'), { maxIdleMs: 100_000 });
  await store.put(utf8('long'), utf8('1'), { lifespanMs: 60 * 86_400_000 });
  const pair = [await servers.hustDb(), await servers.hustDb()];
  const run = await servers.run(['migrate', cache, pair.join(), '--verify', '--settle', '20ms']);
  expect(run.code, run.stderr).toBe(ExitCode.partial);
  expect(run.stderr).toContain(
    'preflight  the target cannot carry: lifespans above 30d, max-idle times, empty keys, empty values, keys with ?, keys above 3.9 KiB, values above 32 MiB\n',
  );
  expect(run.stdout).toContain('verified   6 source = 3 copied + 0 held + 3 skipped');
  expect(run.stdout).toContain('2 keys have a lifespan or max-idle that the target cannot keep');
  const reasons = rowsOf('m1', 'skipped').map(({ key, reason }) => [String(key).slice(0, 5), reason]);
  expect(reasons.sort()).toEqual([
    ['a?b', 'refused'],
    ['empty', 'refused'],
    ['kkkkk', 'refused'],
  ]);
  // The other way nothing is lost.
  const back = await servers.run(['migrate', pair.join(), cache, '--dry-run', '--settle', '20ms']);
  expect(back.stderr).not.toContain('cannot carry');
});

it('neither begins nor goes on with a cluster while a peer is away', async () => {
  const cluster = await Promise.all([1, 2, 3].map(() => HustDbNode.listen()));
  nodes.push(...cluster);
  const table = join(servers.folder.path, 'hustdbtable.json');
  await writeFile(table, makeTableFile(cluster.map(({ port }) => `127.0.0.1:${port}`)));
  const seed = `${await servers.hotRod('seed')}/seed`;
  for (let at = 0; at < 60; at++) await servers.put(seed, kv, `key:${at}`, `value ${at}`);
  await servers.run(['migrate', seed, table, '--settle', '20ms', '--quiet']);
  const target = `${await servers.hotRod('users')}/users`;
  const stop = new AbortController();
  const args = ['migrate', table, target, '--verify', '--batch', '8', '--settle', '20ms'];
  const slow = servers.run([...args, '--rps', '20'], { signal: stop.signal });
  while ((await servers.run(['job', 'ls', '--json'])).stdout.split('\n').length < 3)
    await new Promise((resolve) => setImmediate(resolve));
  stop.abort();
  expect((await slow).code).toBe(ExitCode.interrupted);

  const { port } = cluster[2]!;
  await cluster[2]!.close();
  const resumed = await servers.run(['job', 'resume', 'm2']);
  expect(resumed.code, resumed.stderr).toBe(ExitCode.unreachable);
  expect(resumed.stderr).toContain(`127.0.0.1:${port}`);
  const anew = await servers.run(args);
  expect(anew.code, anew.stderr).toBe(ExitCode.unreachable);
  expect((await servers.run(['job', 'ls', '--json'])).stdout.trim().split('\n')).toHaveLength(2);
});
