import autocannon from 'autocannon';
import { BenchProcess } from './bench-process.js';
import { markdownTable } from './markdown-table.js';
import { least, median } from './statistics.js';
import { WORKLOAD } from './workload.js';

/** One path of one server under load for a second or two. */
export interface ProxyRound {
  readonly round: number;
  readonly target: string;
  readonly perSecond: number;
  /** CPU of the server's process for each request, in microseconds. */
  readonly cpuMicros: number;
  readonly p99Ms: number;
}

interface Target {
  readonly name: string;
  readonly server: BenchProcess;
  readonly path: string;
}

const BARE = 'node:http, constant answer';
const CONNECTIONS = 32;
const ROUND_SECONDS = 1.5;
const GOALS: Readonly<Record<string, number>> = {
  '/get over two Hot Rod stores': 0.65,
  '/hget2 over two Hot Rod stores': 0.5,
};

/** Measures a bare node:http server and the proxy, round by round one after the other. */
export async function measureProxy(rounds: number): Promise<readonly ProxyRound[]> {
  const started: BenchProcess[] = [];
  const start = async (name: string, args: readonly string[] = []): Promise<BenchProcess> => {
    const process = await BenchProcess.start(name, args);
    started.push(process);
    return process;
  };
  try {
    const bare = await start('serve-http');
    const stores = await start('serve-stores');
    const overHotRod = await start('serve-http', stores.ready as string[]);
    const overMemory = await start('serve-http', ['memory:first', 'memory:second']);
    const get = `/get?key=${WORKLOAD.key}`;
    const pair = `/hget2?tb=${WORKLOAD.table}&key=${WORKLOAD.key}`;
    const targets = [
      { name: BARE, server: bare, path: get },
      { name: '/get over memory', server: overMemory, path: get },
      { name: '/hget2 over memory', server: overMemory, path: pair },
      { name: '/get over two Hot Rod stores', server: overHotRod, path: get },
      { name: '/hget2 over two Hot Rod stores', server: overHotRod, path: pair },
    ];
    return await measureInTurns(targets, rounds);
  } finally {
    for (const process of started.reverse()) await process.stop();
  }
}

async function measureInTurns(targets: readonly Target[], rounds: number): Promise<ProxyRound[]> {
  const measured: ProxyRound[] = [];
  for (let round = 0; round <= rounds; round++) {
    for (const target of targets) {
      const seconds = round === 0 ? 1 : ROUND_SECONDS;
      const result = await measure(target, round, seconds);
      // The first round warms up.
      if (round > 0) measured.push(result);
    }
  }
  return measured;
}

async function measure({ name, server, path }: Target, round: number, seconds: number): Promise<ProxyRound> {
  const cpuBefore = await server.cpuMicros();
  const result = await autocannon({
    url: `${server.ready}${path}`,
    connections: CONNECTIONS,
    duration: seconds,
  });
  const cpuMicros = (await server.cpuMicros()) - cpuBefore;
  const answered = result['2xx'];
  if (result.non2xx > 0 || result.errors > 0 || answered === 0) {
    throw new Error(
      `${name}: ${result.non2xx} answers other than 2xx, ${result.errors} errors, ${answered} answers`,
    );
  }
  return {
    round,
    target: name,
    perSecond: answered / result.duration,
    cpuMicros: cpuMicros / answered,
    p99Ms: result.latency.p99,
  };
}

/** A row for each target; ratios are to the bare server of the same round. */
export function proxyTable(rounds: readonly ProxyRound[]): string {
  const bare = rounds.filter((round) => round.target === BARE);
  const bareCost = least(bare.map((round) => round.cpuMicros));
  const names = [...new Set(rounds.map((round) => round.target))];
  return markdownTable(
    ['target', 'req/s', 'req/s to bare', 'goal', 'server CPU µs', 'CPU to bare', 'p99 ms'],
    names.map((name) => {
      const of = rounds.filter((round) => round.target === name);
      const cost = least(of.map((round) => round.cpuMicros));
      const goal = GOALS[name];
      return [
        name,
        median(of.map((round) => round.perSecond)).toFixed(0),
        median(of.map((round, at) => round.perSecond / bare[at]!.perSecond)).toFixed(2),
        goal === undefined ? '' : `≥ ${goal.toFixed(2)}`,
        cost.toFixed(1),
        (cost / bareCost).toFixed(2),
        median(of.map((round) => round.p99Ms)).toFixed(1),
      ];
    }),
  );
}
