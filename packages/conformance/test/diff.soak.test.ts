import { readFile } from 'node:fs/promises';
import { openBackend } from '@kvtwin/proxy';
import {
  bundleProgram,
  runProcess,
  type TemporaryFolder,
  temporaryFolder,
  toHex,
  watchPeakResident,
} from '@kvtwin/testkit';
import type { VersionedStore, VersionPolicy } from '@kvtwin/versioned-value';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type InfinispanServer, startInfinispan } from '../src/index.js';
import { startWriter, type WriterReport } from './active-writer.js';
import { buildKvtwin, runKvtwin } from './kvtwin-command.js';
import { type PlantedSites, plantDifferences } from './planted-differences.js';

/** What docs/guides/diff.md shows. Fewer keys may be asked for: KVTWIN_SOAK_KEYS. */
const KEYS = Number(process.env.KVTWIN_SOAK_KEYS ?? 1_000_000);
/** Each write under the envelope is a read and a conditional write. */
const ENVELOPED_KEYS = Math.min(KEYS, 50_000);
const TIMES = 4;
const PLANTED = 500 * TIMES;
const ROUNDS = Number(process.env.KVTWIN_SOAK_ROUNDS ?? 3);
const HEAP_MB = 2048;
const MOST_RESIDENT_MB = 300;
const LIMIT_MS = 1_800_000;
/** Enough that a writer comes to keys of every unit. */
const WRITTEN_KEYS = 20_000;
/** What `--settle` is by default: what differs for longer is a difference. */
const SETTLE_MS = 600;

interface Summary {
  readonly keys: number;
  readonly classes: Readonly<Record<string, number>>;
  readonly elapsedMs: number;
  readonly report: string;
  readonly layout: string;
}

interface Sites {
  readonly urls: readonly [string, string];
  readonly policy: VersionPolicy;
  readonly stores: readonly [VersionedStore, VersionedStore];
  readonly planted: PlantedSites;
}

let folder: TemporaryFolder;
let servers: InfinispanServer[] = [];
const closing: (() => Promise<void>)[] = [];
beforeAll(async () => {
  folder = await temporaryFolder();
  await buildKvtwin();
  for (const site of ['lon', 'nyc']) servers.push(await startInfinispan({ site, heapMb: HEAP_MB }));
}, LIMIT_MS);
afterAll(async () => {
  for (const close of closing) await close();
  for (const server of servers) await server.stop();
  servers = [];
  await folder?.remove();
});

/** Fills a cache of both servers. */
async function plant(path: string, total: number, policy: VersionPolicy): Promise<Sites> {
  const urls = [`${servers[0]!.url}${path}`, `${servers[1]!.url}${path}`] as const;
  const families = await Promise.all(urls.map(async (url) => (await openBackend(url)).family));
  for (const family of families) closing.push(() => family.close());
  const [first, second] = await Promise.all(families.map((family) => family.open({ type: 'kv' })));
  const beganMs = performance.now();
  const planted = await plantDifferences(first!, second!, { total, seed: 42, policy, times: TIMES });
  console.log(`planted in ${Math.round((performance.now() - beganMs) / 1000)} s`);
  expect(planted.differences.size).toBe(PLANTED);
  return { urls, policy, stores: [first!, second!], planted };
}

/** Does some work while writers are active on both sides. */
async function whileWriting<T>(
  { stores, planted }: Sites,
  seed: number,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly report: WriterReport }> {
  const writer = startWriter(stores[0], stores[1], planted.calm.slice(0, WRITTEN_KEYS), seed);
  const result = await work();
  return { result, report: await writer.stop() };
}

async function diff({
  urls,
  policy,
}: Sites): Promise<{ summary: Summary; residentMb: number; found: Found }> {
  let resident: ReturnType<typeof watchPeakResident> | undefined;
  const sides = ['--first', urls[0], '--second', urls[1], '--versions', policy];
  const run = await runKvtwin(['diff', ...sides, '--json', '--progress', 'none'], folder.path, {
    timeoutMs: LIMIT_MS,
    onStart: (pid) => {
      resident = watchPeakResident(pid);
    },
  });
  const residentMb = Math.round(resident!.stop() / 1e6);
  expect(run.exitCode, run.stderr).toBe(2);
  const summary = JSON.parse(run.stdout) as Summary;
  return { summary, residentMb, found: await foundIn(summary.report) };
}

/** All that was planted is there; anything else only where a writer left its two sides apart for the settle window. */
function expectPlanted(found: Found, { planted }: Sites, { slow }: WriterReport): void {
  const persisted = new Set(slow.filter(({ tookMs }) => tookMs >= SETTLE_MS).map(({ key }) => toHex(key)));
  const told = [...found].filter(([key]) => planted.differences.has(key) || !persisted.has(key));
  expect(new Map(told)).toEqual(new Map(planted.differences));
}

function describeWrites({ writes, slowestMs, slow }: WriterReport): string {
  const worst = slow
    .slice(0, 3)
    .map(
      ({ tookMs, answeredMs, lateMs }) =>
        `${Math.round(tookMs)} ms (servers ${Math.round(answeredMs)}, timer late ${Math.round(lateMs)})`,
    );
  const past = slow.filter(({ tookMs }) => tookMs >= SETTLE_MS).length;
  return `${writes} double writes, the slowest ${Math.round(slowestMs)} ms, ${slow.length} over 200 ms, ${past} over the settle window ${worst.join(', ')}`.trimEnd();
}

describe(`kvtwin diff of ${KEYS} keys on two real servers`, () => {
  let sites: Sites;
  let iterate: string;
  beforeAll(async () => {
    iterate = await bundleProgram(new URL('./iterate-plainly.ts', import.meta.url), folder.path);
    sites = await plant('/diff', KEYS, 'opaque');
  }, LIMIT_MS);

  async function iteratePlainly(): Promise<{ alone: number[]; together: number[] }> {
    const { exitCode, stdout, stderr } = await runProcess(process.execPath, [iterate, ...sites.urls], {
      timeoutMs: LIMIT_MS,
    });
    expect(exitCode, stderr).toBe(0);
    return JSON.parse(stdout) as { alone: number[]; together: number[] };
  }

  test('finds all that was planted, invents nothing, and keeps pace with plain iteration', async () => {
    /** Of each round's diff to what was measured right before it: a busy machine is not the same for long. */
    const shares: number[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      const { result: plain } = await whileWriting(sites, 42 + round, iteratePlainly);
      const { result, report } = await whileWriting(sites, 142 + round, () => diff(sites));
      const { summary, residentMb, found } = result;
      const { keys, elapsedMs, classes, layout } = summary;
      const rate = (keys * 1000) / elapsedMs;
      shares.push(rate / Math.min(...plain.together));
      console.log(
        `round ${round}: diff ${Math.round(rate)} keys/s in ${elapsedMs} ms (${layout}), ${residentMb} MB resident; plain iteration alone ${plain.alone.join(', ')} keys/s, both at once ${plain.together.join(', ')} keys/s; settled ${classes.settled}, unsettled ${classes.unsettled}; ${describeWrites(report)}`,
      );
      expectPlanted(found, sites, report);
      expect(residentMb).toBeLessThan(MOST_RESIDENT_MB);
    }
    const told = shares.map((share) => share.toFixed(2)).join(', ');
    console.log(
      `diff to the slower side of plain iteration: ${told}; median ${median(shares).toFixed(2)}, goal 0.70`,
    );
  });
});

describe(`kvtwin diff of ${ENVELOPED_KEYS} keys that carry counters`, () => {
  test('finds what was planted of every class, versions among them', async () => {
    const sites = await plant('/diff-counters?envelope=1', ENVELOPED_KEYS, 'counter');
    const { result, report } = await whileWriting(sites, 42, () => diff(sites));
    const { summary, residentMb, found } = result;
    console.log(
      `${Math.round((summary.keys * 1000) / summary.elapsedMs)} keys/s, ${residentMb} MB resident; ${JSON.stringify(summary.classes)}; ${describeWrites(report)}`,
    );
    expectPlanted(found, sites, report);
    expect(residentMb).toBeLessThan(MOST_RESIDENT_MB);
  });
});

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)]!;
}

/** Class by key as hex. */
type Found = ReadonlyMap<string, string>;

/** The differences of a report. */
async function foundIn(file: string): Promise<Found> {
  const found = new Map<string, string>();
  for (const line of (await readFile(file, 'utf8')).trim().split('\n').slice(1, -1)) {
    const row = JSON.parse(line) as { class: string; key?: string; keyBase64?: string };
    const key =
      row.key === undefined ? Buffer.from(row.keyBase64 ?? '', 'base64') : Buffer.from(row.key, 'utf8');
    found.set(toHex(key), row.class);
  }
  return found;
}
