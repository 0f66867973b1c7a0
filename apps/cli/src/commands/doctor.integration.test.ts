import { chmod, readFile, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { HotRodCluster, HotRodServer } from '@kvtwin/hotrod-server';
import { HustDbNode } from '@kvtwin/hustdb-node';
import { startRudeServer, type TemporaryFolder, temporaryFolder } from '@kvtwin/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliResult, runInProcess } from '../../test/recording-io.js';

let server: HotRodServer;
let node: HustDbNode;
let folder: TemporaryFolder;
let env: Record<string, string>;

beforeEach(async () => {
  server = await HotRodServer.listen({
    caches: {
      users: {},
      json: { mediaType: 'application/json' },
      text: { mediaType: 'text/plain' },
      few: {},
    },
  });
  node = await HustDbNode.listen();
  folder = await temporaryFolder();
  env = { KVTWIN_CONFIG: join(folder.path, 'config'), KVTWIN_STATE: join(folder.path, 'state') };
});
afterEach(async () => {
  await server.close();
  await node.close();
  await folder.remove();
});

const doctor = (...args: string[]): Promise<CliResult> =>
  runInProcess(['doctor', '--timeout', '2s', ...args], { env });

describe('kvtwin doctor', () => {
  it('looks at this machine where no sides are named', async () => {
    const { code, stdout } = await doctor();
    expect(code).toBe(0);
    expect(stdout).toContain(`ok    Node ${process.versions.node}`);
    expect(stdout).toContain(`jobs are kept in ${env.KVTWIN_STATE} (it will be made)`);
    expect(stdout).toContain('no sides are named');
  });

  it('finds nothing wrong with two sides that can be compared', async () => {
    const { code, stdout } = await doctor(`${server.url}/users`, `${server.url}/users`);
    expect(code).toBe(0);
    expect(stdout).toMatch(/ok {4}127\.0\.0\.1:\d+ takes connections/);
    expect(stdout).toMatch(/ok {4}Hot Rod 4\.1 is used; the server speaks up to 4\.1/);
    expect(stdout).toContain('cache users is there, 0 entries');
    expect(stdout).toContain('both sides give keys as application/octet-stream');
    expect(stdout).toContain('the server tells no segments');
    expect(stdout).toMatch(/\d+ ok, 0 to look at, 0 failed\n$/);
  });

  it('compares the segments of clusters', async () => {
    await using one = await HotRodCluster.start({ nodes: 2, caches: { users: {} } });
    await using other = await HotRodCluster.start({ nodes: 1, caches: { users: { segments: 16 } } });
    const { stdout } = await doctor(`${one.url}/users`, `${other.url}/users`);
    expect(stdout).toContain('256 and 16 segments: a diff divides its work by key instead');
  });

  it('says what different encodings mean for a diff, and how to ask for one', async () => {
    const { code, stdout } = await doctor(`${server.url}/json`, `${server.url}/users`);
    expect(code).toBe(1);
    expect(stdout).toContain('stores application/json: not the bytes that applications see');
    expect(stdout).toContain('diff would then report every key twice');
    const asked = await doctor(`${server.url}/json?media=text/plain`, `${server.url}/text`);
    expect(asked.code).toBe(0);
    expect(asked.stdout).toContain('both sides give values as text/plain');
  });

  it('compares a cache with a HustDB node: versions, segments, entries, clocks', async () => {
    await runInProcess(['put', 'k', 'v', '--first', node.url, '--second', 'memory:b', '--side', 'first'], {
      env,
    });
    const { code, stdout } = await doctor(`${server.url}/few`, node.url);
    expect(code).toBe(0);
    expect(stdout).toMatch(/a HustDB node, \d+ files/);
    expect(stdout).toContain('1 key, no tables');
    expect(stdout).toMatch(/versions of .*few are tokens/);
    expect(stdout).toContain('counts 0 entries');
    expect(stdout).toMatch(/the clock of .* is not told/);
  });

  it('looks at a HustDB HA front and its nodes', async () => {
    const { startProxy } = await import('@kvtwin/proxy');
    const other = await HustDbNode.listen();
    const proxy = await startProxy({ first: node.url, second: other.url, port: 0 });
    try {
      const { code, stdout } = await doctor('--pair', `hustdb+ha://127.0.0.1:${proxy.port}`);
      expect(stdout).toMatch(/hustdbha .*, 2 nodes/);
      expect(stdout).toContain('node 1: 0 keys, no tables');
      expect(code).toBe(0);
    } finally {
      await proxy.close();
      await other.close();
    }
  });

  it('tells a port where nothing listens, another protocol, and silence, each with 4', async () => {
    const refused = await doctor('hotrod://127.0.0.1:1/users');
    expect(refused.code).toBe(4);
    expect(refused.stdout).toMatch(/FAIL {2}127\.0\.0\.1:1 cannot be reached: .*\n +nothing listens there/);
    await using web = await startRudeServer({ kind: 'html' });
    expect((await doctor(`hotrod://${web.address}/users`)).code).toBe(4);
    expect((await doctor(`hustdb://${web.address}`)).code).toBe(4);
    await using silent = await startRudeServer({ kind: 'silent' });
    const quiet = await runInProcess(['doctor', `hotrod://${silent.address}`, '--timeout', '200ms'], { env });
    expect(quiet.code).toBe(4);
    expect((await doctor('hotrod://no.such.host.invalid/users')).stdout).toContain('is not known');
  });

  it('tells a cache that is not there, and credentials that are refused', async () => {
    const missing = await doctor(`${server.url}/nope`);
    expect(missing.code).toBe(1);
    expect(missing.stdout).toMatch(/FAIL .*nope/);
    const secured = await HotRodServer.listen({ caches: { users: {} }, auth: { users: { app: 'secret' } } });
    try {
      const wrong = await doctor(`${secured.url.replace('//', '//app:wrongword@')}/users`);
      expect(wrong.code).toBe(5);
      expect(wrong.stdout).not.toContain('wrongword');
      const right = await doctor(`${secured.url.replace('//', '//app:secret@')}/users`);
      expect(right.code).toBe(0);
      expect(right.stdout).toContain('logged in as app');
      expect((await doctor(`${secured.url}/users`)).code).toBe(5);
    } finally {
      await secured.close();
    }
  });

  it('reads the certificate of a server, and says when it is for another name or not trusted', async () => {
    const pem = (name: string): string =>
      fileURLToPath(
        new URL(`../../../../packages/hotrod-client/test/certificates/${name}.pem`, import.meta.url),
      );
    const [cert, key] = await Promise.all([readFile(pem('server')), readFile(pem('server-key'))]);
    const front = createTlsServer({ cert, key }, (socket) => {
      const target = connect(server.port, '127.0.0.1');
      socket.on('error', () => target.destroy()).pipe(target);
      target.on('error', () => socket.destroy()).pipe(socket);
    });
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    const { port } = front.address() as AddressInfo;
    try {
      const trusted = await doctor(
        `hotrods://localhost:${port}/users?trust_store_file_name=${pem('authority')}`,
      );
      expect(trusted.code).toBe(0);
      expect(trusted.stdout).toMatch(/ok {4}the certificate is valid until \d{4}-\d\d-\d\d/);
      expect(trusted.stdout).toContain('ok    the certificate is for localhost');
      expect(trusted.stdout).toContain('ok    its authority is trusted');
      const unknown = await doctor(`hotrods://localhost:${port}/users`);
      expect(unknown.code).toBe(4);
      expect(unknown.stdout).toContain('FAIL  its authority is not trusted');
    } finally {
      await new Promise((resolve) => front.close(resolve));
    }
    const plain = createTcpServer((socket) =>
      socket
        .on('error', () => undefined)
        .resume()
        .end('no'),
    );
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const { stdout } = await doctor(
      '--timeout',
      '500ms',
      `hotrods://127.0.0.1:${(plain.address() as AddressInfo).port}/users`,
    );
    expect(stdout).toContain('FAIL  no TLS with');
    await new Promise((resolve) => plain.close(resolve));
  });

  it('says when others can read the profiles, and when they cannot be read at all', async () => {
    await runInProcess(['profile', 'add', 'lon', `${server.url}/users`], { env });
    await runInProcess(['profile', 'add', 'nyc', `${server.url}/users`], { env });
    await runInProcess(['profile', 'add', 'pair', '--first', 'lon', '--second', 'nyc', '--use'], { env });
    const file = join(env.KVTWIN_CONFIG!, 'profiles.json');
    expect((await doctor()).stdout).toContain('only you can read them');
    expect((await doctor('lon')).stdout).toContain('lon  hotrod://');
    expect((await doctor('pair')).stdout).toContain('both sides count 0 entries');
    await chmod(file, 0o644);
    const open = await doctor();
    expect(open.code).toBe(0);
    expect(open.stdout).toMatch(/warn {2}others can read .*mode 644.*\n +chmod 600 /);
    await writeFile(file, '{');
    const broken = await doctor();
    expect(broken.code).toBe(1);
    expect(broken.stdout).toContain('is not JSON');
    expect((await doctor('nobody')).code).toBe(1);
  });

  it('says when the state folder cannot be made', async () => {
    await writeFile(join(folder.path, 'file'), '');
    const { code, stdout } = await runInProcess(['doctor'], {
      env: { ...env, KVTWIN_STATE: join(folder.path, 'file', 'state') },
    });
    expect(code).toBe(1);
    expect(stdout).toContain('FAIL  jobs cannot be kept in');
  });

  it('prints JSON, or only what is not well', async () => {
    const { stdout } = await doctor(`${server.url}/users`, `${server.url}/few`, '--json');
    const { ok, checks, sides } = JSON.parse(stdout);
    expect(ok).toBe(true);
    expect(checks).toContainEqual(
      expect.objectContaining({ about: 'both sides', name: 'entries', status: 'ok' }),
    );
    expect(sides).toMatchObject([{ keyType: 'application/octet-stream' }, { entries: 0 }]);
    expect((await doctor(`${server.url}/users`, `${server.url}/few`, '--quiet')).stdout).toBe('');
  });

  it('tells whether backups on other sites are online where the REST API says so', async () => {
    const { backupChecks } = await import('../doctor/backup-checks.js');
    const rest = createHttpServer((request, reply) => {
      reply.statusCode = request.url === '/rest/v2/caches/users/x-site/backups' ? 200 : 404;
      reply.end('{"NYC":{"status":"online"},"SFO":"offline"}');
    });
    await new Promise<void>((resolve) => rest.listen(0, '127.0.0.1', resolve));
    const address = { host: '127.0.0.1', port: (rest.address() as AddressInfo).port };
    expect(await backupChecks(address, false, 'users', 5000)).toMatchObject([
      { status: 'ok', text: 'backup to site NYC: online' },
      { status: 'warn', text: 'backup to site SFO: offline' },
    ]);
    expect(await backupChecks(address, false, 'other', 5000)).toEqual([]);
    await new Promise((resolve) => rest.close(resolve));
  });
});
