import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Journal, JournalError } from '@kvtwin/journal';
import type { CliIo } from '../command-line/cli-io.js';
import { formatDuration } from '../output/format-duration.js';
import { writeLine } from '../output/output.js';
import { applyJournalOptions } from './apply-journal-options.js';
import { listJobs } from './job-folder.js';
import {
  asWritingJob,
  expiredAt,
  logFolderOf,
  markExpired,
  undoBegan,
  undoneAt,
  type WritingJobFolder,
} from './writing-job.js';

/** How long a job keeps its before-images, for people: `30d`, `until kvtwin job rm a2`. */
export function keptText({ description, id }: WritingJobFolder): string {
  const { keepBeforeImagesMs: ms } = description;
  return typeof ms === 'number' ? formatDuration(ms) : `until kvtwin job rm ${id}`;
}

/**
 * When the before-images of a job may go, in milliseconds since the epoch. Undefined where they are needed: it is not done,
 * or its undo has begun and is not; where it is to keep them until it is removed; and where they are gone already.
 */
export async function beforeImagesUntilMs(job: WritingJobFolder): Promise<number | undefined> {
  const { keepBeforeImagesMs: keepMs, kind } = job.description;
  if (typeof keepMs !== 'number' || (await expiredAt(job)) !== undefined) return undefined;
  if (undoBegan(job) && kind === 'apply' && (await undoneAt(job)) === undefined) return undefined;
  const status = await job.readStatus();
  if (status?.state !== 'done') return undefined;
  return Date.parse(status.updatedAt) + keepMs;
}

/**
 * Removes the before-images whose time is over, and says of which jobs; the jobs stay, with what they left alone. `except`:
 * the job that is asked for right now.
 */
export async function pruneBeforeImages(io: CliIo, nowMs = Date.now()): Promise<void> {
  for (const folder of await listJobs(io.env)) {
    const job = asWritingJob(folder);
    const untilMs = job === undefined ? undefined : await beforeImagesUntilMs(job);
    if (job === undefined || untilMs === undefined || untilMs > nowMs) continue;
    if (!(await removeLogs(job))) continue;
    await writeLine(
      io.stderr,
      `the before-images of job ${job.id} are removed: they are kept ${keptText(job)}; kvtwin undo ${job.id} is over`,
    );
  }
}

/** Answers whether they are gone: another process may be at work on them. */
async function removeLogs(job: WritingJobFolder): Promise<boolean> {
  const folder = logFolderOf(job, 'apply');
  if (existsSync(folder)) {
    try {
      await (await Journal.open(folder, applyJournalOptions)).close();
    } catch (error) {
      if (JournalError.is(error) && error.code === 'JOURNAL_LOCKED') return false;
      if (!JournalError.is(error)) throw error;
    }
  }
  // Marked first: what is half removed must not be taken for all that there was.
  await markExpired(job);
  for (const step of ['apply', 'undo'] as const) {
    const log = logFolderOf(job, step);
    if (!existsSync(log)) continue;
    const doomed = `${log}.expired`;
    await rename(log, doomed);
    await rm(doomed, { recursive: true, force: true });
  }
  return true;
}
