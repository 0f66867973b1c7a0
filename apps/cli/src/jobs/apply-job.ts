import { copyFile, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../command-line/cli-error.js';
import type { CliIo } from '../command-line/cli-io.js';
import type { DiffJobFolder } from './diff-job-description.js';
import { createJob, type JobFolder, listJobs } from './job-folder.js';
import { type CheckedPlan, checkPlan } from './plan-file-io.js';
import { expiredAt, undoneAt, type WritingJobDescription } from './writing-job.js';

/** One apply of one plan, and its undo. */
export interface ApplyJobDescription extends WritingJobDescription {
  readonly kind: 'apply';
  /** The plan's file as it was named, for messages; the folder has a copy of its own, which is what is applied. */
  readonly plan: string;
  readonly planSha256: string;
  /** The diff job that the plan is made of. */
  readonly diff: string;
}

/** The folder of an apply; it has the plan too. */
export type ApplyJobFolder = JobFolder<ApplyJobDescription>;

export function planFileOf(job: JobFolder): string {
  return join(job.path, 'plan.ndjson');
}

/** The apply of just this plan that was begun and not undone, or a new one; with a copy of the plan in its folder. */
export async function applyJobFor(
  env: CliIo['env'],
  file: string,
  { sha256 }: CheckedPlan,
  diff: DiffJobFolder,
  keepBeforeImagesMs: number | null,
): Promise<ApplyJobFolder> {
  const about = { plan: file, planSha256: sha256, keepBeforeImagesMs };
  const job = (await begunJob(env, diff.id, sha256)) ?? (await newJob(env, about, diff));
  const copy = planFileOf(job);
  if ((await readFile(copy).catch(ifMissing)) !== undefined) return job;
  const draft = `${copy}.tmp`;
  await copyFile(file, draft);
  if ((await checkPlan(draft)).sha256 !== sha256) {
    await rm(draft);
    throw new CliError(`${file} was changed while it was read; nothing was written`, {
      hint: 'start it again',
    });
  }
  await rename(draft, copy);
  return job;
}

async function begunJob(
  env: CliIo['env'],
  diff: string,
  sha256: string,
): Promise<ApplyJobFolder | undefined> {
  for (const job of await applyJobsOf(env, diff)) {
    if (job.description.planSha256 !== sha256 || (await undoneAt(job)) !== undefined) continue;
    if ((await expiredAt(job)) === undefined) return job;
  }
  return undefined;
}

function newJob(
  env: CliIo['env'],
  about: Pick<ApplyJobDescription, 'plan' | 'planSha256' | 'keepBeforeImagesMs'>,
  { description, id }: DiffJobFolder,
): Promise<ApplyJobFolder> {
  const { sides, selector, timeoutMs } = description;
  const of = { kind: 'apply', diff: id, sides, selector, timeoutMs } as const;
  return createJob<ApplyJobDescription>(env, 'a', { ...of, ...about });
}

async function applyJobsOf(env: CliIo['env'], diff: string): Promise<ApplyJobFolder[]> {
  const all = (await listJobs(env)).filter(
    ({ description }) => description.kind === 'apply',
  ) as ApplyJobFolder[];
  return all.filter((job) => job.description.diff === diff);
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
