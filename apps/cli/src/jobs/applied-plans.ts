import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../cli-error.js';
import type { JobFolder } from './job-folder.js';
import { replaceFile } from './replace-file.js';

/** One apply of a job: `applied/1`, `applied/2` …, each with the log of its intents and outcomes. */
export interface AppliedPlan {
  readonly number: number;
  /** The plan's file, for messages. */
  readonly plan: string;
  readonly planSha256: string;
  /** ISO 8601. */
  readonly begunAt: string;
  /** Whether `kvtwin undo` finished with it. */
  readonly undone: boolean;
}

/** The applies of a job in the order in which they began. */
export async function appliedPlans(job: JobFolder): Promise<AppliedPlan[]> {
  const folder = job.folder('applied');
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const found: AppliedPlan[] = [];
  for (const name of names) {
    const text = await readFile(join(folder, name, 'plan.json'), 'utf8').catch(() => undefined);
    if (text !== undefined) found.push(JSON.parse(text) as AppliedPlan);
  }
  return found.sort((one, other) => one.number - other.number);
}

/** The apply of just this plan that was begun and not undone, or a new one. */
export async function appliedPlanFor(job: JobFolder, plan: string, planSha256: string): Promise<AppliedPlan> {
  const all = await appliedPlans(job);
  const begun = all.find((each) => each.planSha256 === planSha256 && !each.undone);
  if (begun !== undefined) return begun;
  const number = (all.at(-1)?.number ?? 0) + 1;
  const applied: AppliedPlan = {
    number,
    plan,
    planSha256,
    begunAt: new Date().toISOString(),
    undone: false,
  };
  await mkdir(applyFolder(job, number), { recursive: true, mode: 0o700 });
  await writeAppliedPlan(job, applied);
  return applied;
}

/** The last apply that is not undone; a CliError where there is none. */
export async function lastAppliedPlan(job: JobFolder): Promise<AppliedPlan> {
  const last = (await appliedPlans(job)).findLast((each) => !each.undone);
  if (last !== undefined) return last;
  throw new CliError(`nothing of job ${job.id} is applied`, { hint: `kvtwin plan ${job.id} --help` });
}

export function writeAppliedPlan(job: JobFolder, applied: AppliedPlan): Promise<void> {
  const file = join(applyFolder(job, applied.number), 'plan.json');
  return replaceFile(file, `${JSON.stringify(applied, null, 2)}\n`);
}

export function applyFolder(job: JobFolder, number: number): string {
  return join(job.folder('applied'), String(number));
}

/** Where the log of intents and outcomes of an apply, or of its undo, is. */
export function applyLogFolder(job: JobFolder, number: number, of: 'apply' | 'undo'): string {
  return join(applyFolder(job, number), of);
}
