import { readFile } from 'node:fs/promises';
import { openBackend } from '@kvtwin/proxy';
import { type FinishedProcess, type TemporaryFolder, temporaryFolder, toHex } from '@kvtwin/testkit';
import type { VersionedStore, VersionPolicy } from '@kvtwin/versioned-value';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startWriter, type WriterReport } from './active-writer.js';
import { buildKvtwin, runKvtwin } from './kvtwin-command.js';
import { type PlantedSites, plantDifferences } from './planted-differences.js';

const KEYS = 20_000;
const PLANTED = 500;
const SEED = 42;
/** Slow enough for the scan to last some seconds, so that the writer is at work within it. */
const KEYS_PER_SECOND = '5000';
/** Few enough that the writer comes back to each of them during the scan. */
const WRITTEN_KEYS = 400;
const EXIT_DIFFERENCES = 2;
/** What the test promises of its writer: both sides within this time. A machine that stalls longer voids a run. */
const WRITE_WINDOW_MS = 200;
const RUNS = 3;

interface FoundDifference {
  readonly class: string;
  readonly key?: string;
  readonly keyBase64?: string;
}

/** The differences in lines of JSON, class by key as hex. */
function foundIn(text: string): Map<string, string> {
  const lines = text.split('\n').filter((line) => line.includes('"class":'));
  return new Map(
    lines.map((line) => {
      const { class: kind, key, keyBase64 } = JSON.parse(line) as FoundDifference;
      const bytes = key === undefined ? Buffer.from(keyBase64 ?? '', 'base64') : Buffer.from(key, 'utf8');
      return [toHex(bytes), kind];
    }),
  );
}

/** Removes what an earlier run of the suite may have left. */
async function empty(store: VersionedStore): Promise<void> {
  for await (const { entries } of store.scan({ batchSize: 1_000 })) {
    await Promise.all(entries.map(({ key }) => store.remove(key)));
  }
}

const CASES: readonly (readonly [policy: VersionPolicy, path: string])[] = [
  ['opaque', '/diff'],
  ['counter', '/diff-counters?envelope=1'],
];

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
  await buildKvtwin();
}, 300_000);
afterAll(() => folder.remove());

describe.each(CASES)('kvtwin diff over 20,000 keys of two sites, versions %s', (policy, path) => {
  const urls = [`${inject('firstSite')}${path}`, `${inject('secondSite')}${path}`] as const;
  let stores: readonly [VersionedStore, VersionedStore];
  let planted: PlantedSites;
  let close: () => Promise<void>;

  beforeAll(async () => {
    const families = await Promise.all(urls.map(async (url) => (await openBackend(url)).family));
    const opened = await Promise.all(families.map((family) => family.open({ type: 'kv' })));
    stores = [opened[0]!, opened[1]!];
    close = async () => {
      await Promise.all(families.map((family) => family.close()));
    };
    await Promise.all(stores.map(empty));
    planted = await plantDifferences(stores[0], stores[1], { total: KEYS, seed: SEED, policy });
  }, 180_000);
  afterAll(() => close());

  /** Runs the command while the writer is at work, again where the machine kept the writer from its promise. */
  async function diffWhileWriting(how: string): Promise<{ run: FinishedProcess; report: WriterReport }> {
    const sides = ['--first', urls[0], '--second', urls[1], '--versions', policy];
    for (let attempt = 1; ; attempt++) {
      const writer = startWriter(stores[0], stores[1], planted.calm.slice(0, WRITTEN_KEYS), SEED);
      const run = await runKvtwin(['diff', ...sides, how, '--rps', KEYS_PER_SECOND], folder.path);
      const report = await writer.stop();
      if (report.slowestMs < WRITE_WINDOW_MS || attempt === RUNS) {
        return { run, report };
      }
    }
  }

  test.each([
    ['a job', '--json'],
    ['in memory', '--ndjson'],
  ])(
    'finds all of 500 planted differences and invents none while a writer is active, as %s',
    {
      timeout: 240_000,
    },
    async (_name, how) => {
      expect(planted.differences.size).toBe(PLANTED);
      const { run, report } = await diffWhileWriting(how);
      console.log(
        `${report.writes} writes on both sides meanwhile, the slowest took ${Math.round(report.slowestMs)} ms\n${run.stderr}`,
      );

      const lines = how === '--json' ? await readFile(JSON.parse(run.stdout).report, 'utf8') : run.stdout;
      expect(foundIn(lines), run.stderr).toEqual(new Map(planted.differences));
      expect(run.exitCode, run.stderr).toBe(EXIT_DIFFERENCES);
      expect(report.writes).toBeGreaterThan(100);
    },
  );

  test('two sides that agree are told as such', async () => {
    const run = await runKvtwin(['diff', '--first', urls[0], '--second', urls[0], '--json'], folder.path);
    expect(run.exitCode, run.stderr).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ agree: true, differences: 0 });
  });
});
