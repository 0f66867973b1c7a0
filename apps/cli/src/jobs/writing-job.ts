import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoreSelector } from '@kvtwin/versioned-value';
import type { Sides } from '../sides/resolve-sides.js';
import type { JobDescription, JobFolder } from './job-folder.js';
import { replaceFile } from './replace-file.js';

/** What every job says that writes to the two sides and can be undone: an apply, and the decisions of a resolve. */
export interface WritingJobDescription extends JobDescription {
  readonly kind: 'apply' | 'resolve';
  /** The diff job that it is of, where there is one. */
  readonly diff?: string;
  readonly sides: Extract<Sides, { kind: 'two' }>;
  readonly selector: StoreSelector;
  readonly timeoutMs: number;
  /** How long its before-images are kept once it is done; `null`: until it is removed. So did jobs that do not say. */
  readonly keepBeforeImagesMs?: number | null;
}

/**
 * The folder of a job that writes: a log of intents with before-images and outcomes in `apply/`, that of the undo in
 * `undo/`, what was left alone in `left.ndjson` and `undo-left.ndjson`, `undone.json` once it is undone, and
 * `expired.json` once its before-images are gone.
 */
export type WritingJobFolder = JobFolder<WritingJobDescription>;

/** What such a job may be doing. */
export type ApplyStep = 'apply' | 'undo';

/** Undefined for a job of another kind. */
export function asWritingJob(job: JobFolder): WritingJobFolder | undefined {
  const { kind } = job.description;
  return kind === 'apply' || kind === 'resolve' ? (job as WritingJobFolder) : undefined;
}

/** Where the log of intents and outcomes, or of the undo, is. */
export function logFolderOf(job: JobFolder, step: ApplyStep): string {
  return join(job.path, step);
}

/** Rows that were not written, or sides that were not put back. */
export function leftFileOf(job: JobFolder, step: ApplyStep): string {
  return join(job.path, step === 'apply' ? 'left.ndjson' : 'undo-left.ndjson');
}

/** Whether an undo has begun: from then on nothing is applied any more. */
export function undoBegan(job: JobFolder): boolean {
  return existsSync(logFolderOf(job, 'undo'));
}

/** When it was undone, ISO 8601; undefined where it is not, or not to its end. */
export function undoneAt(job: JobFolder): Promise<string | undefined> {
  return instantIn(join(job.path, 'undone.json'));
}

export function markUndone(job: JobFolder): Promise<void> {
  return keepInstant(join(job.path, 'undone.json'));
}

/** When its before-images were removed because their time was over, ISO 8601; undefined where they are there. */
export function expiredAt(job: JobFolder): Promise<string | undefined> {
  return instantIn(join(job.path, 'expired.json'));
}

export function markExpired(job: JobFolder): Promise<void> {
  return keepInstant(join(job.path, 'expired.json'));
}

function keepInstant(file: string): Promise<void> {
  return replaceFile(file, `${JSON.stringify({ at: new Date().toISOString() })}\n`);
}

async function instantIn(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : (JSON.parse(text) as { at: string }).at;
}
