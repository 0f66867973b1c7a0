// What a newcomer does after `npm ci`: npm start, the curl samples of the README, Ctrl-C.
// Prints one line per check and, last, a line in vitest's form: "Tests  N failed | N passed (N)".
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A first build of all packages on a small machine is part of it. */
const START_LIMIT_MS = 360_000;
const STOP_LIMIT_MS = 15_000;

/** Profiles go here, so that nothing of this machine counts, and what is left behind shows. */
const configuration = mkdtempSync(join(tmpdir(), 'kvtwin-smoke-'));
const env = { ...process.env, KVTWIN_CONFIG: configuration };

let passed = 0;
let failed = 0;

function check(title, ok, detail = '') {
  console.log(`${ok ? 'ok' : 'FAILED'}  ${title}${ok ? '' : `\n${detail}`}`);
  ok ? passed++ : failed++;
}

/** Starts in a process group of its own, so that the signal reaches all of it, as Ctrl-C at a terminal does. */
function startDemo() {
  const child = spawn('npm', ['start'], { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env });
  const demo = { child, output: '', ended: false };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      demo.output += chunk;
      process.stdout.write(chunk);
    });
  }
  demo.end = new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      demo.ended = true;
      resolve({ code, signal });
    });
  });
  process.once('exit', () => signalGroup(demo, 'SIGKILL'));
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
    process.once(signal, () => process.exit(1));
  }
  return demo;
}

function signalGroup(demo, signal) {
  try {
    process.kill(-demo.child.pid, signal);
  } catch {
    // The group is gone already.
  }
}

/** Command lines of those in the process group that still run; a zombie waits only for its parent to look. */
function membersOf(group) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const [state, , pgid] = readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ');
        const runs = Number(pgid) === group && state !== 'Z';
        return runs ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')] : [];
      } catch {
        return []; // it ended meanwhile
      }
    });
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function addressesIn(output) {
  const addresses = output.matchAll(/http:\/\/(?:127\.0\.0\.1|localhost):\d+/g);
  return [...new Set([...addresses].map(([address]) => address))];
}

/** The demo prints all of its addresses before the line that says what to run next. */
async function addressesOf(demo) {
  const limit = Date.now() + START_LIMIT_MS;
  while (!demo.ended && Date.now() < limit) {
    if (/kvtwin diff/.test(demo.output) && addressesIn(demo.output).length >= 3) {
      await pause(500);
      return addressesIn(demo.output);
    }
    await pause(200);
  }
  return [];
}

async function curl(url) {
  const { stdout } = await run('curl', ['-s', '-i', '--max-time', '10', url]);
  const [head = '', body = ''] = stdout.split(/\r\n\r\n(.*)/s);
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
  return { status: Number(statusLine.split(' ')[1]), headers, body, text: stdout };
}

/** `headers`: name to expected value; `undefined` where the header must not be there. */
async function checkSample(url, { status, headers, body }) {
  const reply = await curl(url).catch((error) => ({ headers: {}, text: String(error) }));
  const wrong = Object.entries(headers).filter(([name, value]) => reply.headers[name] !== value);
  const ok = reply.status === status && wrong.length === 0 && (body === undefined || reply.body === body);
  check(`curl -i "${url}" answers ${status} ${JSON.stringify(headers)}`, ok, reply.text);
}

function listens(address) {
  const { hostname, port } = new URL(address);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function checkSamples([pair, sites, lame]) {
  const at = (address, key) => `${address}/hget2?tb=test_table&key=${key}`;
  const none = undefined;
  await checkSample(at(pair, 'test_key'), {
    status: 200,
    headers: { version: '1', version1: none, version2: none, 'val-offset': none },
    body: 'hustdbhavalue',
  });
  await checkSample(at(pair, 'test_key1'), {
    status: 200,
    headers: { version: none, version1: '1', version2: '2', 'val-offset': none },
    body: 'hustdbhavalue',
  });
  await checkSample(at(pair, 'test_key2'), {
    status: 409,
    headers: { version: '1', version1: none, version2: none, 'val-offset': '13' },
    body: 'hustdbhavalue1111111111111',
  });
  const diverged = { version: none, version1: '1', version2: '2', 'val-offset': '13' };
  await checkSample(at(pair, 'test_key3'), { status: 409, headers: diverged });
  await checkSample(at(pair, 'one_sided'), { status: 404, headers: {} });
  await checkSample(at(sites, 'one_sided'), { status: 409, headers: { 'x-outcome': 'one-sided' } });
  await checkSample(at(lame, 'test_key'), { status: 503, headers: { 'x-outcome': 'unreadable' } });
}

/** What the demo says to try next: its profile is active, so no URL is needed. */
async function checkDiff() {
  const {
    code,
    stdout = '',
    stderr = '',
  } = await run('npx', ['kvtwin', 'diff', '--json'], { env }).catch((error) => error);
  const differences = code === 2 ? JSON.parse(stdout).differences : 0;
  check(
    'npx kvtwin diff finds the drift of the two sites, exit code 2',
    differences > 0,
    `${code}\n${stdout}${stderr}`,
  );
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
}

async function checkCtrlC(demo, addresses) {
  signalGroup(demo, 'SIGINT');
  const end = await Promise.race([demo.end, pause(STOP_LIMIT_MS)]);
  check('Ctrl-C ends it', end !== undefined, `still running after ${STOP_LIMIT_MS} ms`);
  await pause(300);
  const left = membersOf(demo.child.pid);
  check('Ctrl-C leaves no process behind', left.length === 0, left.join('\n'));
  const listening = await Promise.all(addresses.map(listens));
  const files = filesBelow(configuration);
  check('Ctrl-C leaves no profile behind', files.length === 0, files.map(({ name }) => name).join(' '));
  check('Ctrl-C leaves no port open', !listening.includes(true), addresses.join(' '));
}

const demo = startDemo();
const addresses = await addressesOf(demo);
check('npm start prints the addresses of three proxies', addresses.length >= 3, demo.output);
if (addresses.length >= 3) {
  await checkSamples(addresses);
  await checkDiff();
  await checkCtrlC(demo, addresses);
}
rmSync(configuration, { recursive: true, force: true });
console.log(` Tests  ${failed} failed | ${passed} passed (${failed + passed})`);
process.exit(failed === 0 ? 0 : 1);
