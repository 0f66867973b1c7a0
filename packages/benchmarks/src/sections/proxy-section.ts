import autocannon from 'autocannon';
import { BenchProcess } from '../bench-process.js';
import { startConstantServer } from '../constant-server.js';
import { against, type Goal, isMet } from '../figures.js';
import { markdownTable } from '../markdown-table.js';
import { profileTable } from '../profile-table.js';
import type { SelfTime } from '../self-times.js';
import { least, median } from '../statistics.js';
import { WORKLOAD } from '../workload.js';
import type { Section, SectionContext } from './section.js';

/** One path of one server. */
interface Target {
  readonly name: string;
  readonly server: BenchProcess;
  readonly path: string;
  readonly goal?: Goal;
}

/** A target under load for a second or so. */
interface ProxyRound {
  readonly perSecond: number;
  /** CPU of the server's process for each request, in microseconds. */
  readonly cpuMicros: number;
  readonly p99Ms: number;
}

const CONNECTIONS = 32;
const { key, table } = WORKLOAD;
const GET = `/get?key=${key}`;
const HGET = `/hget?tb=${table}&key=${key}`;
const HGET2 = `/hget2?tb=${table}&key=${key}`;

/** The proxy over all kinds of pairs, against a bare node:http server that answers a constant. */
export const proxySection: Section = {
  name: 'proxy',
  run: async (context) => {
    const stops: (() => Promise<void>)[] = [];
    try {
      const targets = await startTargets(context, stops);
      const rounds = context.quick ? 1 : 4;
      const seconds = context.quick ? 1 : 1.5;
      const measured = await measureTargets(targets, rounds, seconds);
      const profiles = await profilesOfMissed(targets, measured);
      return `## Proxy

${CONNECTIONS} connections by autocannon, which shares a core with what stands behind the proxy; the proxy has the other one. The Hot
Rod stores and the HustDB nodes are embedded ones, both of a kind in one process; the constant ones, of either protocol, answer any
request with 100 bytes at next to no cost, so that the proxy is the bottleneck; "pipelined" has \`?connections=4&pipelining=8\` in the URLs
of the constant nodes. The goals are for the constant ones: embedded stores and nodes share their core with the load generator, and what it
can ask is then what they leave it. Median of ${rounds} rounds of ${seconds} s, taken in turns, ratios within a round; CPU is the least of them. The real
HustDB HA over its real nodes reaches 0.48 for \`/hget\` and 0.22 for \`/hget2\` of a bare node:http, measured elsewhere in one run.

${tableOf(targets, measured)}${profiles}`;
    } finally {
      for (const stop of stops.reverse()) await stop();
    }
  },
};

async function startTargets(
  { log }: SectionContext,
  stops: (() => Promise<void>)[],
): Promise<readonly [Target, ...Target[]]> {
  const start = async (
    name: string,
    args: readonly string[] = [],
    isMeasured = true,
  ): Promise<BenchProcess> => {
    const process = await BenchProcess.start(name, args, { core: isMeasured ? 'client' : 'server' });
    stops.push(() => process.stop());
    return process;
  };
  const bare = await start('serve-http');
  const constants = await startConstantServer(log);
  stops.push(() => constants.stop());
  const constant = `hustdb://127.0.0.1:${constants.httpPort}`;
  const stores = await start('serve-stores', ['hotrod'], false);
  const nodes = await start('serve-stores', ['hustdb'], false);
  const overMemory = await start('serve-http', ['memory:first', 'memory:second']);
  const overHotRod = await start('serve-http', stores.ready as string[]);
  const overNodes = await start('serve-http', nodes.ready as string[]);
  const overConstants = await start('serve-http', [constant, constant, 'filled']);
  const pipelined = `${constant}?connections=4&pipelining=8`;
  const overPipelined = await start('serve-http', [pipelined, pipelined, 'filled']);
  // Each table a cache of its own: in a shared one a hash's entries would have to say that they are.
  const constantStore = `hotrod://127.0.0.1:${constants.port}/constant?tables=caches`;
  const overConstantStores = await start('serve-http', [constantStore, constantStore, 'filled']);
  return [
    { name: 'node:http, constant answer', server: bare, path: GET },
    { name: '/get over memory', server: overMemory, path: GET },
    { name: '/hget2 over memory', server: overMemory, path: HGET2 },
    { name: '/get over two Hot Rod stores', server: overHotRod, path: GET },
    { name: '/hget2 over two Hot Rod stores', server: overHotRod, path: HGET2 },
    {
      name: '/get over two constant Hot Rod stores',
      server: overConstantStores,
      path: GET,
      goal: { atLeast: 0.65 },
    },
    {
      name: '/hget2 over two constant Hot Rod stores',
      server: overConstantStores,
      path: HGET2,
      goal: { atLeast: 0.5 },
    },
    { name: '/get over two HustDB nodes', server: overNodes, path: GET },
    { name: '/hget2 over two HustDB nodes', server: overNodes, path: HGET2 },
    { name: '/get over two constant nodes', server: overConstants, path: GET },
    { name: '/hget over two constant nodes', server: overConstants, path: HGET, goal: { atLeast: 0.5 } },
    { name: '/hget2 over two constant nodes', server: overConstants, path: HGET2, goal: { atLeast: 0.3 } },
    { name: '/hget, pipelined', server: overPipelined, path: HGET, goal: { atLeast: 0.5 } },
    { name: '/hget2, pipelined', server: overPipelined, path: HGET2, goal: { atLeast: 0.3 } },
  ];
}

async function measureTargets(
  targets: readonly Target[],
  rounds: number,
  seconds: number,
): Promise<ReadonlyMap<Target, readonly ProxyRound[]>> {
  const measured = new Map<Target, ProxyRound[]>(targets.map((target) => [target, []]));
  for (const target of targets) await measure(target, 1);
  for (let round = 0; round < rounds; round++) {
    for (const target of targets) measured.get(target)!.push(await measure(target, seconds));
  }
  return measured;
}

async function measure({ name, server, path }: Target, seconds: number): Promise<ProxyRound> {
  const cpuBefore = await server.cpuMicros();
  const { url } = server.ready as { url: string };
  const result = await autocannon({ url: `${url}${path}`, connections: CONNECTIONS, duration: seconds });
  const cpuMicros = (await server.cpuMicros()) - cpuBefore;
  const answered = result['2xx'];
  if (result.non2xx > 0 || result.errors > 0 || answered === 0) {
    throw new Error(
      `${name}: ${result.non2xx} answers other than 2xx, ${result.errors} errors, ${answered} answers`,
    );
  }
  return {
    perSecond: answered / result.duration,
    cpuMicros: cpuMicros / answered,
    p99Ms: result.latency.p99,
  };
}

function speedToBare(bare: readonly ProxyRound[], rounds: readonly ProxyRound[]): number {
  return median(rounds.map((round, at) => round.perSecond / bare[at]!.perSecond));
}

/** A row for each target; ratios are to the bare server of the same round. */
function tableOf(
  targets: readonly [Target, ...Target[]],
  measured: ReadonlyMap<Target, readonly ProxyRound[]>,
): string {
  const bare = measured.get(targets[0])!;
  const bareCost = least(bare.map((round) => round.cpuMicros));
  return markdownTable(
    ['target', 'req/s', 'req/s to bare', 'server CPU µs', 'CPU to bare', 'p99 ms'],
    targets.map((target) => {
      const rounds = measured.get(target)!;
      const cost = least(rounds.map((round) => round.cpuMicros));
      return [
        target.name,
        median(rounds.map((round) => round.perSecond)).toFixed(0),
        against(speedToBare(bare, rounds), target.goal),
        cost.toFixed(1),
        (cost / bareCost).toFixed(2),
        median(rounds.map((round) => round.p99Ms)).toFixed(1),
      ];
    }),
  );
}

/** What stands between a missed goal and us. */
async function profilesOfMissed(
  targets: readonly [Target, ...Target[]],
  measured: ReadonlyMap<Target, readonly ProxyRound[]>,
): Promise<string> {
  const bare = measured.get(targets[0])!;
  const parts: string[] = [];
  for (const target of targets) {
    if (target.goal === undefined || isMet(speedToBare(bare, measured.get(target)!), target.goal)) continue;
    await target.server.ask('profile');
    await measure(target, 1.5);
    const times = await target.server.ask<SelfTime[]>('profiled');
    parts.push(profileTable(`What the proxy's time goes into, ${target.name}`, times));
  }
  if (parts.length === 0) return '';
  const why =
    'Where a goal was missed: the bare server does one read and one write of a socket for a request and nothing else; the proxy does ' +
    'both once more for each question to an HTTP side that is not pipelined, so the writes stand first in the profiles.';
  return `\n\n${why}${parts.map((part) => `\n\n${part}`).join('')}`;
}
