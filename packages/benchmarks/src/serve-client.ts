import { performance } from 'node:perf_hooks';
import type { Cell, Measurement } from './cell.js';
import { type Competitor, Pace } from './competitors/competitor.js';
import { openKvtwin } from './competitors/kvtwin.js';
import { openNpm } from './competitors/npm.js';
import { openRaw } from './competitors/raw.js';
import { selfTimes } from './self-times.js';
import { percentile } from './statistics.js';

/* Run in a process of its own: argv is the competitor, the port and the cache. Does what it is told by messages. */

/** What such a process is told. */
export type ClientOrder =
  | { readonly measure: Cell; readonly ms: number }
  | { readonly allocation: Cell; readonly calls: number }
  | { readonly profile: Cell; readonly ms: number };

const OPENERS: Readonly<Record<string, (port: number, cache: string) => Promise<Competitor>>> = {
  kvtwin: openKvtwin,
  npm: openNpm,
  raw: openRaw,
};

async function measure(competitor: Competitor, cell: Cell, pace: Pace): Promise<Measurement> {
  const cpuBefore = process.cpuUsage();
  const startedMs = performance.now();
  await competitor.run(cell, pace);
  const seconds = (performance.now() - startedMs) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const { answered } = pace;
  return {
    answered,
    perSecond: answered / seconds,
    cpuMicros: (user + system) / answered,
    p50Micros: percentile(pace.samplesMs, 0.5) * 1000,
    p99Micros: percentile(pace.samplesMs, 0.99) * 1000,
  };
}

/** Needs a young generation in which all of it has room, and `gc()`. */
async function allocation(competitor: Competitor, cell: Cell, calls: number): Promise<Measurement> {
  await competitor.run(cell, new Pace(cell, 60_000, calls));
  globalThis.gc?.();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const before = process.memoryUsage();
  const measured = await measure(competitor, cell, new Pace(cell, 60_000, calls));
  const after = process.memoryUsage();
  return { ...measured, allocatedBytes: (after.heapUsed - before.heapUsed) / measured.answered };
}

const [name, port, cache] = process.argv.slice(2) as [string, string, string];
const competitor = await OPENERS[name]!(Number(port), cache);

async function obey(order: ClientOrder): Promise<unknown> {
  if ('measure' in order) return measure(competitor, order.measure, new Pace(order.measure, order.ms));
  if ('allocation' in order) return allocation(competitor, order.allocation, order.calls);
  return selfTimes(() => competitor.run(order.profile, new Pace(order.profile, order.ms)));
}

process.on('message', (order: ClientOrder) => {
  obey(order).then(
    (answer) => process.send?.(answer),
    (error: unknown) => {
      console.error(`${name}: ${String(error)}`);
      process.exit(1);
    },
  );
});
process.once('disconnect', () => process.exit(0));
process.send?.('ready');
