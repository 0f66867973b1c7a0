import type { Command } from 'commander';
import { action, type CliContext } from '../command-line/cli-context.js';
import { CliError } from '../command-line/cli-error.js';
import { ExitCode } from '../command-line/exit-code.js';
import { beforeImagesUntilMs, pruneBeforeImages } from '../jobs/before-images.js';
import { openDiffJob } from '../jobs/diff-job-description.js';
import { type JobFolder, listJobs, openJob } from '../jobs/job-folder.js';
import type { ResumeFlags } from '../jobs/job-kind.js';
import { jobKinds, kindOf } from '../jobs/job-kinds.js';
import type { JobStatus } from '../jobs/job-status.js';
import { asWritingJob, expiredAt } from '../jobs/writing-job.js';
import { formatDuration } from '../output/format-duration.js';
import { formatCount } from '../output/format-size.js';
import { writeJson, writeLine } from '../output/output.js';
import { plainTable } from '../output/plain-table.js';
import { withoutCredentials } from '../sides/without-credentials.js';

const help = `
A job is a folder with the state of a long piece of work, so that it goes on where it was after Ctrl-C, a crash or
kill -9. A diff's report has a line of JSON for each difference. Before-images of an apply or a resolve that is done are
removed when their time is over (--keep, 30 days) and one of these commands or kvtwin apply starts; it says so then.

Examples:
  kvtwin job ls
  kvtwin job resume d1
  kvtwin job show d1 --html d1.html
  kvtwin job rm d1

Exit codes: 0 done · 1 there is no such job · resume: those of the command that began the job`;

const subHelp = {
  ls: `
Examples:
  kvtwin job ls
  kvtwin job ls --json

Exit codes: 0 printed`,
  show: `
Examples:
  kvtwin job show d1
  kvtwin job show d1 --html d1.html

Exit codes: 0 printed · 1 there is no such job, or the page cannot be written`,
  resume: `
Examples:
  kvtwin job resume d1
  kvtwin job resume m2 --quiet

Exit codes: those of the command that began the job · 1 there is no such job`,
  rm: `
Examples:
  kvtwin job rm d1 d2
  kvtwin job rm --done

Exit codes: 0 removed · 1 there is no such job, or it runs`,
};

export function registerJob(program: Command, context: CliContext): void {
  const job = program
    .command('job')
    .summary('list, resume and remove jobs')
    .description('Looks after the jobs that other commands began.')
    .addHelpText('after', help);
  job
    .command('ls')
    .summary('list the jobs')
    .description('Lists the jobs, the oldest first, and how far each is.')
    .option('--json', 'one JSON object a line')
    .addHelpText('after', subHelp.ls)
    .action(action(context, (flags: { json?: boolean }) => list(context, flags)));
  job
    .command('show')
    .summary('show one job')
    .description('Shows what a job is about, and how far it is.')
    .argument('<id>', 'the job, as job ls shows it')
    .option('--json', 'as one JSON object')
    .option('--html <file>', 'write the page of a diff that is done, with its plots')
    .addHelpText('after', subHelp.show)
    .action(action(context, (id: string, flags: ShowFlags) => show(context, id, flags)));
  job
    .command('resume')
    .summary('go on with a job')
    .description('Goes on with a job, from where it stands.')
    .argument('<id>', 'the job, as job ls shows it')
    .option('--json', 'print the summary as one JSON object')
    .option('-q, --quiet', 'no progress')
    .addHelpText('after', subHelp.resume)
    .action(action(context, (id: string, flags: ResumeFlags) => resume(context, id, flags)));
  job
    .command('rm')
    .summary('remove jobs')
    .description('Removes jobs with everything in their folders: report, before-images, undo.')
    .argument('[ids...]', 'the jobs, as job ls shows them')
    .option('--done', 'every diff that is done and of which nothing was applied')
    .option('--force', 'also what seems to run: its process may be gone, and another have its number')
    .addHelpText('after', subHelp.rm)
    .action(action(context, (ids: string[], flags: RemoveFlags) => remove(context, ids, flags)));
}

interface ShowFlags {
  readonly json?: boolean;
  readonly html?: string;
}

async function list({ io }: CliContext, flags: { json?: boolean }): Promise<ExitCode> {
  await pruneBeforeImages(io);
  const rows: string[][] = [['job', 'kind', 'state', 'age', 'units', 'keys', 'result', 'sides']];
  for (const job of await listJobs(io.env)) {
    const status = await job.readStatus();
    if (flags.json) await writeJson(io.stdout, await jobToJson(job, status));
    else rows.push(rowOf(job, status));
  }
  if (flags.json) return ExitCode.ok;
  if (rows.length === 1) await writeLine(io.stderr, 'no jobs yet: kvtwin diff');
  else await writeLine(io.stdout, plainTable(rows, [...alignments]));
  return ExitCode.ok;
}

const alignments = ['left', 'left', 'left', 'right', 'right', 'right', 'left', 'left'] as const;

function rowOf(job: JobFolder, status: JobStatus | undefined): string[] {
  const units = status === undefined ? '' : `${status.units.done}/${status.units.total}`;
  const keys = status === undefined ? '' : formatCount(status.keys);
  const { kind } = job.description;
  const known = jobKinds.find(({ name }) => name === kind);
  const sides = known?.sides(job).map(({ name }) => name) ?? [];
  const age = formatDuration(ageMsOf(job));
  return [job.id, kind, stateOf(status), age, units, keys, status?.result ?? '', sides.join(' ')];
}

/** Since it was begun. */
function ageMsOf({ description }: JobFolder): number {
  return Math.max(0, Date.now() - Date.parse(description.createdAt));
}

/** What it does while it runs; else whether it is done. */
function stateOf(status: JobStatus | undefined): string {
  if (status === undefined) return 'new';
  return status.state === 'running' ? status.phase : status.state;
}

async function jobToJson(job: JobFolder, status: JobStatus | undefined): Promise<unknown> {
  const { id, kind, createdAt } = job.description;
  const writing = asWritingJob(job);
  const untilMs = writing === undefined ? undefined : await beforeImagesUntilMs(writing);
  const removedAt = writing === undefined ? undefined : await expiredAt(writing);
  const sides = jobKinds.find(({ name }) => name === kind)?.sides(job) ?? [];
  return {
    id,
    kind,
    state: status?.state ?? 'new',
    createdAt,
    ageMs: ageMsOf(job),
    ...(untilMs === undefined ? {} : { beforeImagesUntil: new Date(untilMs).toISOString() }),
    ...(removedAt === undefined ? {} : { beforeImagesRemovedAt: removedAt }),
    names: sides.map(({ name }) => name),
    urls: sides.map(({ url }) => withoutCredentials(url)),
    folder: job.path,
    ...(status === undefined ? {} : { status }),
  };
}

async function show({ io }: CliContext, id: string, flags: ShowFlags): Promise<ExitCode> {
  if (flags.html !== undefined) {
    const { writeHtmlReport } = await import('../html-report/write-html-report.js');
    await writeHtmlReport(await openDiffJob(io.env, id), flags.html);
    await writeLine(io.stderr, `wrote ${flags.html}`);
    return ExitCode.ok;
  }
  await pruneBeforeImages(io);
  const job = await openJob(io.env, id);
  const status = await job.readStatus();
  if (flags.json) {
    await writeJson(io.stdout, await jobToJson(job, status));
    return ExitCode.ok;
  }
  const kind = kindOf(job);
  const sides = kind.sides(job).map(({ name, url }) => `${name}  ${withoutCredentials(url)}`);
  const age = formatDuration(ageMsOf(job));
  const lines = [...sides, `begun ${job.description.createdAt}, ${age} ago`, `folder ${job.path}`];
  if (status !== undefined) lines.push(...standing(status), ...(await kind.details(job, status)));
  await writeLine(io.stdout, `${id}  ${kind.about(job)}, ${stateOf(status)}`);
  for (const line of lines) await writeLine(io.stdout, `  ${line}`);
  return ExitCode.ok;
}

function standing({ units, keys, keysPerSecond, elapsedMs, updatedAt }: JobStatus): string[] {
  return [
    `units ${units.done} of ${units.total}`,
    `keys ${formatCount(keys)}, ${formatCount(keysPerSecond)} a second over ${formatDuration(elapsedMs)}`,
    `seen ${updatedAt}`,
  ];
}

async function resume(context: CliContext, id: string, flags: ResumeFlags): Promise<ExitCode> {
  const job = await openJob(context.io.env, id);
  return kindOf(job).resume(context, job, flags);
}

interface RemoveFlags {
  readonly done?: boolean;
  readonly force?: boolean;
}

async function remove({ io }: CliContext, ids: readonly string[], flags: RemoveFlags): Promise<ExitCode> {
  if (ids.length === 0 && flags.done !== true) {
    throw new CliError('which jobs?', { hint: 'kvtwin job rm ID, or kvtwin job rm --done' });
  }
  const jobs = await Promise.all(ids.map((id) => openJob(io.env, id)));
  if (flags.done === true) jobs.push(...(await doneDiffs(io.env)));
  for (const job of jobs) {
    const status = await job.readStatus();
    if (status?.state !== 'running' || flags.force === true) continue;
    throw new CliError(`job ${job.id} runs in process ${status.pid}`, {
      hint: 'stop that first: Ctrl-C there; --force where that process is another one',
    });
  }
  for (const job of jobs) await job.remove();
  const removed = [...new Set(jobs.map(({ id }) => id))];
  if (removed.length === 1) await writeLine(io.stderr, `job ${removed[0]} is removed`);
  else await writeLine(io.stderr, `${removed.length} jobs are removed`);
  return ExitCode.ok;
}

/** Diffs that are done and that no apply is of. */
async function doneDiffs(env: CliContext['io']['env']): Promise<JobFolder[]> {
  const all = await listJobs(env);
  const applied = new Set(all.map(({ description }) => (description as { readonly diff?: string }).diff));
  const found: JobFolder[] = [];
  for (const job of all) {
    if (job.description.kind !== 'diff' || applied.has(job.id)) continue;
    if ((await job.readStatus())?.state === 'done') found.push(job);
  }
  return found;
}
