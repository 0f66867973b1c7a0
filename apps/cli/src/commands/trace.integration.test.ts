import { readFile } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { HotRodClient } from '@kvtwin/hotrod-client';
import { HotRodCluster, HotRodServer } from '@kvtwin/hotrod-server';
import { startRudeServer, type TemporaryFolder, temporaryFolder } from '@kvtwin/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningCommand, runInProcess, startInProcess } from '../../test/recording-io.js';

let server: HotRodServer;
let folder: TemporaryFolder;
let file: string;

beforeEach(async () => {
  server = await HotRodServer.listen({ caches: { users: {} } });
  folder = await temporaryFolder();
  file = join(folder.path, 'calls.ndjson');
});
afterEach(async () => {
  await server.close();
  await folder.remove();
});

/** Where the client connects, as the trace prints it. */
function urlOf({ line }: RunningCommand): string {
  return line.startsWith('{')
    ? JSON.parse(line).url
    : /connect to (hotrod:\/\/127\.0\.0\.1:\d+)/.exec(line)![1]!;
}

/** Starts a trace, lets `use` work through it, and stops it. */
async function traced(args: readonly string[], use: (url: string) => Promise<void>, to = server.url) {
  const trace = await startInProcess(['trace', to, ...args]);
  try {
    await use(urlOf(trace));
  } finally {
    await new Promise((resolve) => setImmediate(resolve));
  }
  return trace.stop();
}

const client = (url: string): Promise<HotRodClient> =>
  HotRodClient.connect(`${url}/users?client_intelligence=BASIC`);

describe('kvtwin trace', () => {
  it('prints each request and its reply, and sums up at the end', async () => {
    const { code, stdout, stderr } = await traced([], async (url) => {
      const hotrod = await client(url);
      await hotrod.cache().set('user:42', '{"name":"艾达"}', { lifespan: '1h' });
      await hotrod.cache().get('user:42');
      await hotrod.cache().get('nobody');
      await hotrod.close();
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/c1 {2}> put +#\d+ {2}4\.1 {2}users .*key "user:42" .*value "\{"name":"艾达"\}"/);
    expect(stdout).toMatch(/c1 {2}< put +#\d+ {2}0x00 OK {2}[\d.]+ (µs|ms)/);
    expect(stdout).toMatch(/< get +#\d+ {2}0x00 OK .*value "\{"name":"艾达"\}"/);
    expect(stdout).toMatch(/< get +#\d+ {2}0x02 /);
    expect(stderr).toMatch(/operation +replies +errors +p50 +p99 +max/);
    expect(stderr).toMatch(/get +2 +0 /);
    expect(stderr).toContain('1 connection ·');
  });

  it('records what decode reads, also events, and prints the bytes', async () => {
    const { stdout } = await traced(['--record', file, '--hex'], async (url) => {
      const hotrod = await client(url);
      const cache = hotrod.cache();
      const seen = new Promise<void>((resolve) => {
        void cache.subscribe({ created: () => resolve() }).then(() => cache.set('k', 'v'));
      });
      await seen;
      await hotrod.close();
    });
    expect(stdout).toMatch(/ < event created .*key "k"/);
    expect(stdout).toMatch(/[0-9a-f]{8} {2}a0 +magic 0xa0/);
    const rows = (await readFile(file, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.map(({ name }) => name)).toContainEqual(expect.stringMatching(/^c1 #\d+ addClientListener$/));
    const decoded = await runInProcess(['decode', '--ndjson', file]);
    expect(decoded.code).toBe(0);
    const lines = decoded.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(rows.length);
    for (const line of lines) expect(line.reencodes === true || line.skipped !== undefined).toBe(true);
    expect((await runInProcess(['trace', server.url, '--record', file])).stderr).toContain(
      'is there already',
    );
  });

  it('prints one JSON object a line with --ndjson', async () => {
    const { stdout } = await traced(['--ndjson'], async (url) => {
      const hotrod = await client(url);
      await hotrod.cache().set('k', 'v');
      await hotrod.close();
    });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ kind: 'listening', server: server.url });
    expect(lines).toContainEqual(
      expect.objectContaining({
        kind: 'reply',
        operation: 'put',
        cache: 'users',
        latencyMs: expect.any(Number),
      }),
    );
  });

  it('masks what a login says, on the screen and in the recording', async () => {
    const secured = await HotRodServer.listen({
      caches: { users: {} },
      auth: { users: { app: 'hunter2' }, mechanisms: ['PLAIN'] },
    });
    try {
      const { stdout } = await traced(
        ['--record', file, '--hex'],
        async (url) => {
          const login = url.replace('//', '//app:hunter2@');
          const hotrod = await HotRodClient.connect(
            `${login}/users?client_intelligence=BASIC&sasl_mechanism=PLAIN`,
          );
          await hotrod.cache().set('k', 'v');
          await hotrod.close();
        },
        secured.url,
      );
      const all = stdout + (await readFile(file, 'utf8'));
      expect(stdout).toMatch(/> auth .*mechanism "?PLAIN"? .*\(masked\)/);
      expect(all).not.toContain('hunter2');
      expect(all).not.toContain(Buffer.from('hunter2').toString('hex'));
      expect(all).not.toContain(
        Buffer.from('hunter2')
          .toString('hex')
          .replaceAll(/..(?!$)/g, '$& '),
      );
    } finally {
      await secured.close();
    }
  });

  it('says that a client which follows the cluster leaves the trace', async () => {
    await using cluster = await HotRodCluster.start({ nodes: 2, caches: { users: {} } });
    const { stdout } = await traced(
      [],
      async (url) => {
        const hotrod = await HotRodClient.connect(`${url}/users`);
        await hotrod.cache().get('k');
        await hotrod.close();
      },
      cluster.nodes[0]!.url,
    );
    expect(stdout).toMatch(/topology -?\d+: 127\.0\.0\.1:\d+, 127\.0\.0\.1:\d+; 256 segments/);
    expect(stdout).toContain('client_intelligence=BASIC to see everything');
  });

  it('lets bytes pass that it does not understand, and a large value whole', async () => {
    await using web = await startRudeServer({ kind: 'html' });
    const { stdout } = await traced(
      [],
      async (url) => {
        const answer = await fetch(url.replace('hotrod:', 'http:'));
        expect(await answer.text()).toContain('It works!');
      },
      `hotrod://${web.address}`,
    );
    expect(stdout).toMatch(/> not decoded: .*HOTROD_BAD_MAGIC.*forwarded without being decoded/);
    const large = 'x'.repeat(5_000_000);
    await traced([], async (url) => {
      const hotrod = await client(url);
      await hotrod.cache().set('large', large);
      expect(await hotrod.cache().get('large')).toBe(large);
      await hotrod.close();
    });
  });

  it('tells what a server that dies left unanswered, and that nobody listens there any more', async () => {
    await using dying = await startRudeServer({ kind: 'silent' });
    const { stdout } = await traced(
      [],
      async (url) => {
        const { hostname, port } = new URL(url.replace('hotrod:', 'http:'));
        const socket = connect({ host: hostname, port: Number(port) });
        socket.on('error', () => undefined);
        socket.write(Buffer.from('a0011417000001ffffffff0f', 'hex'));
        await arrived(() => dying.received().length > 0);
        const closed = new Promise((resolve) => socket.once('close', resolve));
        await dying.close();
        await closed;
        const again = connect({ host: hostname, port: Number(port) });
        again.on('error', () => undefined);
        await new Promise((resolve) => again.once('close', resolve));
      },
      `hotrod://${dying.address}`,
    );
    expect(stdout).toMatch(/c1 {2}· ping #1 was not answered/);
    expect(stdout).toMatch(/c2 {2}· .* was not connected: .*ECONNREFUSED/);
  });

  it('speaks TLS with the server, and plainly with the client', async () => {
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
    const secure = `hotrods://localhost:${(front.address() as AddressInfo).port}`;
    const { stdout } = await traced(
      [],
      async (url) => {
        const hotrod = await client(url);
        await hotrod.cache().set('secret', 'v');
        await hotrod.close();
      },
      `${secure}?trust_store_file_name=${pem('authority')}`,
    );
    expect(stdout).toMatch(/> put .*key "secret"/);
    const untrusted = await traced(
      [],
      async (url) => {
        await expect(client(url)).rejects.toThrow();
      },
      secure,
    );
    expect(untrusted.stdout).toMatch(/was not connected: .*certificate/);
    await new Promise((resolve) => front.close(resolve));
  });

  it('does not let a client send faster than the server takes', async () => {
    await using deaf = await startRudeServer({ kind: 'deaf' });
    await traced(
      [],
      async (url) => {
        const { hostname, port } = new URL(url.replace('hotrod:', 'http:'));
        const socket = connect({ host: hostname, port: Number(port) });
        socket.on('error', () => undefined);
        let sent = 0;
        const megabyte = Buffer.alloc(1024 * 1024, 7);
        // Two buffers of the kernel and those of the trace fill; then nothing more is taken.
        while (sent < 64 && socket.write(megabyte)) sent++;
        while (sent < 64 && (await drainedSoon(socket))) {
          socket.write(megabyte);
          sent++;
        }
        expect(sent).toBeLessThan(64);
        socket.destroy();
      },
      `hotrod://${deaf.address}`,
    );
  });

  it.each([
    [['trace'], 'missing required argument'],
    [['trace', 'hustdb://127.0.0.1:1'], 'only Hot Rod can be traced'],
    [['trace', 'hotrod://127.0.0.1:1', '--listen', 'nowhere'], '--listen nowhere is no address'],
    [['trace', 'hotrod://127.0.0.1:1', '--hex', '--ndjson'], '--hex is for people'],
    [['trace', 'nobody'], 'there is no profile nobody'],
  ])('refuses %j with 1', async (args, message) => {
    const { code, stderr } = await runInProcess(args);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });
});

async function arrived(isThere: () => boolean): Promise<void> {
  while (!isThere()) await new Promise((resolve) => setImmediate(resolve));
}

/** Whether a socket takes more within a second. */
function drainedSoon(socket: ReturnType<typeof connect>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), 1000);
    socket.once('drain', () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
