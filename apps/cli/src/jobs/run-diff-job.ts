import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  DiffJob,
  type DiffJobProgress,
  type DiffJobSummary,
  diffClasses,
  differenceClasses,
} from '@kvtwin/reconcile';
import type { CliContext } from '../cli-context.js';
import { CliError } from '../cli-error.js';
import { formatCount } from '../format-size.js';
import { type OpenSides, openSides } from '../open-sides.js';
import type { DiffJobFolder } from './diff-job-description.js';
import type { DiffJobDetail } from './diff-job-detail.js';
import { type JobStanding, JobStatusWriter } from './job-status-writer.js';
import { LevelOrderedStore } from './level-ordered-store.js';

/** What a finished diff job is. */
export interface FinishedDiffJob {
  readonly summary: DiffJobSummary;
  readonly reportSha256: string;
}

/** Runs a diff job to its end, from where it stands, and writes its report. What stops it leaves it to be resumed. */
export async function runDiffJob(
  { io }: CliContext,
  folder: DiffJobFolder,
  onProgress: (progress: DiffJobProgress) => void,
): Promise<FinishedDiffJob> {
  const { description } = folder;
  const store = await LevelOrderedStore.open(folder.folder('state'));
  let sides: OpenSides | undefined;
  const status = new JobStatusWriter(folder, io.pid);
  let done = false;
  try {
    sides = await openSides(description.sides);
    if (sides.families === undefined) throw new CliError('a front does not list keys');
    const [first, second] = sides.families;
    const call = { signal: io.signal, timeoutMs: description.timeoutMs };
    await Promise.all([first.ping(call), second.ping(call)]);
    const { confirmReads, rps, selector, settleMs, timeoutMs } = description;
    const job = new DiffJob({
      stores: [await first.open(selector), await second.open(selector)],
      state: store,
      policy: sides.policy,
      settleMs,
      confirmReads,
      timeoutMs,
      signal: io.signal,
      sha256: (bytes) => createHash('sha256').update(bytes).digest(),
      ...(rps === undefined ? {} : { rps }),
      onProgress: (progress) => {
        status.show(standingOf(progress));
        onProgress(progress);
      },
    });
    const summary = await job.run();
    const reportSha256 = await writeReport(folder.reportFile, job.rows());
    await status.end('done', standingOf(summary, reportSha256));
    done = true;
    return { summary, reportSha256 };
  } finally {
    if (!done) await status.end('paused').catch(() => undefined);
    await sides?.close();
    await store.close();
  }
}

function standingOf(progress: DiffJobProgress, reportSha256?: string): JobStanding {
  const { phase, scanned, units, unitCount, classes, elapsedMs } = progress;
  const sum = (names: readonly (keyof typeof classes)[]): number =>
    names.reduce((total, name) => total + classes[name], 0);
  const detail: DiffJobDetail = {
    scanned,
    classes,
    ...(reportSha256 === undefined ? {} : { reportSha256 }),
  };
  return {
    phase,
    elapsedMs,
    units: { done: units, total: unitCount },
    keys: sum(diffClasses),
    result: `${formatCount(sum(differenceClasses))} differences`,
    detail,
  };
}

/** Lines of JSON in a file that is there as a whole or not at all; answers its SHA-256, lower-case hex. */
async function writeReport(file: string, rows: AsyncIterable<string>): Promise<string> {
  const hash = createHash('sha256');
  async function* lines(): AsyncGenerator<string> {
    for await (const row of rows) {
      const line = `${row}\n`;
      hash.update(line);
      yield line;
    }
  }
  const draft = `${file}.tmp`;
  await pipeline(Readable.from(lines()), createWriteStream(draft, { mode: 0o600, flush: true }));
  await rename(draft, file);
  return hash.digest('hex');
}
