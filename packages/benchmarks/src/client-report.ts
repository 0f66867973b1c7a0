import { BenchProcess } from './bench-process.js';
import { markdownTable } from './markdown-table.js';
import { least, median } from './statistics.js';

/** One competitor at one depth for part of a second. */
export interface ClientRound {
  readonly round: number;
  readonly depth: number;
  readonly competitor: string;
  readonly perSecond: number;
  /** CPU of the client's process for each read, in microseconds. */
  readonly cpuMicros: number;
}

const RAW = 'raw socket';
const OURS = '@kvtwin/hotrod-client';
const NPM = 'npm infinispan';

/** Measures the clients against the stub server, both in processes of their own. */
export async function measureClients(rounds: number): Promise<readonly ClientRound[]> {
  const stub = await BenchProcess.start('serve-stub');
  try {
    const client = await BenchProcess.start('client-rounds', [String(stub.ready), String(rounds)]);
    return client.ready as ClientRound[];
  } finally {
    await stub.stop();
  }
}

/** A row for each depth. */
export function clientTable(rounds: readonly ClientRound[]): string {
  const depths = [...new Set(rounds.map((round) => round.depth))];
  const head = ['in flight', RAW, OURS, NPM, 'ops/s to raw', 'ops/s to npm', 'CPU of npm to ours'];
  return markdownTable(
    head,
    depths.map((depth) => {
      const of = (name: string): ClientRound[] =>
        rounds.filter((round) => round.depth === depth && round.competitor === name);
      const cost = (name: string): number => least(of(name).map((round) => round.cpuMicros));
      const cell = (name: string): string =>
        `${thousands(median(of(name).map((round) => round.perSecond)))} k/s, ${micros(cost(name))} µs`;
      const ratio = (other: string): string => {
        const others = of(other);
        return median(of(OURS).map((round, at) => round.perSecond / others[at]!.perSecond)).toFixed(2);
      };
      return [
        String(depth),
        cell(RAW),
        cell(OURS),
        cell(NPM),
        ratio(RAW),
        ratio(NPM),
        (cost(NPM) / cost(OURS)).toFixed(1),
      ];
    }),
  );
}

function thousands(perSecond: number): string {
  return (perSecond / 1000).toFixed(perSecond < 100_000 ? 1 : 0);
}

function micros(value: number): string {
  return value.toFixed(value < 10 ? 2 : 1);
}
