import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { HustDbNode } from '@kvtwin/hustdb-node';
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
  for (const command of running) await command.stop();
  await folder.remove();
});

async function start(...args: string[]): Promise<Record<string, unknown>> {
  return startWith({}, ...args);
}

async function startWith(env: Record<string, string>, ...args: string[]): Promise<Record<string, unknown>> {
  const command = await startInProcess(args, { KVTWIN_CONFIG: join(folder.path, 'config'), ...env });
  running.push(command);
  return JSON.parse(command.line);
}

describe('kvtwin serve', () => {
  it('runs a Hot Rod server that kvtwin put and get use, until it is stopped', async () => {
    const first = await start('serve', 'hotrod', '--port', '0', '--json', '--cache', 'users');
    const second = await start('serve', 'hotrod', '--port', '0', '--json', '--cache', 'users');
    expect(first).toMatchObject({ serving: 'hotrod', url: `hotrod://127.0.0.1:${first.port}` });
    const sides = ['--first', `${first.url}/users`, '--second', `${second.url}/users`];
    expect((await runInProcess(['put', 'k', 'v', '--ttl', '1h', ...sides])).code).toBe(0);
    const got = await runInProcess(['get', 'k', ...sides]);
    expect(got.code).toBe(0);
    expect(got.stdout).toMatch(
      /^k {3}AGREED\n {2}A {2}127\.0\.0\.1:\d+\/users {2}v 0x[0-9a-f]{16} {2}1 B {2}ttl (1h|59m)/,
    );
    expect((await running[0]!.stop()).code).toBe(0);
    expect((await runInProcess(['get', 'k', ...sides, '--timeout', '500ms'])).code).toBe(4);
  });

  it('runs a HustDB node that asks for the credentials of a file', async () => {
    const users = join(folder.path, 'users');
    await writeFile(users, 'app:secret\n');
    const node = await start('serve', 'hustdb', '--port', '0', '--json', '--auth-file', users);
    const ask = (headers: Record<string, string>): Promise<Response> =>
      fetch(`http://127.0.0.1:${node.port}/hustdb/exist?key=k`, { headers });
    const refused = await ask({});
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe('Basic realm="libevhtp"');
    expect((await ask({ authorization: `Basic ${btoa('app:secret')}` })).status).toBe(404);
    const url = (password: string): string => `hustdb://app:${password}@127.0.0.1:${node.port}`;
    const wrong = await runInProcess(['get', 'k', '--first', url('wrong'), '--second', url('secret')]);
    expect(wrong.code).toBe(5);
    expect(wrong.stdout + wrong.stderr).not.toContain('wrong@');
  });

  it('says that a port is taken, and ends with 1', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as { port: number };
    for (const what of [
      ['serve', 'hotrod'],
      ['serve', 'hustdb'],
      ['proxy', '--first', 'memory:a', '--second', 'memory:b'],
    ]) {
      const { code, stderr, stdout } = await runInProcess([...what, '--port', String(port), '--json']);
      expect(code).toBe(1);
      expect(stdout).toBe('');
      expect(stderr).toContain(`port ${port}`);
    }
    taken.close();
  });

  it.each(['-1', '65536', 'http', '80.5', ''])('refuses port %j', async (port) => {
    const { code, stderr } = await runInProcess(['serve', 'hotrod', `--port=${port}`]);
    expect(code).toBe(1);
    expect(stderr).toContain('65535');
  });
});

describe('kvtwin proxy', () => {
  it('serves the HustDB HA dialect over two nodes', async () => {
    const nodes = await Promise.all([HustDbNode.listen(), HustDbNode.listen()]);
    const proxy = await start(
      'proxy',
      '--first',
      nodes[0].url,
      '--second',
      nodes[1].url,
      '--port',
      '0',
      '--json',
    );
    expect(proxy).toMatchObject({ serving: 'proxy', compat: 'strict', first: nodes[0].url });
    const put = await fetch(`${proxy.url}/put?key=k`, { method: 'POST', body: 'v' });
    expect(put.status).toBe(200);
    const got = await fetch(`${proxy.url}/get2?key=k`);
    expect([got.status, got.headers.get('version'), await got.text()]).toEqual([200, '1', 'v']);
    const pair = ['--pair', `hustdb+ha://127.0.0.1:${proxy.port}`];
    expect((await runInProcess(['get', 'k', ...pair])).code).toBe(0);
    expect((await runInProcess(['get', 'missing', ...pair])).code).toBe(3);
    expect((await runInProcess(['diff', ...pair])).code).toBe(1);
    await Promise.all(nodes.map((node) => node.close()));
  });

  it('asks for credentials from the environment, and never shows those of its backends', async () => {
    const first = 'hustdb://root:topsecret@127.0.0.1:1';
    const proxy = await startWith(
      { KVTWIN_AUTH: 'app:secret' },
      ...['proxy', '--first', first, '--second', 'memory:b', '--port', '0', '--json'],
    );
    expect(JSON.stringify(proxy)).not.toContain('topsecret');
    const refused = await fetch(`${proxy.url}/get?key=k`);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe('Basic realm="Authentication"');
  });

  it.each([
    [['--first', 'ftp://a', '--second', 'memory:b'], 'ftp'],
    [['--first', 'memory:a'], 'second'],
    [['--pair', 'memory:a'], 'hustdb+ha'],
    [['--first', 'hotrod://x', '--second', 'hotrod://y', '--versions', 'counter'], 'envelope'],
    [['--first', 'memory:a', '--second', 'memory:b', '--compat', 'loose'], 'strict'],
  ])('refuses %j with 1', async (args, about) => {
    const { code, stderr } = await runInProcess(['proxy', '--port', '0', ...args]);
    expect(code).toBe(1);
    expect(stderr).toContain(about);
  });
});

describe('kvtwin demo', () => {
  it('answers the samples of the HustDB documents, and leaves nothing behind', async () => {
    const demo = await start('demo', '--port', '0', '--json');
    const [pair, sites, lame] = demo.addresses as string[];
    const ask = async (address: string | undefined, key: string): Promise<unknown[]> => {
      const reply = await fetch(`${address}/hget2?tb=test_table&key=${key}`);
      const headers = ['version', 'version1', 'version2', 'val-offset'].map((name) =>
        reply.headers.get(name),
      );
      return [reply.status, ...headers, await reply.text()];
    };
    expect(await ask(pair, 'test_key')).toEqual([200, '1', null, null, null, 'hustdbhavalue']);
    expect(await ask(pair, 'test_key1')).toEqual([200, null, '1', '2', null, 'hustdbhavalue']);
    expect(await ask(pair, 'test_key2')).toEqual([409, '1', null, null, '13', 'hustdbhavalue1111111111111']);
    expect(await ask(pair, 'test_key3')).toEqual([409, null, '1', '2', '13', 'hustdbhavalue1111111111111']);
    expect((await ask(pair, 'one_sided'))[0]).toBe(404);
    expect((await ask(sites, 'one_sided'))[0]).toBe(409);
    expect((await ask(lame, 'test_key'))[0]).toBe(503);

    const env = { KVTWIN_CONFIG: join(folder.path, 'config') };
    const diff = await runInProcess(['diff', '--json', '--settle', '50ms'], { env });
    expect(diff.code).toBe(2);
    expect(JSON.parse(diff.stdout)).toMatchObject({
      names: ['lon', 'nyc'],
      keys: 1005,
      differences: 24,
      classes: { agreed: 977, 'value-conflict': 12, 'only-first': 7, 'only-second': 5, 'expiry-skew': 4 },
      scanned: [1000, 998],
    });
    const conflict = await runInProcess(['get', 'user:42', '--settle', '50ms'], { env });
    expect(conflict.code).toBe(2);
    expect(conflict.stdout).toContain('order unknown');
    expect(
      (await runInProcess(['get', 'one_sided', '--table', 'test_table', '--settle', '0'], { env })).stdout,
    ).toContain('ONLY lon');

    expect((await running[0]!.stop()).code).toBe(0);
    expect(existsSync(join(folder.path, 'config'))).toBe(false);
    await expect(fetch(`${pair}/get?key=k`)).rejects.toThrow();
  });

  it('has the same data for the same seed, and leaves the profiles of others alone', async () => {
    const env = { KVTWIN_CONFIG: join(folder.path, 'config') };
    await runInProcess(['profile', 'add', 'mine', '--first', 'memory:a', '--second', 'memory:b', '--use'], {
      env,
    });
    await start('demo', '--port', '0', '--json', '--seed', '7');
    expect((await runInProcess(['profile', 'ls'], { env })).stdout).toMatch(/\* {2}demo/);
    const scan = async (): Promise<string> =>
      (await runInProcess(['scan', '--ndjson', '--values'], { env })).stdout;
    const before = (await scan()).replaceAll(/"(createdAtMs|lastUsedAtMs)":\d+,?/g, '');
    await running.pop()!.stop();
    await start('demo', '--port', '0', '--json', '--seed', '7');
    expect((await scan()).replaceAll(/"(createdAtMs|lastUsedAtMs)":\d+,?/g, '')).toBe(before);
    await running.pop()!.stop();
    expect((await runInProcess(['profile', 'ls'], { env })).stdout.trim()).toMatch(
      /^\* {2}mine {2}memory:a {2}memory:b$/,
    );
  });
});
