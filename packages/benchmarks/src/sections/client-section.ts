import { type Cell, cellName } from '../cell.js';
import { CLIENT_TITLES, type ClientName, type ClientUnderTest } from '../client-name.js';
import { NodeClient, startClients } from '../client-under-test.js';
import { startConstantServer } from '../constant-server.js';
import { against, cpuRatio, figuresOf, type Goal, isMet, speedRatio } from '../figures.js';
import { markdownTable } from '../markdown-table.js';
import { profileTable } from '../profile-table.js';
import { type CellRounds, measureInTurns } from '../rounds.js';
import type { Section, SectionContext } from './section.js';

const DEPTHS = [1, 8, 64, 512, 4096];
const CACHE = 'bench';

interface DepthGoals {
  readonly speedToRaw?: Goal;
  readonly speedToNpm?: Goal;
  readonly npmCpu?: Goal;
}

const GOALS: Readonly<Record<number, DepthGoals>> = {
  1: { speedToRaw: { atLeast: 0.9 }, npmCpu: { atLeast: 2.5 } },
  8: { speedToRaw: { atLeast: 0.8 }, npmCpu: { atLeast: 9 } },
  64: { speedToRaw: { atLeast: 0.5 }, speedToNpm: { atLeast: 20 }, npmCpu: { atLeast: 40 } },
  512: { speedToRaw: { atLeast: 0.25 }, speedToNpm: { atLeast: 50 }, npmCpu: { atLeast: 90 } },
};

const EVERYBODY: readonly ClientName[] = ['raw', 'kvtwin', 'npm', 'java'];

/** The clients against a server that answers with constants: gets of 100 bytes. */
export const clientSection: Section = {
  name: 'client',
  run: async (context) => {
    const cells = DEPTHS.map((depth): Cell => ({ operation: 'get', size: '100 B', depth }));
    const rounds = context.quick ? 2 : 5;
    const { measured, writtenIn, profiles } = await onConstantServer(context, async (clients, port) => {
      const result = await measureInTurns(clients, cells, { rounds, roundMs: 350, warmUpMs: 250 });
      return { measured: result, profiles: await profilesOfMissed(result, port) };
    });
    const names = EVERYBODY.filter((name) => measured[0]!.rounds.has(name));
    const head = ['in flight', ...names.map((name) => CLIENT_TITLES[name])];
    const table = markdownTable(
      [...head, 'ops/s to raw', 'ops/s to npm', 'CPU of npm to ours'],
      measured.map((cell) => {
        const { depth } = cell.cell;
        const goals = GOALS[depth];
        return [
          depth.toLocaleString('en'),
          ...names.map((name) => figuresOf(cell, name)),
          against(speedRatio(cell, 'kvtwin', 'raw'), goals?.speedToRaw),
          against(speedRatio(cell, 'kvtwin', 'npm'), goals?.speedToNpm, 1),
          against(cpuRatio(cell, 'npm', 'kvtwin'), goals?.npmCpu, 1),
        ];
      }),
    );
    return `## Hot Rod clients, get of 100 bytes

Each client in a process of its own, on one connection to a server written in ${writtenIn} that answers at almost no cost. The raw
socket sends requests that were encoded before and counts the bytes of the answers: no client can be faster. Cells: operations per
second (median of ${rounds} rounds of 0.35 s, taken in turns), the client's CPU time for each (the least of them), p50 / p99 of the time that
a call took. Ratios of operations per second are medians of the ratios within a round.

${table}${profiles}`;
  },
};

/** The same for other operations and larger values. */
export const operationsSection: Section = {
  name: 'operations',
  run: async (context) => {
    const cells: Cell[] = [
      { operation: 'getWithMetadata', size: '100 B', depth: 64 },
      { operation: 'put', size: '100 B', depth: 64 },
      { operation: 'get', size: '1 KiB', depth: 64 },
      { operation: 'put', size: '1 KiB', depth: 64 },
      { operation: 'get', size: '64 KiB', depth: 64 },
      { operation: 'put', size: '64 KiB', depth: 64 },
      { operation: 'getAll', size: '100 B', depth: 1, count: 1024 },
      { operation: 'iterate', size: '100 B', depth: 1 },
      { operation: 'get', size: '16 MiB', depth: 1 },
      { operation: 'put', size: '16 MiB', depth: 1 },
    ];
    const rounds = context.quick ? 1 : 3;
    const { measured } = await onConstantServer(context, async (clients) => ({
      measured: await measureInTurns(clients, cells, { rounds, roundMs: 350, warmUpMs: 200 }),
    }));
    const names = EVERYBODY.filter((name) => measured[0]!.rounds.has(name));
    const table = markdownTable(
      [
        'operation',
        ...names.map((name) => CLIENT_TITLES[name]),
        'ops/s to raw',
        'CPU of npm to ours',
        'CPU of Java to ours',
      ],
      measured.map((cell) => [
        cellName(cell.cell),
        ...names.map((name) => figuresOf(cell, name)),
        against(speedRatio(cell, 'kvtwin', 'raw'), undefined),
        against(cpuRatio(cell, 'npm', 'kvtwin'), undefined, 1),
        against(cpuRatio(cell, 'java', 'kvtwin'), undefined),
      ]),
    );
    return `## Hot Rod clients, other operations and sizes

As above, ${rounds} rounds. Values are texts. An operation of the iteration is one of 20,000 entries, read in batches of 1,000.

${table}`;
  },
};

async function onConstantServer<Result>(
  { log }: SectionContext,
  work: (clients: readonly ClientUnderTest[], port: number) => Promise<Result>,
): Promise<Result & { writtenIn: string }> {
  const server = await startConstantServer(log);
  const clients: ClientUnderTest[] = [];
  try {
    clients.push(...(await startClients({ names: EVERYBODY, port: server.port, cache: CACHE, log })));
    return { ...(await work(clients, server.port)), writtenIn: server.writtenIn };
  } finally {
    for (const client of clients) await client.stop();
    await server.stop();
  }
}

/** What stands between a missed goal and us. */
async function profilesOfMissed(measured: readonly CellRounds[], port: number): Promise<string> {
  const missed = measured.filter((cell) => {
    const goals = GOALS[cell.cell.depth];
    const pairs = [
      [speedRatio(cell, 'kvtwin', 'raw'), goals?.speedToRaw],
      [speedRatio(cell, 'kvtwin', 'npm'), goals?.speedToNpm],
      [cpuRatio(cell, 'npm', 'kvtwin'), goals?.npmCpu],
    ] as const;
    return pairs.some(([value, goal]) => value !== undefined && goal !== undefined && !isMet(value, goal));
  });
  if (missed.length === 0) return '';
  const client = await NodeClient.start('kvtwin', port, CACHE);
  const parts: string[] = [];
  try {
    for (const { cell } of missed) {
      await client.measure(cell, 300);
      const title = `What the client's time goes into at ${cell.depth} in flight`;
      parts.push(profileTable(title, await client.profile(cell, 1_000)));
    }
  } finally {
    await client.stop();
  }
  const why =
    'Where a goal was missed: with few in flight each call pays alone for a write to the socket, a look at it and the turns of ' +
    "the loop between, which leaves a client's own work little weight; with many, what is left is spread thinly over the " +
    "promise of each call, its text, its place in the statistics, and the caller's own loop.";
  return `\n\n${why}\n\n${parts.join('\n\n')}`;
}
