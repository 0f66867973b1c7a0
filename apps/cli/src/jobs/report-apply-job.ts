import { JournalError } from '@kvtwin/journal';
import { StoreError } from '@kvtwin/versioned-value';
import type { CliContext } from '../command-line/cli-context.js';
import { CliError } from '../command-line/cli-error.js';
import { ExitCode } from '../command-line/exit-code.js';
import { formatCount } from '../output/format-size.js';
import { writeJson, writeLine } from '../output/output.js';
import { Progress } from '../progress/progress.js';
import { progressModeOf } from '../progress/progress-option.js';
import type { ApplyFlags } from './apply-flags.js';
import type { ApplyJobDescription } from './apply-job.js';
import type { ApplyTally } from './apply-tally.js';
import { keptText } from './before-images.js';
import { type FinishedApplyJob, runApplyJob } from './run-apply-job.js';
import type { ApplyStep, WritingJobFolder } from './writing-job.js';

/** Applies or undoes, and tells what came of it; where it is stopped, how to go on. */
export async function runAndReportApply(
  context: CliContext,
  job: WritingJobFolder,
  step: ApplyStep,
  flags: ApplyFlags,
): Promise<ExitCode> {
  const { io } = context;
  const progress = new Progress(io, { mode: progressModeOf(flags) });
  let last: ApplyTally | undefined;
  const onTally = (tally: ApplyTally): void => {
    last = tally;
  };
  let finished: FinishedApplyJob;
  try {
    finished = await runApplyJob(context, job, step, flags, { progress, onTally });
  } catch (error) {
    progress.clear();
    if (error instanceof CliError) throw error;
    const word = io.signal.aborted ? 'paused' : 'stopped';
    const standing = last === undefined ? '' : `: ${last.words.join(' · ')}`;
    await writeLine(io.stderr, `job ${job.id} is ${word}${standing}. Go on: kvtwin job resume ${job.id}`);
    throw asPartial(error);
  }
  progress.clear();
  await report(context, job, step, finished, flags);
  return finished.tally.left === 0 ? ExitCode.ok : ExitCode.partial;
}

/** Something was written before the disk, for instance, was full. */
function asPartial(error: unknown): unknown {
  if (StoreError.is(error) || !(error instanceof Error)) return error;
  const code = JournalError.is(error) ? error.code : (error as NodeJS.ErrnoException).code;
  const named = code === undefined ? error.message : `${error.message} (${code})`;
  return new CliError(named, { exitCode: ExitCode.partial, cause: error });
}

async function report(
  { io }: CliContext,
  job: WritingJobFolder,
  step: ApplyStep,
  { tally, leftFile }: FinishedApplyJob,
  flags: ApplyFlags,
): Promise<void> {
  const { diff, plan } = job.description as Partial<ApplyJobDescription>;
  if (flags.json) {
    const left = leftFile === undefined ? {} : { left: leftFile };
    await writeJson(io.stdout, { job: job.id, diff, plan, step, ...tally.counts, ...left });
  } else await writeLine(io.stdout, `  ${tally.words.join(' · ')}`);
  if (flags.quiet) return;
  if (leftFile !== undefined) await writeLine(io.stderr, `  which ones: ${leftFile}`);
  if (tally.counts.earlier > 0) {
    await writeLine(
      io.stderr,
      `  ${formatCount(tally.counts.earlier)} rows had ended before, in an earlier run of it`,
    );
  }
  if (tally.again > 0) {
    await writeLine(
      io.stderr,
      `  ${formatCount(tally.again)} can be tried again: kvtwin job resume ${job.id}`,
    );
  }
  const lost = 'without-expiration' in tally.counts ? tally.counts['without-expiration'] : 0;
  if (lost > 0)
    await writeLine(
      io.stderr,
      `  ${formatCount(lost)} do not expire where they were written: a side does not tell, or take, expirations`,
    );
  if (step === 'undo') return;
  await writeLine(io.stderr, `  before-images are kept ${keptText(job)}`);
  await writeLine(io.stderr, `undo: kvtwin undo ${diff}`);
}
