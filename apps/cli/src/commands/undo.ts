import type { Command } from 'commander';
import { action, type CliContext } from '../command-line/cli-context.js';
import { confirmByNames } from '../command-line/confirm-by-names.js';
import type { ExitCode } from '../command-line/exit-code.js';
import { type ApplyFlags, addApplyOptions } from '../jobs/apply-flags.js';
import { applyJobToUndo } from '../jobs/apply-job.js';
import { runAndReportApply } from '../jobs/report-apply-job.js';

const help = `
Puts back the bytes that an apply replaced, and when they go away where the store tells that, but only where a side
still holds what the apply wrote. Of a diff job it undoes the last apply that is not undone yet. What it leaves alone
is listed in a file. An undo is undone by applying the plan again.

Examples:
  kvtwin undo d1
  kvtwin undo a2 --yes --rps 500

Exit codes: 0 done · 1 nothing is applied, or not confirmed · 3 some keys have changed since, or a side failed ·
4 a side is unreachable · 5 credentials · 130 interrupted: start it again to go on`;

export function registerUndo(program: Command, context: CliContext): void {
  const command = program
    .command('undo')
    .summary('put back what an apply wrote over')
    .description('Puts back what kvtwin apply wrote over.')
    .argument('<job>', 'the job of the apply, or of the diff whose plan was applied')
    .addHelpText('after', help)
    .action(action(context, (id: string, flags: ApplyFlags) => undo(context, id, flags)));
  addApplyOptions(command);
}

async function undo(context: CliContext, id: string, flags: ApplyFlags): Promise<ExitCode> {
  const job = await applyJobToUndo(context.io.env, id);
  const { plan, sides } = job.description;
  await confirmByNames(context.io, `undo ${job.id} (${plan}) on 2 sites?`, sides.names, flags.yes === true);
  return runAndReportApply(context, job, 'undo', flags);
}
