import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { DiffJob, type DiffJobProgress, diffClasses, differenceClasses } from '@kvtwin/reconcile';
import type { CliContext } from '../command-line/cli-context.js';
import { CliError } from '../command-line/cli-error.js';
import { expectedKeys } from '../options/expected-keys.js';
import { formatCount } from '../output/format-size.js';
import { type OpenSides, openSides } from '../sides/open-sides.js';
import type { DiffJobFolder } from './diff-job-description.js';
import type { DiffJobDetail } from './diff-job-detail.js';
import type { DiffSummaryFile } from './diff-summary-file.js';
import { type JobStanding, JobStatusWriter } from './job-status-writer.js';
import { LevelOrderedStore } from './level-ordered-store.js';
import { writeDiffReport } from './write-diff-report.js';

/**
 * Runs a diff job to its end, from where it stands, and writes its report. What stops it leaves it to be resumed. Of a job
 * that is done it answers what it left.
 */
export async function runDiffJob(
  context: CliContext,
  folder: DiffJobFolder,
  onProgress: (progress: DiffJobProgress, expected: number | undefined) => void,
): Promise<DiffSummaryFile> {
  if ((await folder.readStatus())?.state === 'done') return readSummary(folder);
  const summary = await work(context, folder, onProgress);
  // What the scans showed is of no more use, and may be larger than everything else.
  await rm(folder.folder('state'), { recursive: true, force: true });
  return summary;
}

async function readSummary(folder: DiffJobFolder): Promise<DiffSummaryFile> {
  return JSON.parse(await readFile(folder.summaryFile, 'utf8')) as DiffSummaryFile;
}

async function work(
  { io }: CliContext,
  folder: DiffJobFolder,
  onProgress: (progress: DiffJobProgress, expected: number | undefined) => void,
): Promise<DiffSummaryFile> {
  const store = await LevelOrderedStore.open(folder.folder('state'));
  const status = new JobStatusWriter(folder, io.pid);
  let sides: OpenSides | undefined;
  let last: DiffJobProgress | undefined;
  let done = false;
  try {
    sides = await openSides(folder.description.sides);
    const job = await openDiffJob(folder, sides, store, io.signal, (progress, expected) => {
      last = progress;
      status.show(standingOf(progress));
      onProgress(progress, expected);
    });
    const found = await job.run();
    const summary = await writeDiffReport(folder, sides.policy, found, job.rows());
    const { writeHtmlReport } = await import('../html-report/write-html-report.js');
    await writeHtmlReport(folder, folder.pageFile);
    await status.end('done', finalStanding(summary, last));
    done = true;
    return summary;
  } finally {
    if (!done) await status.end('paused').catch(() => undefined);
    await sides?.close();
    await store.close();
  }
}

async function openDiffJob(
  { description }: DiffJobFolder,
  { families, policy }: OpenSides,
  state: LevelOrderedStore,
  signal: AbortSignal,
  onProgress: (progress: DiffJobProgress, expected: number | undefined) => void,
): Promise<DiffJob> {
  if (families === undefined) throw new CliError('a front does not list keys');
  const [first, second] = families;
  const { confirmReads, maxP99Ms, rps, selector, settleMs, timeoutMs } = description;
  const call = { signal, timeoutMs };
  await Promise.all([first.ping(call), second.ping(call)]);
  const stores = [await first.open(selector), await second.open(selector)] as const;
  let expected: number | undefined;
  let asked = false;
  // Where the sides have parts alike, these say how far it is; counting would be work for nothing.
  const told = (progress: DiffJobProgress): void => {
    if (!asked && progress.phase === 'scanning') {
      asked = true;
      void expectedKeys(stores, call).then((count) => {
        expected = count;
      });
    }
    onProgress(progress, expected);
  };
  return new DiffJob({
    stores,
    state,
    policy,
    settleMs,
    confirmReads,
    timeoutMs,
    signal,
    sha256: (bytes) => createHash('sha256').update(bytes).digest(),
    ...(rps === undefined ? {} : { rps }),
    ...(maxP99Ms === undefined ? {} : { maxP99Ms }),
    onProgress: told,
  });
}

type Classes = DiffJobProgress['classes'];

function sumOf(classes: Classes, names: readonly (keyof Classes)[]): number {
  return names.reduce((total, name) => total + classes[name], 0);
}

function standingOf(progress: DiffJobProgress): JobStanding {
  const { phase, scanned, units, unitCount, classes, elapsedMs } = progress;
  const detail: DiffJobDetail = { scanned, classes };
  return {
    phase,
    elapsedMs,
    units: { done: units, total: unitCount },
    keys: sumOf(classes, diffClasses),
    result: `${formatCount(sumOf(classes, differenceClasses))} differences`,
    detail,
  };
}

function finalStanding(summary: DiffSummaryFile, last: DiffJobProgress | undefined): JobStanding {
  const { classes, differences, elapsedMs, keys, reportSha256, scanned, units } = summary;
  const detail: DiffJobDetail = { scanned, classes, reportSha256 };
  return {
    phase: 'done',
    elapsedMs,
    units: { done: units.length, total: last?.unitCount ?? units.length },
    keys,
    result: `${formatCount(differences)} differences`,
    detail,
  };
}
