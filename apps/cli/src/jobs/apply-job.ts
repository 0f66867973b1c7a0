import { copyFile, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoreSelector } from '@kvtwin/versioned-value';
import { CliError } from '../command-line/cli-error.js';
import type { CliIo } from '../command-line/cli-io.js';
import type { Sides } from '../sides/resolve-sides.js';
import type { DiffJobFolder } from './diff-job-description.js';
import { createJob, type JobDescription, type JobFolder, listJobs, openJob } from './job-folder.js';
import { type CheckedPlan, checkPlan } from './plan-file-io.js';
import { replaceFile } from './replace-file.js';

/** One apply of one plan, and its undo. */
export interface ApplyJobDescription extends JobDescription {
  readonly kind: 'apply';
  /** The plan's file as it was named, for messages; the folder has a copy of its own, which is what is applied. */
  readonly plan: string;
  readonly planSha256: string;
  /** The diff job that the plan is made of. */
  readonly diff: string;
  readonly sides: Extract<Sides, { kind: 'two' }>;
  readonly selector: StoreSelector;
  readonly timeoutMs: number;
}

/**
 * The folder of an apply: the plan, a log of intents with before-images and outcomes in `apply/`, that of the undo in
 * `undo/`, what was left alone in `left.ndjson` and `undo-left.ndjson`, and `undone.json` once it is undone.
 */
export type ApplyJobFolder = JobFolder<ApplyJobDescription>;

/** What an apply job may be doing. */
export type ApplyStep = 'apply' | 'undo';

export function planFileOf(job: ApplyJobFolder): string {
  return join(job.path, 'plan.ndjson');
}

/** Where the log of intents and outcomes of an apply, or of its undo, is. */
export function logFolderOf(job: ApplyJobFolder, step: ApplyStep): string {
  return join(job.path, step);
}

/** Rows that were not written, or sides that were not put back. */
export function leftFileOf(job: ApplyJobFolder, step: ApplyStep): string {
  return join(job.path, step === 'apply' ? 'left.ndjson' : 'undo-left.ndjson');
}

/** When it was undone, ISO 8601; undefined where it is not, or not to its end. */
export async function undoneAt(job: ApplyJobFolder): Promise<string | undefined> {
  const text = await readFile(undoneFileOf(job), 'utf8').catch(ifMissing);
  return text === undefined ? undefined : (JSON.parse(text) as { at: string }).at;
}

export async function markUndone(job: ApplyJobFolder): Promise<void> {
  await replaceFile(undoneFileOf(job), `${JSON.stringify({ at: new Date().toISOString() })}\n`);
}

/** The apply of just this plan that was begun and not undone, or a new one; with a copy of the plan in its folder. */
export async function applyJobFor(
  env: CliIo['env'],
  file: string,
  { sha256 }: CheckedPlan,
  diff: DiffJobFolder,
): Promise<ApplyJobFolder> {
  const job = (await begunJob(env, diff.id, sha256)) ?? (await newJob(env, file, sha256, diff));
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
    if (job.description.planSha256 === sha256 && (await undoneAt(job)) === undefined) return job;
  }
  return undefined;
}

function newJob(
  env: CliIo['env'],
  plan: string,
  planSha256: string,
  { description, id }: DiffJobFolder,
): Promise<ApplyJobFolder> {
  const { sides, selector, timeoutMs } = description;
  return createJob<ApplyJobDescription>(env, 'a', {
    kind: 'apply',
    plan,
    planSha256,
    diff: id,
    sides,
    selector,
    timeoutMs,
  });
}

async function applyJobsOf(env: CliIo['env'], diff: string): Promise<ApplyJobFolder[]> {
  const all = (await listJobs(env)).filter(
    ({ description }) => description.kind === 'apply',
  ) as ApplyJobFolder[];
  return all.filter((job) => job.description.diff === diff);
}

/**
 * The apply that `kvtwin undo ID` means: that job itself, or the last apply of a diff job that is not undone. A CliError
 * tells where there is none.
 */
export async function applyJobToUndo(env: CliIo['env'], id: string): Promise<ApplyJobFolder> {
  const named = await openJob(env, id);
  if (named.description.kind === 'apply') {
    const job = named as ApplyJobFolder;
    const at = await undoneAt(job);
    if (at === undefined) return job;
    throw undoneAlready(job, at);
  }
  const jobs = await applyJobsOf(env, id);
  for (const job of jobs.reverse()) if ((await undoneAt(job)) === undefined) return job;
  const last = jobs[0];
  if (last !== undefined) throw undoneAlready(last, (await undoneAt(last)) ?? '');
  throw new CliError(`nothing of job ${id} is applied`, { hint: `kvtwin plan ${id} --help` });
}

function undoneAlready({ id, description }: ApplyJobFolder, at: string): CliError {
  return new CliError(`apply ${id} of ${description.plan} was undone at ${at}`, {
    hint: `an undo is undone by applying again: kvtwin apply ${description.plan}`,
  });
}

/** There once an undo has ended. */
export function undoneFileOf(job: ApplyJobFolder): string {
  return join(job.path, 'undone.json');
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
