import { createHash } from 'node:crypto';
import { Journal, readJournal } from '@kvtwin/journal';
import { type UndoCounts, undoApply } from '@kvtwin/reconcile';
import { systemClock } from '@kvtwin/versioned-value';
import type { Command } from 'commander';
import { action, type CliContext } from '../cli-context.js';
import { confirmByNames } from '../confirm-by-names.js';
import { ExitCode } from '../exit-code.js';
import { formatCount } from '../format-size.js';
import { applyLogFolder, lastAppliedPlan, writeAppliedPlan } from '../jobs/applied-plans.js';
import { applyJournalOptions } from '../jobs/apply-journal-options.js';
import { openDiffJob } from '../jobs/diff-job-description.js';
import { openJobStores } from '../jobs/open-job-stores.js';
import { writeJson, writeLine } from '../output.js';
import { parseCount } from '../parse-number.js';
import { ProgressLine } from '../progress-line.js';

interface UndoFlags {
  readonly rps?: number;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly unguarded?: boolean;
}

const help = `
Puts back the bytes that an apply replaced, and when they go away where the store tells that, but only where a side
still holds what the apply wrote. Undoes the last apply of the job that is not undone yet.

Examples:
  kvtwin undo d1
  kvtwin undo d1 --yes --rps 500

Exit codes: 0 done · 1 nothing is applied, or not confirmed · 3 some keys have changed since, or a side failed · 130
interrupted: start it again to go on`;

export function registerUndo(program: Command, context: CliContext): void {
  program
    .command('undo')
    .summary('put back what an apply wrote over')
    .description('Puts back what kvtwin apply wrote over.')
    .argument('<job>', 'the job whose plan was applied')
    .option('--rps <count>', 'keys written in a second, at most', parseCount)
    .option('-y, --yes', 'do not ask')
    .option('--unguarded', 'write also to a store that has no compare-and-set')
    .option('--json', 'print the counts as one JSON object')
    .option('-q, --quiet', 'no progress')
    .addHelpText('after', help)
    .action(action(context, (id: string, flags: UndoFlags) => undo(context, id, flags)));
}

async function undo(context: CliContext, id: string, flags: UndoFlags): Promise<ExitCode> {
  const { io } = context;
  const job = await openDiffJob(io.env, id);
  const applied = await lastAppliedPlan(job);
  const { names } = job.description.sides;
  await confirmByNames(io, `undo ${applied.plan} on ${names.join(' and ')}?`, names, flags.yes === true);
  // Nobody may go on applying while it is undone.
  const applyLog = await Journal.open(applyLogFolder(job, applied.number, 'apply'), applyJournalOptions);
  const log = await Journal.open(applyLogFolder(job, applied.number, 'undo'), applyJournalOptions);
  const progress = new ProgressLine(io.stderr, flags.quiet === true);
  try {
    const opened = await openJobStores(job);
    try {
      const counts = await undoApply({
        stores: opened.stores,
        applied: { read: () => readJournal(applyLog.directory) },
        log,
        signal: io.signal,
        timeoutMs: job.description.timeoutMs,
        allowUnguarded: flags.unguarded === true,
        sha256: (bytes) => createHash('sha256').update(bytes).digest(),
        ...(flags.rps === undefined ? {} : { rps: flags.rps }),
        onProgress: (now) =>
          progress.show(systemClock.nowMs(), () => `  ${formatCount(total(now))} writes undone`),
      });
      progress.clear();
      if (counts.failed === 0) await writeAppliedPlan(job, { ...applied, undone: true });
      return await report(context, id, counts, flags);
    } finally {
      await opened.close();
    }
  } catch (error) {
    progress.clear();
    if (io.signal.aborted) await writeLine(io.stderr, `stopped. Go on: kvtwin undo ${id}`);
    throw error;
  } finally {
    await log.close();
    await applyLog.close();
  }
}

function total(counts: UndoCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

async function report(
  { io }: CliContext,
  job: string,
  counts: UndoCounts,
  flags: UndoFlags,
): Promise<ExitCode> {
  const { 'as-before': asBefore, earlier, removed, restored, ...others } = counts;
  const left = Object.entries(others).filter(([, count]) => count > 0);
  if (flags.json) await writeJson(io.stdout, { job, ...counts });
  else {
    const parts = [
      `restored ${formatCount(restored)}`,
      `removed ${formatCount(removed)}`,
      ...(asBefore === 0 ? [] : [`as before ${formatCount(asBefore)}`]),
      ...(earlier === 0 ? [] : [`undone earlier ${formatCount(earlier)}`]),
      ...left.map(([name, count]) => `${name} ${formatCount(count)}`),
    ];
    await writeLine(io.stdout, `  ${parts.join(' · ')}`);
  }
  return left.length === 0 ? ExitCode.ok : ExitCode.partial;
}
