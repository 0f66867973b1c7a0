import type { Cell } from '../cell.js';
import { CLIENT_TITLES } from '../client-name.js';
import { NodeClient } from '../client-under-test.js';
import { startConstantServer } from '../constant-server.js';
import { against } from '../figures.js';
import { startJavaClient } from '../java-client.js';
import { markdownTable } from '../markdown-table.js';
import { least } from '../statistics.js';
import type { Section } from './section.js';

const CELLS: readonly Cell[] = [
  { operation: 'get', size: '100 B', depth: 64 },
  { operation: 'getWithMetadata', size: '100 B', depth: 64 },
  { operation: 'put', size: '100 B', depth: 64 },
];
/** With npm's 16 KB a call they fit the young generation. */
const CALLS = 5_000;
const ROUNDS = 3;
const GOAL_OF_GET = { atMost: 700 };

/** Bytes that a call asks the heap for. */
export const allocationSection: Section = {
  name: 'allocation',
  run: async ({ log }) => {
    const server = await startConstantServer(log);
    try {
      const rows = new Map<string, string[]>();
      for (const name of ['kvtwin', 'npm'] as const) {
        const client = await NodeClient.start(name, server.port, 'bench', { roomy: true });
        const row: string[] = [];
        for (const cell of CELLS) {
          const bytes: number[] = [];
          for (let round = 0; round < ROUNDS; round++) {
            bytes.push((await client.allocation(cell, CALLS)).allocatedBytes!);
          }
          const goal = name === 'kvtwin' && cell.operation === 'get' ? GOAL_OF_GET : undefined;
          row.push(against(least(bytes), goal, 0));
        }
        rows.set(CLIENT_TITLES[name], row);
        await client.stop();
      }
      const java = await startJavaClient(server.port, 'bench', log);
      if (java !== undefined) {
        const row: string[] = [];
        for (const cell of CELLS) row.push((await java.measure(cell, 500)).allocatedBytes!.toFixed(0));
        rows.set(CLIENT_TITLES.java, row);
        await java.stop();
      }
      const table = markdownTable(
        ['bytes of heap for each', ...CELLS.map(({ operation }) => `${operation} 100 B`)],
        [...rows].map(([title, row]) => [title, ...row]),
      );
      return `## Allocation

64 in flight, constant server; the heap's growth over ${CALLS.toLocaleString('en')} calls without a collection between, the least of ${ROUNDS} rounds.
The caller's own loop and promise are in it: of a get, about 420 bytes are the promise with its two ends and the await on it, 120 the
value's text, 190 the call that waits for its answer with what timeouts and retries need, 70 its key and its reply.

${table}`;
    } finally {
      await server.stop();
    }
  },
};
