import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TemporaryFolder, temporaryFolder } from '@kvtwin/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningCommand, runInProcess, startInProcess } from '../../test/recording-io.js';

let folder: TemporaryFolder;
let running: RunningCommand[];

beforeEach(async () => {
  folder = await temporaryFolder();
  running = [];
});
afterEach(async () => {
  for (const command of running.reverse()) await command.stop();
  await folder.remove();
});

interface Told {
  readonly url: string;
  readonly port: number;
}

async function start(...args: string[]): Promise<Told & { readonly command: RunningCommand }> {
  const command = await startInProcess([...args, '--port', '0', '--json']);
  running.push(command);
  return { ...(JSON.parse(command.line) as Told), command };
}

async function ask({ port }: { readonly port: number }, target: string, body?: string): Promise<string> {
  const init = body === undefined ? {} : { method: 'POST', body };
  const reply = await fetch(`http://127.0.0.1:${port}${target}`, init);
  return `${reply.status} ${reply.headers.get('version')} ${await reply.text()}`;
}

describe('kvtwin serve hustdb', () => {
  it('comes back with its data, and lets nobody else at its directory', async () => {
    const data = join(folder.path, 'node1');
    const node = await start('serve', 'hustdb', '--data', data);
    expect(node).toMatchObject({ serving: 'hustdb', data });
    await ask(node, '/hustdb/hset?tb=t&key=k', 'kept');
    const second = await runInProcess(['serve', 'hustdb', '--data', data, '--port', '0']);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain('one node writes to a data directory');
    expect((await node.command.stop()).code).toBe(0);
    expect(await ask(await start('serve', 'hustdb', '--data', data), '/hustdb/hget?tb=t&key=k')).toBe(
      '200 1 kept',
    );
  });

  it('serves a Hot Rod cache by the endpoints of a node', async () => {
    const cache = await start('serve', 'hotrod');
    const store = `${cache.url}/octets?envelope=1`;
    const node = await start('serve', 'hustdb', '--store', store);
    expect(node).toMatchObject({ store });
    expect(await ask(node, '/hustdb/sadd?tb=s', 'm')).toBe('200 1 ');
    expect(await ask(node, '/hustdb/put?key=k', 'v')).toBe('200 1 ');
    expect(await ask(node, '/hustdb/put?key=k', 'w')).toBe('200 2 ');
    const other = await start('serve', 'hustdb', '--store', store);
    expect(await ask(other, '/hustdb/get?key=k')).toBe('200 2 w');
    expect(await ask(other, '/hustdb/sismember?tb=s', 'm')).toBe('200 1 ');
  });

  it.each([
    ['a store that does not count versions', ['--store', 'memory:a'], 1, '?envelope=1'],
    ['a store that is not there', ['--store', 'hotrod://127.0.0.1:1/c?envelope=1'], 4, 'STORE_UNREACHABLE'],
    ['--quirks with a store', ['--store', 'memory:a?envelope=1', '--quirks'], 1, '--quirks'],
    ['no URL', ['--store', 'nonsense'], 1, 'nonsense'],
  ])('refuses %s', async (_what, args, code, said) => {
    const ended = await runInProcess(['serve', 'hustdb', '--port', '0', ...args]);
    expect(ended.code).toBe(code);
    expect(ended.stderr).toContain(said);
  });

  it('keeps to the memory that it is given', async () => {
    const node = await start('serve', 'hustdb', '--max-memory', '1KiB');
    expect(await ask(node, '/hustdb/put?key=k', 'v'.repeat(900))).toBe('200 1 ');
    expect(await ask(node, '/hustdb/put?key=l', 'v'.repeat(900))).toBe('403 0 ');
  });

  it('shows the version defect on request', async () => {
    const [plain, quirky] = [await start('serve', 'hustdb'), await start('serve', 'hustdb', '--quirks')];
    for (const node of [plain, quirky]) await ask(node, '/hustdb/put?key=k&ver=64&is_dup=true', 'v');
    expect(await ask(plain, '/hustdb/get?key=k')).toBe('200 64 v');
    expect(await ask(quirky, '/hustdb/get?key=k')).toBe('200 80 v');
  });
});

describe('kvtwin proxy --table', () => {
  const tableOf = (first: Told, second: Told): string => {
    const val = [first, second].map(({ port }) => `127.0.0.1:${port}`);
    return JSON.stringify({ table: [{ item: { key: [0, 1024], val } }] });
  };

  it('serves the nodes of a table file, and reads it anew at SIGHUP', async () => {
    const nodes = [
      await start('serve', 'hustdb'),
      await start('serve', 'hustdb'),
      await start('serve', 'hustdb'),
    ] as const;
    const table = join(folder.path, 'hustdbtable.json');
    await writeFile(table, tableOf(nodes[0], nodes[1]));
    const proxy = await start('proxy', '--table', table);
    expect(proxy).toMatchObject({ serving: 'proxy', table });
    expect(await ask(proxy, '/put?key=k', 'v')).toBe('200 1 ');
    expect(await ask(nodes[1], '/hustdb/get?key=k')).toBe('200 1 v');
    await writeFile(table, 'none');
    proxy.command.hangUp();
    expect(await ask(proxy, '/get?key=k')).toBe('200 1 v');
    await writeFile(table, tableOf(nodes[2], nodes[1]));
    proxy.command.hangUp();
    await expect.poll(() => ask(proxy, '/get_table'), { timeout: 10_000 }).toContain(String(nodes[2].port));
    const { stderr } = await proxy.command.stop();
    expect(stderr).toContain('warning: the old table is served on');
    expect(stderr).toContain('the table was read anew');
  });

  it.each([
    [['--table', 't.json', '--first', 'memory:a', '--second', 'memory:b'], '--table names the nodes'],
    [
      ['--first', 'memory:a', '--second', 'memory:b', '--set-table-key', 'k'],
      '--set-table-key is for a cluster',
    ],
    [['--table', 't.json', '--set-table-key', '/nonexistent/key.pem'], 'cannot read'],
    [['--table', '/nonexistent/table.json'], '/nonexistent/table.json'],
  ])('refuses %j', async (args, said) => {
    const ended = await runInProcess(['proxy', '--port', '0', ...args]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(said);
  });
});
