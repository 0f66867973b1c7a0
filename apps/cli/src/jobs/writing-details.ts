import { existsSync } from 'node:fs';
import { beforeImagesUntilMs, keptText } from './before-images.js';
import type { JobStatus } from './job-status.js';
import { expiredAt, leftFileOf, undoBegan, undoneAt, type WritingJobFolder } from './writing-job.js';

/** What `job show` prints of a job that can be undone. */
export async function writingDetails(
  job: WritingJobFolder,
  { result }: JobStatus,
): Promise<readonly string[]> {
  const left = (['apply', 'undo'] as const)
    .map((step) => leftFileOf(job, step))
    .filter((file) => existsSync(file));
  return [result, ...left.map((file) => `left alone: ${file}`), await standing(job), ...(await kept(job))];
}

async function standing(job: WritingJobFolder): Promise<string> {
  if ((await undoneAt(job)) !== undefined) return 'undone';
  const removed = await expiredAt(job);
  if (removed !== undefined) return `before-images removed ${removed}: it cannot be undone any more`;
  return undoBegan(job) && job.description.kind === 'apply'
    ? 'its undo has begun'
    : `kvtwin undo ${job.id} takes it back`;
}

async function kept(job: WritingJobFolder): Promise<string[]> {
  if ((await expiredAt(job)) !== undefined) return [];
  const untilMs = await beforeImagesUntilMs(job);
  const until = untilMs === undefined ? '' : `, until ${new Date(untilMs).toISOString()}`;
  const { keepBeforeImagesMs } = job.description;
  const once = typeof keepBeforeImagesMs === 'number' && untilMs === undefined ? ' once it is done' : '';
  return [`before-images kept ${keptText(job)}${once}${until}`];
}
