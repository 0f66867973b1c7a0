import type { Cell } from '../cell.js';
import { NodeClient } from '../client-under-test.js';
import { startConstantServer } from '../constant-server.js';
import { against, cpuOf, micros } from '../figures.js';
import { markdownTable } from '../markdown-table.js';
import { measureInTurns } from '../rounds.js';
import { SIZES } from '../workload.js';
import type { Section } from './section.js';

/** Key, lengths and value of one entry of a getAll. */
const ENTRY_BYTES = 16 + 1 + 100 + 1;
const ENTRIES_OF_64_KIB = 512;

interface Row {
  readonly title: string;
  readonly cell: Cell;
  readonly bytes: number;
  /** The row that it is compared with. */
  readonly to?: string;
}

const ROWS: readonly Row[] = [
  { title: 'get 64 KiB', cell: { operation: 'get', size: '64 KiB', depth: 1 }, bytes: SIZES['64 KiB'].bytes },
  {
    title: 'get 64 MiB',
    cell: { operation: 'get', size: '64 MiB', depth: 1 },
    bytes: SIZES['64 MiB'].bytes,
    to: 'get 64 KiB',
  },
  { title: 'put 64 KiB', cell: { operation: 'put', size: '64 KiB', depth: 1 }, bytes: SIZES['64 KiB'].bytes },
  {
    title: 'put 64 MiB',
    cell: { operation: 'put', size: '64 MiB', depth: 1 },
    bytes: SIZES['64 MiB'].bytes,
    to: 'put 64 KiB',
  },
  {
    title: 'getAll 512 entries (60 KB)',
    cell: { operation: 'getAll', size: '100 B', depth: 1, count: ENTRIES_OF_64_KIB },
    bytes: ENTRIES_OF_64_KIB * ENTRY_BYTES,
  },
  {
    title: 'getAll 50,000 entries',
    cell: { operation: 'getAll', size: '100 B', depth: 1, count: 50_000 },
    bytes: 50_000 * ENTRY_BYTES,
    to: 'getAll 512 entries (60 KB)',
  },
];

/** Whether CPU grows with the bytes and no faster. */
export const linearSection: Section = {
  name: 'linear',
  run: async ({ quick, log }) => {
    const server = await startConstantServer(log);
    const client = await NodeClient.start('kvtwin', server.port, 'bench');
    try {
      const cells = ROWS.map(({ cell }) => cell);
      const measured = await measureInTurns([client], cells, {
        rounds: quick ? 2 : 4,
        roundMs: 500,
        warmUpMs: 300,
      });
      const nanosPerByte = new Map(
        ROWS.map(({ title, bytes }, at) => [title, (cpuOf(measured[at]!, 'kvtwin')! * 1_000) / bytes]),
      );
      const table = markdownTable(
        ['operation', 'CPU each', 'CPU per byte', 'to the small one'],
        ROWS.map(({ title, to }, at) => {
          const nanos = nanosPerByte.get(title)!;
          const ratio = to === undefined ? undefined : nanos / nanosPerByte.get(to)!;
          return [
            title,
            micros(cpuOf(measured[at]!, 'kvtwin')!),
            `${nanos.toFixed(2)} ns`,
            against(ratio, { atMost: 1.5 }),
          ];
        }),
      );
      return `## Large answers

\`@kvtwin/hotrod-client\`, one call at a time, texts; the least of some rounds of 0.5 s. CPU per byte is to stay what it is at 64 KiB.
A getAll's cost grows somewhat with its size, since its answer does: texts and entries of the Map outlive young collections,
which copy them; the keys are asked for in requests of 4,096, and each reply is garbage as soon as it is read.

${table}`;
    } finally {
      await client.stop();
      await server.stop();
    }
  },
};
