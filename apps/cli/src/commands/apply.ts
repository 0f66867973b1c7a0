import { createHash } from 'node:crypto';
import { Journal } from '@kvtwin/journal';
import { type ApplyCounts, applyPlan } from '@kvtwin/reconcile';
import { ReplicaPairStore } from '@kvtwin/replica-pair';
import { systemClock } from '@kvtwin/versioned-value';
import type { Command } from 'commander';
import { action, type CliContext } from '../cli-context.js';
import { CliError } from '../cli-error.js';
import { confirmByNames } from '../confirm-by-names.js';
import { ExitCode } from '../exit-code.js';
import { formatCount } from '../format-size.js';
import { appliedPlanFor, applyLogFolder } from '../jobs/applied-plans.js';
import { applyJournalOptions } from '../jobs/apply-journal-options.js';
import { openDiffJob } from '../jobs/diff-job-description.js';
import { openJobStores } from '../jobs/open-job-stores.js';
import { checkPlan, planRows, writesOf } from '../jobs/plan-file-io.js';
import { writeJson, writeLine } from '../output.js';
import { parseCount } from '../parse-number.js';
import { ProgressLine } from '../progress-line.js';

interface ApplyFlags {
  readonly rps?: number;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly unguarded?: boolean;
}

const help = `
A key is written only while both sides still hold what the plan saw (by SHA-256), under the store's compare-and-set.
Before each write an intent with the bytes that it replaces is synced to the job's folder, so that kvtwin undo can put
them back, and so that an apply that was killed goes on where it was when it is started again.

Examples:
  kvtwin apply p-d1.ndjson
  kvtwin apply p-d1.ndjson --yes --rps 500

Exit codes: 0 done · 1 the plan is wrong, or not confirmed · 3 some rows were not written · 130 interrupted: start it
again to go on`;

export function registerApply(program: Command, context: CliContext): void {
  program
    .command('apply')
    .summary('do what a plan says')
    .description('Writes what a plan says, under guard, with before-images kept for kvtwin undo.')
    .argument('<plan>', 'the file that kvtwin plan wrote')
    .option('--rps <count>', 'keys written in a second, at most', parseCount)
    .option('-y, --yes', 'do not ask')
    .option('--unguarded', 'write also to a store that has no compare-and-set')
    .option('--json', 'print the counts as one JSON object')
    .option('-q, --quiet', 'no progress')
    .addHelpText('after', help)
    .action(action(context, (file: string, flags: ApplyFlags) => apply(context, file, flags)));
}

async function apply(context: CliContext, file: string, flags: ApplyFlags): Promise<ExitCode> {
  const { io } = context;
  const { counts: planned, header, sha256 } = await checkPlan(file);
  if (header.job === undefined) {
    throw new CliError('the plan names no job', { hint: 'make it with kvtwin plan JOB' });
  }
  const job = await openDiffJob(io.env, header.job);
  const { names } = job.description.sides;
  const writes = writesOf(planned);
  await confirmByNames(
    io,
    `apply ${formatCount(writes)} rows to ${names.join(' and ')}?`,
    names,
    flags.yes === true || writes === 0,
  );
  const applied = await appliedPlanFor(job, file, sha256);
  const log = await Journal.open(applyLogFolder(job, applied.number, 'apply'), applyJournalOptions);
  const progress = new ProgressLine(io.stderr, flags.quiet === true);
  try {
    const opened = await openJobStores(job);
    try {
      const [first, second] = opened.stores;
      const { timeoutMs } = job.description;
      const counts = await applyPlan({
        pair: new ReplicaPairStore({ first, second, policy: opened.policy, timeoutMs }),
        rows: planRows(file),
        log,
        signal: io.signal,
        timeoutMs,
        allowUnguarded: flags.unguarded === true,
        sha256: (bytes) => createHash('sha256').update(bytes).digest(),
        ...(flags.rps === undefined ? {} : { rps: flags.rps }),
        onProgress: (now) =>
          progress.show(
            systemClock.nowMs(),
            () => `  ${formatCount(done(now))} of ${formatCount(writes)} rows`,
          ),
      });
      progress.clear();
      return await report(context, job.id, counts, flags);
    } finally {
      await opened.close();
    }
  } catch (error) {
    progress.clear();
    if (io.signal.aborted) await writeLine(io.stderr, `stopped. Go on: kvtwin apply ${file}`);
    throw error;
  } finally {
    await log.close();
  }
}

function done({ skip: _, undecided: __, ...counts }: ApplyCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

async function report(
  { io }: CliContext,
  job: string,
  counts: ApplyCounts,
  flags: ApplyFlags,
): Promise<ExitCode> {
  const { earlier, repaired, skip, undecided, 'nothing-to-do': nothingToDo, ...others } = counts;
  const left = Object.entries(others).filter(([, count]) => count > 0);
  if (flags.json) await writeJson(io.stdout, { job, ...counts });
  else {
    const parts = [
      `done ${formatCount(repaired + earlier + nothingToDo)}`,
      ...left.map(([name, count]) => `${name} ${formatCount(count)}`),
      ...(skip + undecided === 0 ? [] : [`skipped by the plan ${formatCount(skip + undecided)}`]),
    ];
    await writeLine(io.stdout, `  ${parts.join(' · ')}`);
    await writeLine(io.stderr, `undo: kvtwin undo ${job}`);
  }
  return left.length === 0 ? ExitCode.ok : ExitCode.partial;
}
