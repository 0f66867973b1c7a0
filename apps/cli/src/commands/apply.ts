import { createHash } from 'node:crypto';
import { previewPlan } from '@kvtwin/reconcile';
import { ReplicaPairStore } from '@kvtwin/replica-pair';
import type { Command } from 'commander';
import { action, type CliContext } from '../command-line/cli-context.js';
import { CliError } from '../command-line/cli-error.js';
import { confirmByNames } from '../command-line/confirm-by-names.js';
import { ExitCode } from '../command-line/exit-code.js';
import { type ApplyFlags, addApplyOptions } from '../jobs/apply-flags.js';
import { applyJobFor } from '../jobs/apply-job.js';
import { pruneBeforeImages } from '../jobs/before-images.js';
import { type DiffJobFolder, openDiffJob } from '../jobs/diff-job-description.js';
import { type JobStores, openJobStores } from '../jobs/open-job-stores.js';
import { type CheckedPlan, checkPlan, planRows, writesOf } from '../jobs/plan-file-io.js';
import { runAndReportApply } from '../jobs/report-apply-job.js';
import { warnOfWeakGuards } from '../jobs/weak-guards.js';
import { undoBegan } from '../jobs/writing-job.js';
import { addKeepOption, type KeepFlags, keepOf } from '../options/keep-option.js';
import { formatCount } from '../output/format-size.js';
import { writeJson, writeLine } from '../output/output.js';
import { Progress } from '../progress/progress.js';
import { progressModeOf } from '../progress/progress-option.js';
import { withoutCredentials } from '../sides/without-credentials.js';

interface Flags extends ApplyFlags, KeepFlags {
  readonly dryRun?: boolean;
}

const help = `
A key is written only while both sides still hold what the plan saw (by SHA-256), under the store's compare-and-set.
Before each write an intent with the bytes that it replaces is synced to the job's folder, so that kvtwin undo can put
them back, and so that an apply that was killed, or whose side went away, goes on where it was: start it again, or
kvtwin job resume. Ctrl-C ends what is under way and pauses.

Examples:
  kvtwin apply p-d1.ndjson --dry-run
  kvtwin apply p-d1.ndjson
  kvtwin apply p-d1.ndjson --yes --rps 500

Exit codes: 0 done · 1 the plan is wrong, or not confirmed · 3 some rows were not written · 4 a side is unreachable ·
5 credentials · 130 interrupted`;

export function registerApply(program: Command, context: CliContext): void {
  const command = program
    .command('apply')
    .summary('do what a plan says')
    .description('Writes what a plan says, under guard, with before-images kept for kvtwin undo.')
    .argument('<plan>', 'the file that kvtwin plan wrote')
    .option('-n, --dry-run', 'read what would be read, tell what would be done, write nothing')
    .addHelpText('after', help)
    .action(action(context, (file: string, flags: Flags) => apply(context, file, flags)));
  addKeepOption(addApplyOptions(command));
}

async function apply(context: CliContext, file: string, flags: Flags): Promise<ExitCode> {
  const { io } = context;
  const keepMs = keepOf(flags, io.env);
  const plan = await checkPlan(file);
  const diff = await jobOf(context, plan);
  const { names } = diff.description.sides;
  const writes = writesOf(plan.counts);
  const opened = await openJobStores(diff);
  try {
    await opened.ping({ signal: io.signal, timeoutMs: diff.description.timeoutMs });
    if (flags.dryRun === true) return await preview(context, file, { diff, opened, writes }, flags);
    if (writes === 0)
      throw new CliError(`${file} has nothing to write`, {
        hint: 'set take in its rows, or plan with other rules',
      });
    if (!flags.quiet) await warnOfWeakGuards(io, opened.stores, names);
  } finally {
    await opened.close();
  }
  await confirmByNames(io, `apply ${formatCount(writes)} writes to 2 sites?`, names, flags.yes === true);
  await pruneBeforeImages(io);
  const job = await applyJobFor(io.env, file, plan, diff, keepMs);
  if (undoBegan(job)) {
    throw new CliError(`apply ${job.id} of this plan is being undone`, {
      hint: `finish that first: kvtwin undo ${job.id}`,
    });
  }
  return runAndReportApply(context, job, 'apply', flags);
}

/** The diff job that the plan names, if it is one of the same stores. */
async function jobOf({ io }: CliContext, { header }: CheckedPlan): Promise<DiffJobFolder> {
  if (header.job === undefined) {
    throw new CliError('the plan names no job', { hint: 'make it with kvtwin plan JOB' });
  }
  const job = await openDiffJob(io.env, header.job);
  const { selector, sides } = job.description;
  const ofJob = { names: sides.names, urls: sides.urls.map(withoutCredentials), store: selector };
  const ofPlan = { names: header.names, urls: header.urls ?? ofJob.urls, store: header.store };
  for (const part of ['names', 'urls', 'store'] as const) {
    const [planned, known] = [JSON.stringify(ofPlan[part]), JSON.stringify(ofJob[part])];
    if (planned === known) continue;
    throw new CliError(`the plan is for other stores than job ${job.id}: ${part} ${planned}, not ${known}`, {
      hint: `make it again: kvtwin plan ${job.id}`,
    });
  }
  return job;
}

async function preview(
  { io }: CliContext,
  file: string,
  {
    diff,
    opened,
    writes,
  }: { readonly diff: DiffJobFolder; readonly opened: JobStores; readonly writes: number },
  flags: Flags,
): Promise<ExitCode> {
  const { timeoutMs } = diff.description;
  const [first, second] = opened.stores;
  const progress = new Progress(io, { mode: progressModeOf(flags) });
  const counts = await previewPlan({
    pair: new ReplicaPairStore({ first, second, policy: opened.policy, timeoutMs }),
    rows: planRows(file),
    signal: io.signal,
    timeoutMs,
    sha256: (bytes) => createHash('sha256').update(bytes).digest(),
    ...(flags.rps === undefined ? {} : { rps: flags.rps }),
    onRow: (_, __, now) =>
      progress.show(() => ({ phase: 'dry run', items: now.write, itemName: 'rows', itemCount: writes })),
  });
  progress.clear();
  if (flags.json) await writeJson(io.stdout, { dryRun: true, diff: diff.id, plan: file, ...counts });
  else {
    const words = [
      [counts['nothing-to-do'], 'are so already'],
      [counts['changed-since'], 'changed since plan'],
      [counts.unreadable, 'could not be read'],
      [counts.skip + counts.undecided, 'skipped by the plan'],
    ] as const;
    const told = words.filter(([count]) => count > 0).map(([count, what]) => `${formatCount(count)} ${what}`);
    await writeLine(io.stdout, `  ${[`would write ${formatCount(counts.write)}`, ...told].join(' · ')}`);
  }
  return counts['changed-since'] + counts.unreadable === 0 ? ExitCode.ok : ExitCode.partial;
}
