// Replays the scenarios recorded from a real HustDB (packages/testkit/vectors/hustdb-scenarios) against `kvtwin proxy`
// over two `kvtwin serve hustdb`, and over two nodes that stand on embedded Hot Rod servers.
//
//   node .ci/replay-scenarios.mjs [--source] [--only GLOB]… [--defects] [--slow] [--stage nodes|stores] [--keep] [-v]
//
// --source    run the sources, bundled now, instead of the built command
// --only      scenarios by name or path, as replay.py takes it; may be repeated
// --defects   those marked as defects too (not counted as failures of this script alone: replay.py reports them)
// --slow      those that wait for repairs, too
// --stage     one stage only
// --keep      leave the folder with the servers' data and output
//
// Needs python3. Prints one line per folder and, last, a line in vitest's form: "Tests  N failed | N passed (N)".
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const repository = fileURLToPath(new URL('..', import.meta.url));
const scenarios = join(repository, 'packages/testkit/vectors/hustdb-scenarios');
const CREDENTIALS = 'huststore:huststore';

/** A server of this repository is up in a second; a busy machine may take many. */
const START_LIMIT_MS = 60_000;
/** All scenarios take half a minute; those with repairs a few minutes more. */
const REPLAY_LIMIT_MS = 600_000;

const { values: flags } = parseArgs({
  options: {
    source: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    defects: { type: 'boolean', default: false },
    slow: { type: 'boolean', default: false },
    stage: { type: 'string' },
    keep: { type: 'boolean', default: false },
    verbose: { type: 'boolean', short: 'v', default: false },
  },
});

const folder = mkdtempSync(join(tmpdir(), 'kvtwin-replay-'));
const users = join(folder, 'users');
writeFileSync(users, `${CREDENTIALS}\n`);

/** Everything that was started, so that nothing outlives this script. */
const running = new Set();
process.once('exit', () => {
  for (const server of running) server.child.kill('SIGKILL');
  if (!flags.keep) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.once(signal, () => process.exit(1));

const command = flags.source ? await bundleSources() : join(repository, 'apps/cli/bin/kvtwin.js');

/** The command line as one file, made from the sources. It stands where the packages that it needs are found. */
async function bundleSources() {
  const { build } = await import('esbuild');
  const outfile = join(repository, 'apps/cli/node_modules/.cache/kvtwin-replay', `kvtwin-${process.pid}.mjs`);
  process.once('exit', () => {
    rmSync(outfile, { force: true });
    rmSync(`${outfile}.map`, { force: true });
  });
  const ours = /^@kvtwin\//;
  await build({
    entryPoints: [join(repository, 'apps/cli/src/main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: true,
    conditions: ['@kvtwin/source'],
    logLevel: 'error',
    plugins: [
      {
        name: 'packages-of-npm-stay-outside',
        setup(bundler) {
          bundler.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
            kind === 'entry-point' || ours.test(path) ? undefined : { external: true },
          );
        },
      },
    ],
  });
  return outfile;
}

function freePort() {
  return new Promise((done, failed) => {
    const server = createTcpServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
    server.once('error', failed);
  });
}

/** Starts `kvtwin …args --json` and waits for its line. Its output goes to a file of its name. */
async function start(name, args) {
  const log = join(folder, `${name}.log`);
  const output = openSync(log, 'a');
  const child = spawn(process.execPath, ['--enable-source-maps', command, ...args, '--json'], {
    stdio: ['ignore', 'pipe', output],
    env: { ...process.env, KVTWIN_CONFIG: join(folder, 'config'), KVTWIN_AUTH: '' },
  });
  closeSync(output);
  const server = { name, args, child, exit: once(child, 'exit') };
  running.add(server);
  server.exit.then(() => running.delete(server));
  const line = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([text]) => text),
    server.exit.then(() => undefined),
    new Promise((done) => setTimeout(done, START_LIMIT_MS).unref()),
  ]);
  if (line === undefined) {
    throw new Error(`kvtwin ${args.join(' ')} did not start:\n${readFileSync(log, 'utf8').slice(-4000)}`);
  }
  return { ...server, told: JSON.parse(line) };
}

async function stop(server, signal = 'SIGTERM') {
  server.child.kill(signal);
  await server.exit;
}

/** A node that can be stopped and started again on its port and its data. */
async function startNode(name, more) {
  const port = await freePort();
  const args = ['serve', 'hustdb', '--port', String(port), '--auth-file', users, ...more];
  const node = { name, url: `http://127.0.0.1:${port}`, server: await start(name, args) };
  node.backend = `hustdb://${CREDENTIALS}@127.0.0.1:${port}`;
  node.start = async () => {
    node.server ??= await start(name, args);
  };
  node.stop = async (signal) => {
    const { server } = node;
    node.server = undefined;
    if (server !== undefined) await stop(server, signal);
  };
  return node;
}

/** Hears `stop m1` and the like from replay.py's control command. The second node does not get to say goodbye. */
async function startControl([m1, m2]) {
  const act = {
    '/stop/m1': () => m1.stop('SIGTERM'),
    '/start/m1': () => m1.start(),
    '/stop/m2': () => m2.stop('SIGKILL'),
    '/start/m2': () => m2.start(),
  };
  const server = createServer((request, response) => {
    Promise.resolve(act[request.url]?.() ?? Promise.reject(new Error(request.url))).then(
      () => response.end(),
      (error) => response.writeHead(500).end(String(error)),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}/{action}/{node}`;
  return { command: `curl -sSf ${url}`, close: () => server.close() };
}

/** Runs replay.py and counts what it says in its last line. */
async function replay(stage, proxy, [m1, m2], { only, control, slow }) {
  const args = [
    join(scenarios, 'replay.py'),
    ...['--ha', `http://127.0.0.1:${proxy.told.port}`, '--m1', m1.url, '--m2', m2.url],
    ...['--auth', CREDENTIALS, '--retry', '1'],
    ...(flags.defects ? [] : ['--skip-defects']),
    ...(slow ? ['--slow'] : []),
    ...(control === undefined ? [] : ['--control', control.command]),
    ...(flags.verbose ? ['-v'] : []),
    ...only.flatMap((glob) => ['--only', glob]),
    join(scenarios, 'scenarios'),
  ];
  const child = spawn('python3', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const limit = setTimeout(() => child.kill('SIGKILL'), REPLAY_LIMIT_MS);
  let last = '';
  const lines = createInterface(child.stdout);
  lines.on('line', (line) => {
    last = line;
    console.log(`${stage}: ${line}`);
  });
  await once(lines, 'close');
  clearTimeout(limit);
  const [, passed, failed] = /^(\d+) passed, (\d+) failed$/.exec(last) ?? ['', '0', '1'];
  return { passed: Number(passed), failed: Number(failed) };
}

const FOLDERS = ['cache', 'hash', 'http', 'kv', 'list', 'node', 'outage', 'pair', 'service', 'set', 'split'];
const ALL = [...FOLDERS, 'version-64', 'zset'].map((name) => `${name}/*`);

/** The proxy over two nodes that keep their data, with outages. */
async function overNodes() {
  const kept = (name) => ['--data', join(folder, `data-${name}`)];
  const nodes = [await startNode('m1', kept('m1')), await startNode('m2', kept('m2'))];
  const sides = ['--first', nodes[0].backend, '--second', nodes[1].backend];
  const journal = ['--journal', join(folder, 'journal')];
  const proxy = await start('proxy', ['proxy', '--port', '0', '--auth-file', users, ...journal, ...sides]);
  const control = await startControl(nodes);
  try {
    return await replay('nodes', proxy, nodes, { only: flags.only ?? ALL, control, slow: flags.slow });
  } finally {
    control.close();
    await stop(proxy);
    for (const node of nodes) await node.stop();
  }
}

const STORE_FOLDERS = ['hash', 'kv', 'list', 'pair', 'set', 'split', 'zset'];

/** The same over two nodes that stand on embedded Hot Rod servers. */
async function overStores() {
  const caches = [];
  for (const name of ['lon', 'nyc']) caches.push(await start(name, ['serve', 'hotrod', '--port', '0']));
  const store = ({ told }) => ['--store', `${told.url}/octets?envelope=1`];
  const nodes = [await startNode('s1', store(caches[0])), await startNode('s2', store(caches[1]))];
  const sides = ['--first', nodes[0].backend, '--second', nodes[1].backend];
  const journal = ['--journal', join(folder, 'journal-stores')];
  const proxy = await start('proxy-stores', [
    'proxy',
    '--port',
    '0',
    '--auth-file',
    users,
    ...journal,
    ...sides,
  ]);
  try {
    const only = flags.only ?? STORE_FOLDERS.map((name) => `${name}/*`);
    return await replay('stores', proxy, nodes, { only, slow: false });
  } finally {
    await stop(proxy);
    for (const node of nodes) await node.stop();
    for (const cache of caches) await stop(cache);
  }
}

const stages = { nodes: overNodes, stores: overStores };

let passed = 0;
let failed = 0;
for (const [name, run] of Object.entries(stages)) {
  if (flags.stage !== undefined && flags.stage !== name) continue;
  const result = await run();
  passed += result.passed;
  failed += result.failed;
}
if (flags.keep) console.log(`kept: ${folder}`);
console.log(`Tests  ${failed > 0 ? `${failed} failed | ` : ''}${passed} passed (${passed + failed})`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
