import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DiffJob, type DiffJobProgress, type DiffJobSummary } from '@kvtwin/reconcile';
import type { CliContext } from '../cli-context.js';
import { CliError } from '../cli-error.js';
import { type OpenSides, openSides } from '../open-sides.js';
import type { JobFolder } from './job-folder.js';
import { LevelOrderedStore } from './level-ordered-store.js';

/** How often the status file is replaced while a job runs. */
const statusEveryMs = 1000;

/** What a finished diff job is. */
export interface FinishedDiffJob {
  readonly summary: DiffJobSummary;
  readonly reportSha256: string;
}

/** Runs a diff job to its end, from where it stands, and writes its report. What stops it leaves it to be resumed. */
export async function runDiffJob(
  { io }: CliContext,
  folder: JobFolder,
  onProgress: (progress: DiffJobProgress) => void,
): Promise<FinishedDiffJob> {
  const { description } = folder;
  const store = await LevelOrderedStore.open(folder.folder('state'));
  let sides: OpenSides | undefined;
  let last: DiffJobProgress | undefined;
  let writing: Promise<void> = Promise.resolve();
  const status = (progress: DiffJobProgress, running: boolean, reportSha256?: string): Promise<void> => {
    const { phase, scanned, units, unitCount, classes, elapsedMs } = progress;
    const told = { phase, scanned, units, unitCount, classes, elapsedMs, running, pid: io.pid };
    writing = writing.then(() =>
      folder.writeStatus(reportSha256 === undefined ? told : { ...told, reportSha256 }),
    );
    return writing;
  };
  try {
    sides = await openSides(description.sides);
    if (sides.families === undefined) throw new CliError('a front does not list keys');
    const [first, second] = sides.families;
    const call = { signal: io.signal, timeoutMs: description.timeoutMs };
    await Promise.all([first.ping(call), second.ping(call)]);
    const { confirmReads, rps, selector, settleMs, timeoutMs } = description;
    let writtenAtMs = 0;
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
        last = progress;
        onProgress(progress);
        if (Date.now() - writtenAtMs < statusEveryMs) return;
        writtenAtMs = Date.now();
        status(progress, true).catch(() => undefined);
      },
    });
    const summary = await job.run();
    const reportSha256 = await writeReport(folder.reportFile, job.rows());
    await status(summary, false, reportSha256);
    last = undefined;
    return { summary, reportSha256 };
  } finally {
    if (last !== undefined) await status(last, false).catch(() => undefined);
    await sides?.close();
    await store.close();
  }
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
