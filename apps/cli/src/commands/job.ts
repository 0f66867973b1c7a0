import { diffClasses, differenceClasses } from '@kvtwin/reconcile';
import type { Command } from 'commander';
import { action, type CliContext } from '../cli-context.js';
import { CliError } from '../cli-error.js';
import { ExitCode } from '../exit-code.js';
import { formatCount } from '../format-size.js';
import { type JobFolder, type JobStatus, listJobs, openJob } from '../jobs/job-folder.js';
import { runAndReport } from '../jobs/report-diff-job.js';
import { writeJson, writeLine } from '../output.js';
import { plainTable } from '../plain-table.js';
import { withoutCredentials } from '../without-credentials.js';

const help = `
A job is what kvtwin diff --job began: a folder with its state, so that it goes on where it was after Ctrl-C, a crash or
kill -9. Its report has a line of JSON for each difference.

Examples:
  kvtwin job ls
  kvtwin job resume d1
  kvtwin job rm d1`;

export function registerJob(program: Command, context: CliContext): void {
  const job = program
    .command('job')
    .summary('list, resume and remove jobs')
    .description('Looks after the jobs that kvtwin diff --job began.')
    .addHelpText('after', help);
  job
    .command('ls')
    .description('Lists the jobs.')
    .option('--json', 'one JSON object a line')
    .action(action(context, (flags: { json?: boolean }) => list(context, flags)));
  job
    .command('show')
    .description('Shows one job.')
    .argument('<id>')
    .option('--json', 'as one JSON object')
    .action(action(context, (id: string, flags: { json?: boolean }) => show(context, id, flags)));
  job
    .command('resume')
    .description('Goes on with a job, from where it stands.')
    .argument('<id>')
    .option('--json', 'print the summary as one JSON object')
    .option('-q, --quiet', 'no progress')
    .action(
      action(context, async (id: string, flags: { json?: boolean; quiet?: boolean }) =>
        runAndReport(context, await openJob(context.io.env, id), flags),
      ),
    );
  job
    .command('rm')
    .description('Removes a job with everything in its folder: report, before-images, undo.')
    .argument('<id>')
    .action(action(context, (id: string) => remove(context, id)));
}

async function list({ io }: CliContext, flags: { json?: boolean }): Promise<ExitCode> {
  const rows: string[][] = [['job', 'state', 'units', 'differences', 'sides']];
  for (const job of await listJobs(io.env)) {
    const status = await job.readStatus();
    if (flags.json) await writeJson(io.stdout, jobToJson(job, status));
    else rows.push(rowOf(job, status));
  }
  if (flags.json) return ExitCode.ok;
  if (rows.length === 1) await writeLine(io.stderr, 'no jobs yet: kvtwin diff --job');
  else await writeLine(io.stdout, plainTable(rows, ['left', 'left', 'right', 'right', 'left']));
  return ExitCode.ok;
}

function rowOf(job: JobFolder, status: JobStatus | undefined): string[] {
  const units = status === undefined ? '' : `${status.units}/${status.unitCount}`;
  const differences = status === undefined ? '' : formatCount(differencesOf(status));
  return [job.id, stateOf(status), units, differences, job.description.sides.names.join(' ')];
}

function stateOf(status: JobStatus | undefined): string {
  if (status === undefined) return 'new';
  if (status.phase === 'done') return 'done';
  return status.running ? status.phase : 'paused';
}

function differencesOf({ classes }: JobStatus): number {
  return differenceClasses.reduce((sum, name) => sum + classes[name], 0);
}

function jobToJson(job: JobFolder, status: JobStatus | undefined): unknown {
  const { id, kind, createdAt, selector, sides } = job.description;
  return {
    id,
    kind,
    state: stateOf(status),
    createdAt,
    names: sides.names,
    urls: sides.urls.map((url) => withoutCredentials(url)),
    selector,
    folder: job.path,
    ...(status === undefined ? {} : { status }),
  };
}

async function show({ io }: CliContext, id: string, flags: { json?: boolean }): Promise<ExitCode> {
  const job = await openJob(io.env, id);
  const status = await job.readStatus();
  if (flags.json) {
    await writeJson(io.stdout, jobToJson(job, status));
    return ExitCode.ok;
  }
  const { createdAt, selector, sides } = job.description;
  const table = 'table' in selector && selector.table !== undefined ? ` ${selector.table}` : '';
  await writeLine(io.stdout, `${id}  diff of ${selector.type}${table}, ${stateOf(status)}`);
  for (const [at, name] of sides.names.entries()) {
    const shown = status === undefined ? '' : `, ${formatCount(status.scanned[at]!)} shown`;
    await writeLine(io.stdout, `  ${name}  ${withoutCredentials(sides.urls[at]!)}${shown}`);
  }
  await writeLine(io.stdout, `  begun ${createdAt}`);
  await writeLine(io.stdout, `  folder ${job.path}`);
  if (status === undefined) return ExitCode.ok;
  await writeLine(io.stdout, `  units ${status.units} of ${status.unitCount}`);
  for (const name of diffClasses) {
    if (status.classes[name] > 0)
      await writeLine(io.stdout, `  ${name} ${formatCount(status.classes[name])}`);
  }
  if (status.reportSha256 !== undefined) await writeLine(io.stdout, `  report sha256 ${status.reportSha256}`);
  return ExitCode.ok;
}

async function remove({ io }: CliContext, id: string): Promise<ExitCode> {
  const job = await openJob(io.env, id);
  const status = await job.readStatus();
  if (status?.running) {
    throw new CliError(`job ${id} runs in process ${status.pid}`, { hint: 'stop that first: Ctrl-C there' });
  }
  await job.remove();
  await writeLine(io.stderr, `job ${id} is removed`);
  return ExitCode.ok;
}
