import { differenceClasses } from '@kvtwin/reconcile';
import { CliError } from '../command-line/cli-error.js';
import type { CliIo } from '../command-line/cli-io.js';
import { type DiffJobFolder, openDiffJob } from '../jobs/diff-job-description.js';
import { listJobs } from '../jobs/job-folder.js';
import { reportLines } from '../jobs/report-lines.js';
import type { OpenConflict } from './open-conflict.js';

/** The diff job of that id, which must be done; without an id the last one that is, or undefined. */
export async function jobOfConflicts(
  env: CliIo['env'],
  id: string | undefined,
): Promise<DiffJobFolder | undefined> {
  if (id !== undefined) {
    const job = await openDiffJob(env, id);
    if ((await job.readStatus())?.state === 'done') return job;
    throw new CliError(`job ${id} is not done`, { hint: `kvtwin job resume ${id}` });
  }
  for (const job of (await listJobs(env)).reverse()) {
    if (job.description.kind === 'diff' && (await job.readStatus())?.state === 'done')
      return job as DiffJobFolder;
  }
  return undefined;
}

/** The differences that a job found, as its report has them. */
export async function* jobConflicts(job: DiffJobFolder): AsyncGenerator<OpenConflict> {
  const status = await job.readStatus();
  const atMs = Date.parse(status?.updatedAt ?? job.description.createdAt);
  for await (const { key, class: name } of reportLines(job.reportFile)) {
    if (!differenceClasses.includes(name) && name !== 'unreadable') continue;
    yield { key, class: name, store: job.description.selector, atMs, from: `job ${job.id}` };
  }
}
