import { CliError } from '../command-line/cli-error.js';
import type { CliIo } from '../command-line/cli-io.js';
import type { ApplyJobDescription } from './apply-job.js';
import { type JobFolder, listJobs, openJob } from './job-folder.js';
import { asWritingJob, expiredAt, undoneAt, type WritingJobFolder } from './writing-job.js';

/**
 * The job that `kvtwin undo ID` means: that job itself, or the last one that wrote what a diff job found and that is not
 * undone. A CliError tells where there is none.
 */
export async function jobToUndo(env: CliIo['env'], id: string): Promise<WritingJobFolder> {
  const named = await openJob(env, id);
  const writing = asWritingJob(named);
  const jobs = writing === undefined ? await jobsOf(env, named) : [writing];
  const open: WritingJobFolder[] = [];
  for (const job of jobs) if ((await undoneAt(job)) === undefined) open.push(job);
  const last = open.pop();
  if (last !== undefined) return unlessExpired(last);
  const undone = jobs.pop();
  if (undone === undefined) {
    throw new CliError(`nothing of job ${id} is applied`, { hint: `kvtwin plan ${id} --help` });
  }
  const at = await undoneAt(undone);
  const { plan } = undone.description as Partial<ApplyJobDescription>;
  const again =
    plan === undefined ? 'deciding again: kvtwin resolve' : `applying again: kvtwin apply ${plan}`;
  throw new CliError(`job ${undone.id} was undone at ${at}`, { hint: `an undo is undone by ${again}` });
}

async function jobsOf(env: CliIo['env'], { id }: JobFolder): Promise<WritingJobFolder[]> {
  const all = (await listJobs(env)).flatMap((job) => asWritingJob(job) ?? []);
  return all.filter(({ description }) => description.diff === id);
}

async function unlessExpired(job: WritingJobFolder): Promise<WritingJobFolder> {
  const at = await expiredAt(job);
  if (at === undefined) return job;
  throw new CliError(`the before-images of job ${job.id} were removed at ${at}: their time was over`, {
    hint: 'what is to be kept longer is told so when it is written: --keep 90d, --keep forever',
  });
}
