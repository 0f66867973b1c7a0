import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClassCounts } from '@kvtwin/reconcile';
import type { StoreSelector, Two } from '@kvtwin/versioned-value';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import type { Sides } from '../resolve-sides.js';
import { replaceFile } from './replace-file.js';
import { stateFolder } from './state-folder.js';

/** What a job is about; written once. URLs may hold passwords, so it is readable by its owner only. */
export interface JobDescription {
  readonly format: 'kvtwin.job/1';
  readonly id: string;
  readonly kind: 'diff';
  /** ISO 8601. */
  readonly createdAt: string;
  readonly sides: Extract<Sides, { kind: 'two' }>;
  readonly selector: StoreSelector;
  readonly settleMs: number;
  readonly confirmReads: number;
  readonly timeoutMs: number;
  readonly rps?: number;
}

/** Where a job stands; replaced as a whole, so that others may read it while the job runs. */
export interface JobStatus {
  readonly format: 'kvtwin.job-status/1';
  readonly phase: 'scanning' | 'comparing' | 'done';
  /** Of the process that last worked on it. */
  readonly pid: number;
  readonly running: boolean;
  /** ISO 8601. */
  readonly updatedAt: string;
  readonly scanned: Two<number>;
  readonly units: number;
  readonly unitCount: number;
  readonly classes: ClassCounts;
  readonly elapsedMs: number;
  /** SHA-256 of `report.ndjson`; only when done. */
  readonly reportSha256?: string;
}

/** The folder of one job: `job.json`, `status.json`, `report.ndjson`, and `state/`, `applied/`, `undone/`. */
export class JobFolder {
  constructor(
    readonly path: string,
    readonly description: JobDescription,
  ) {}

  get id(): string {
    return this.description.id;
  }

  get reportFile(): string {
    return join(this.path, 'report.ndjson');
  }

  folder(name: 'state' | 'applied' | 'undone'): string {
    return join(this.path, name);
  }

  async writeStatus(status: Omit<JobStatus, 'format' | 'updatedAt'>): Promise<void> {
    const whole: JobStatus = {
      format: 'kvtwin.job-status/1',
      ...status,
      updatedAt: new Date().toISOString(),
    };
    await replaceFile(join(this.path, 'status.json'), `${JSON.stringify(whole, null, 2)}\n`);
  }

  /** Undefined before the job has done anything. A process that is gone is not running. */
  async readStatus(): Promise<JobStatus | undefined> {
    const text = await readFile(join(this.path, 'status.json'), 'utf8').catch(ifMissing(undefined));
    if (text === undefined) return undefined;
    const status = JSON.parse(text) as JobStatus;
    return status.running && !isAlive(status.pid) ? { ...status, running: false } : status;
  }

  remove(): Promise<void> {
    return rm(this.path, { recursive: true, force: true });
  }
}

/** Makes the folder of a new job; jobs are numbered in the order of their making: `d1`, `d2`, … */
export async function createJob(
  env: CliIo['env'],
  about: Omit<JobDescription, 'format' | 'id' | 'kind' | 'createdAt'>,
): Promise<JobFolder> {
  const all = join(stateFolder(env), 'jobs');
  await mkdir(all, { recursive: true, mode: 0o700 });
  const numbers = (await readdir(all)).map((name) => Number(/^d(\d+)$/.exec(name)?.[1] ?? 0));
  for (let number = Math.max(0, ...numbers) + 1; ; number++) {
    const id = `d${number}`;
    const path = join(all, id);
    try {
      await mkdir(path, { mode: 0o700 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw error;
    }
    const createdAt = new Date().toISOString();
    const description: JobDescription = { format: 'kvtwin.job/1', id, kind: 'diff', createdAt, ...about };
    await replaceFile(join(path, 'job.json'), `${JSON.stringify(description, null, 2)}\n`);
    return new JobFolder(path, description);
  }
}

/** The job of that id; a CliError tells the ids there are. */
export async function openJob(env: CliIo['env'], id: string): Promise<JobFolder> {
  const all = await listJobs(env);
  const found = all.find((job) => job.id === id);
  if (found !== undefined) return found;
  throw new CliError(`there is no job ${id}`, {
    hint:
      all.length === 0 ? 'no jobs yet: kvtwin diff --job' : `jobs: ${all.map((job) => job.id).join(', ')}`,
  });
}

/** All jobs, in the order of their making. */
export async function listJobs(env: CliIo['env']): Promise<JobFolder[]> {
  const all = join(stateFolder(env), 'jobs');
  const jobs: JobFolder[] = [];
  for (const name of await readdir(all).catch(ifMissing([]))) {
    const path = join(all, name);
    const text = await readFile(join(path, 'job.json'), 'utf8').catch(ifMissing(undefined));
    if (text !== undefined) jobs.push(new JobFolder(path, JSON.parse(text) as JobDescription));
  }
  return jobs.sort((one, other) => numberOf(one.id) - numberOf(other.id));
}

function numberOf(id: string): number {
  return Number(id.slice(1));
}

function ifMissing<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return instead;
    throw error;
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
