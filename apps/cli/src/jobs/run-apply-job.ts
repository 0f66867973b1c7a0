import { createHash } from 'node:crypto';
import { Journal, JournalError, readJournal } from '@kvtwin/journal';
import { applyPlan, undoApply } from '@kvtwin/reconcile';
import { ReplicaPairStore } from '@kvtwin/replica-pair';
import type { CliContext } from '../command-line/cli-context.js';
import { CliError } from '../command-line/cli-error.js';
import { ExitCode } from '../command-line/exit-code.js';
import { keyToJson } from '../output/key-text.js';
import type { Progress } from '../progress/progress.js';
import type { ApplyFlags } from './apply-flags.js';
import { planFileOf } from './apply-job.js';
import { applyJournalOptions } from './apply-journal-options.js';
import { type ApplyTally, isApplied, isUndone, tallyOfApply, tallyOfUndo } from './apply-tally.js';
import { type JobStanding, JobStatusWriter } from './job-status-writer.js';
import { LeftRows } from './left-rows.js';
import { type JobStores, openJobStores } from './open-job-stores.js';
import { planRows } from './plan-file-io.js';
import { type ApplyStep, leftFileOf, logFolderOf, markUndone, type WritingJobFolder } from './writing-job.js';

/** What a finished apply or undo is. */
export interface FinishedApplyJob {
  readonly tally: ApplyTally;
  /** The file of what was left alone, where there is any. */
  readonly leftFile: string | undefined;
}

/** What a step works with. */
interface StepParts {
  readonly context: CliContext;
  readonly job: WritingJobFolder;
  readonly flags: ApplyFlags;
  readonly opened: JobStores;
  readonly applyLog: Journal;
  readonly left: LeftRows;
  readonly onTally: (tally: ApplyTally) => void;
}

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

/**
 * Applies the job's plan, or undoes what it applied, from where it stands. `rows` is how many there are; `onTally` hears
 * of each. What stops it leaves it to be resumed.
 */
export async function runApplyJob(
  context: CliContext,
  job: WritingJobFolder,
  step: ApplyStep,
  flags: ApplyFlags,
  { progress, onTally }: { readonly progress: Progress; readonly onTally: (tally: ApplyTally) => void },
): Promise<FinishedApplyJob> {
  // An undo holds the log of the apply too: nobody may go on applying while it is undone.
  const applyLog = await openLog(job, 'apply');
  const left = new LeftRows(leftFileOf(job, step));
  let opened: JobStores | undefined;
  let ended = false;
  try {
    const { timeoutMs } = job.description;
    const rowCount = await rowsOf(step === 'apply' ? planRows(planFileOf(job)) : intentsOf(applyLog));
    const status = await StepStatus.begin(context, job, step, rowCount);
    try {
      opened = await openJobStores(job);
      await opened.ping({ signal: context.io.signal, timeoutMs });
      const hear = (tally: ApplyTally): void => {
        onTally(tally);
        status.show(tally);
        progress.show(() => ({ phase: step, items: tally.rows, itemName: 'rows', itemCount: rowCount }));
      };
      const parts: StepParts = { context, job, flags, opened, applyLog, left, onTally: hear };
      const tally = await (step === 'apply' ? applyRows(parts) : undoRows(parts));
      const leftFile = await left.end();
      ended = true;
      await status.end(tally);
      return { tally, leftFile };
    } finally {
      if (!ended) await status.pause();
    }
  } finally {
    if (!ended) await left.drop();
    await opened?.close();
    await applyLog.close();
  }
}

async function applyRows(parts: StepParts): Promise<ApplyTally> {
  const { applyLog, context, flags, job, left, onTally, opened } = parts;
  const { timeoutMs } = job.description;
  const [first, second] = opened.stores;
  const counts = await applyPlan({
    pair: new ReplicaPairStore({ first, second, policy: opened.policy, timeoutMs, sha256 }),
    rows: planRows(planFileOf(job)),
    log: applyLog,
    signal: context.io.signal,
    timeoutMs,
    sha256,
    allowUnguarded: flags.unguarded === true,
    ...(flags.rps === undefined ? {} : { rps: flags.rps }),
    onRow: ({ row, outcome }, now) => {
      if (!isApplied(outcome)) left.add({ ...keyToJson(row.key), class: row.class, take: row.take, outcome });
      onTally(tallyOfApply(now));
    },
  });
  return tallyOfApply(counts);
}

async function undoRows(parts: StepParts): Promise<ApplyTally> {
  const { applyLog, context, flags, job, left, onTally, opened } = parts;
  const { sides, timeoutMs } = job.description;
  const log = await openLog(job, 'undo');
  let rows = 0;
  try {
    const counts = await undoApply({
      stores: opened.stores,
      applied: { read: () => readJournal(applyLog.directory) },
      repeatsKeys: job.description.kind === 'resolve',
      log,
      signal: context.io.signal,
      timeoutMs,
      sha256,
      allowUnguarded: flags.unguarded === true,
      ...(flags.rps === undefined ? {} : { rps: flags.rps }),
      onRow: ({ key, results }, now) => {
        rows++;
        for (const [at, outcome] of results.entries()) {
          if (outcome !== null && !isUndone(outcome))
            left.add({ ...keyToJson(key), side: sides.names[at], outcome });
        }
        onTally(tallyOfUndo(now, rows));
      },
    });
    // What failed, or was not to be written unguarded, can be tried again; all else is over.
    const tally = tallyOfUndo(counts, rows);
    if (tally.again === 0) await markUndone(job);
    return tally;
  } finally {
    await log.close();
  }
}

async function openLog(job: WritingJobFolder, step: ApplyStep): Promise<Journal> {
  try {
    return await Journal.open(logFolderOf(job, step), applyJournalOptions);
  } catch (error) {
    if (!JournalError.is(error)) throw error;
    const { code, message } = error;
    if (code !== 'JOURNAL_LOCKED') {
      throw new CliError(`the log of job ${job.id} cannot be used: ${message}`, {
        exitCode: ExitCode.partial,
        cause: error,
      });
    }
    throw new CliError(`job ${job.id} runs in another process`, {
      hint: 'kvtwin job ls shows where it stands',
      cause: error,
    });
  }
}

/** Keeps `status.json`. */
class StepStatus {
  readonly #writer: JobStatusWriter;
  readonly #step: ApplyStep;
  readonly #rowCount: number;
  readonly #before: number;
  readonly #beganMs = performance.now();

  private constructor(writer: JobStatusWriter, step: ApplyStep, rowCount: number, beforeMs: number) {
    this.#writer = writer;
    this.#step = step;
    this.#rowCount = rowCount;
    this.#before = beforeMs;
  }

  static async begin(
    { io }: CliContext,
    job: WritingJobFolder,
    step: ApplyStep,
    rowCount: number,
  ): Promise<StepStatus> {
    const before = await job.readStatus();
    const status = new StepStatus(new JobStatusWriter(job, io.pid), step, rowCount, before?.elapsedMs ?? 0);
    status.#writer.show(
      status.#standing({ rows: 0, words: [], left: 0, again: 0, counts: {} as ApplyTally['counts'] }),
    );
    return status;
  }

  show(tally: ApplyTally): void {
    this.#writer.show(this.#standing(tally));
  }

  end(tally: ApplyTally): Promise<void> {
    return this.#writer.end(tally.again === 0 ? 'done' : 'paused', this.#standing(tally));
  }

  pause(): Promise<void> {
    return this.#writer.end('paused').catch(() => undefined);
  }

  #standing({ rows, words, counts }: ApplyTally): JobStanding {
    return {
      phase: this.#step === 'apply' ? 'applying' : 'undoing',
      elapsedMs: this.#before + performance.now() - this.#beganMs,
      units: { done: rows, total: this.#rowCount },
      keys: rows,
      result: words.join(' · '),
      detail: { step: this.#step, counts },
    };
  }
}

async function rowsOf(rows: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of rows) count++;
  return count;
}

async function* intentsOf(log: Journal): AsyncGenerator<string> {
  for await (const { text } of readJournal(log.directory))
    if (text.startsWith('{"record":"intent"')) yield text;
}
