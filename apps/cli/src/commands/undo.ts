import type { Command } from 'commander';
import { action, type CliContext } from '../command-line/cli-context.js';
import { confirmByNames } from '../command-line/confirm-by-names.js';
import type { ExitCode } from '../command-line/exit-code.js';
import { type ApplyFlags, addApplyOptions } from '../jobs/apply-flags.js';
import { kindOf } from '../jobs/job-kinds.js';
import { jobToUndo } from '../jobs/job-to-undo.js';
import { runAndReportApply } from '../jobs/report-apply-job.js';

const help = `
Puts back the bytes that an apply or a resolve replaced, and when they go away where the store tells that, but only
where a side still holds what was written. Of a diff job it undoes the last apply or resolve that is not undone yet.
What it leaves alone is listed in a file. An undo is undone by applying the plan, or deciding, again. Before-images are
kept for 30 days, or as long as --keep or KVTWIN_KEEP said when they were taken.

Examples:
  kvtwin undo d1
  kvtwin undo a2 --yes --rps 500
  kvtwin undo r3

Exit codes: 0 done · 1 nothing is applied, not confirmed, or before-images are gone · 3 some keys have changed since, or a side failed ·
4 a side is unreachable · 5 credentials · 130 interrupted: start it again to go on`;

export function registerUndo(program: Command, context: CliContext): void {
  const command = program
    .command('undo')
    .summary('put back what an apply or a resolve wrote over')
    .description('Puts back what kvtwin apply or kvtwin resolve wrote over.')
    .argument('<job>', 'the job of the apply or the resolve, or of the diff that it was of')
    .addHelpText('after', help)
    .action(action(context, (id: string, flags: ApplyFlags) => undo(context, id, flags)));
  addApplyOptions(command);
}

async function undo(context: CliContext, id: string, flags: ApplyFlags): Promise<ExitCode> {
  const job = await jobToUndo(context.io.env, id);
  const { names } = job.description.sides;
  const about = kindOf(job).about(job);
  await confirmByNames(context.io, `undo ${job.id}, ${about}, on 2 sites?`, names, flags.yes === true);
  return runAndReportApply(context, job, 'undo', flags);
}
