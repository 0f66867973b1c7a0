import { readFile } from 'node:fs/promises';
import { replaceFile } from './replace-file.js';

/** Where a job stands, the same for every kind; replaced as a whole, so that others may read it while the job runs. */
export interface JobStatus {
  readonly format: 'kvtwin.job-status/1';
  readonly kind: string;
  /** `paused`: begun, not done, and no process works on it. */
  readonly state: 'running' | 'paused' | 'done';
  /** What it does right now, in a word of its kind: `scanning`, `comparing`, `copying` … */
  readonly phase: string;
  /** Of the process that last worked on it. */
  readonly pid: number;
  /** ISO 8601, of its first attempt. */
  readonly startedAt: string;
  /** ISO 8601. */
  readonly updatedAt: string;
  /** Time worked on it, over all attempts. */
  readonly elapsedMs: number;
  readonly units: { readonly done: number; readonly total: number };
  /** Keys dealt with. */
  readonly keys: number;
  /** Keys per second of the time worked on it. */
  readonly keysPerSecond: number;
  /** What came of it so far, in a few words, for `job ls`. */
  readonly result: string;
  /** What only jobs of this kind tell. */
  readonly detail: unknown;
}

/** Writes a status over the one that is there. */
export async function writeJobStatus(file: string, status: JobStatus): Promise<void> {
  await replaceFile(file, `${JSON.stringify(status, null, 2)}\n`);
}

/** Undefined before the job has done anything. What a process that is gone left as running is paused. */
export async function readJobStatus(file: string): Promise<JobStatus | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const status = JSON.parse(text) as JobStatus;
  return status.state === 'running' && !isAlive(status.pid) ? { ...status, state: 'paused' } : status;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
