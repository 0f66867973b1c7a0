import { startInfinispan } from '@kvtwin/conformance';
import { HotRodClient } from '@kvtwin/hotrod-client';
import { type Cell, cellName } from '../cell.js';
import { CLIENT_TITLES, type ClientName, type ClientUnderTest } from '../client-name.js';
import { startClients } from '../client-under-test.js';
import { against, cpuRatio, figuresOf, type Goal, speedRatio } from '../figures.js';
import { markdownTable } from '../markdown-table.js';
import { pin } from '../pin.js';
import { measureInTurns } from '../rounds.js';
import { keysOf, SIZES } from '../workload.js';
import type { Section } from './section.js';

const CACHE = 'operations';
const ENTRIES = 20_000;

interface Row {
  readonly cell: Cell;
  /** Ours to the Java client's. */
  readonly goal?: Goal;
}

/** In this order: the iteration before larger values lie in the cache, and they are read after they were put. */
const ROWS: readonly Row[] = [
  { cell: { operation: 'get', size: '100 B', depth: 1 }, goal: { atMost: 1.15 } },
  { cell: { operation: 'get', size: '100 B', depth: 64 }, goal: { atMost: 0.65 } },
  { cell: { operation: 'get', size: '100 B', depth: 512 }, goal: { atMost: 0.35 } },
  { cell: { operation: 'getWithMetadata', size: '100 B', depth: 64 }, goal: { atMost: 0.65 } },
  { cell: { operation: 'put', size: '100 B', depth: 64 }, goal: { atMost: 1.15 } },
  { cell: { operation: 'getAll', size: '100 B', depth: 1, count: 1024 } },
  { cell: { operation: 'iterate', size: '100 B', depth: 1 } },
  { cell: { operation: 'put', size: '64 KiB', depth: 8 } },
  { cell: { operation: 'get', size: '64 KiB', depth: 8 } },
];

const NAMES: readonly ClientName[] = ['kvtwin', 'npm', 'java'];

/** The clients on a real server. */
export const infinispanSection: Section = {
  name: 'infinispan',
  run: async ({ quick, log }) => {
    const server = await startInfinispan({ site: 'bench', log }).catch((error: Error) => error);
    if (server instanceof Error) {
      log(`the real Infinispan is left out: ${server.message}`);
      return `## On a real Infinispan\n\nNot measured here: ${server.message.split('\n')[0]}`;
    }
    const clients: ClientUnderTest[] = [];
    try {
      pin(server.pid, 'server');
      await fill(server.url);
      clients.push(...(await startClients({ names: NAMES, port: server.port, cache: CACHE, log })));
      const rounds = quick ? 2 : 4;
      const cells = ROWS.map(({ cell }) => cell);
      const measured = await measureInTurns(clients, cells, { rounds, roundMs: 400, warmUpMs: 400 });
      const names = NAMES.filter((name) => clients.some((client) => client.name === name));
      const table = markdownTable(
        [
          'operation',
          ...names.map((name) => CLIENT_TITLES[name]),
          'CPU to Java',
          'ops/s to Java',
          'CPU of npm to ours',
        ],
        measured.map((cell, at) => [
          cellName(cell.cell),
          ...names.map((name) => figuresOf(cell, name)),
          against(cpuRatio(cell, 'kvtwin', 'java'), ROWS[at]!.goal),
          against(speedRatio(cell, 'kvtwin', 'java'), undefined),
          against(cpuRatio(cell, 'npm', 'kvtwin'), undefined, 1),
        ]),
      );
      return `## On a real Infinispan

Infinispan 16.0.7, one node with ${ENTRIES.toLocaleString('en')} entries, on a core of its own (with the first of Java's two compilers only, so it is the
bottleneck wherever many are in flight). Cells as above, ${rounds} rounds of 0.4 s.

${table}`;
    } finally {
      for (const client of clients) await client.stop();
      await server.stop();
    }
  },
};

async function fill(url: string): Promise<void> {
  const client = await HotRodClient.connect(`${url}/${CACHE}`);
  const cache = client.cache();
  const value = 'v'.repeat(SIZES['100 B'].bytes);
  await cache.setMany(keysOf('100 B', ENTRIES).map((key) => [key, value] as const));
  await client.close();
}
