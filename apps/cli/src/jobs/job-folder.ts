import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../command-line/cli-error.js';
import type { CliIo } from '../command-line/cli-io.js';
import { type JobStatus, readJobStatus } from './job-status.js';
import { replaceFile } from './replace-file.js';
import { stateFolder } from './state-folder.js';

/** What every job is about, whatever its kind; written once. URLs in it may hold passwords: its owner reads it only. */
export interface JobDescription {
  readonly format: 'kvtwin.job/1';
  readonly id: string;
  /** The name of its {@link JobKind}. */
  readonly kind: string;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** The folder of one job: `job.json`, `status.json`, `state/` (LevelDB, one process at a time), and what its kind adds. */
export class JobFolder<About extends JobDescription = JobDescription> {
  constructor(
    readonly path: string,
    readonly description: About,
  ) {}

  get id(): string {
    return this.description.id;
  }

  get reportFile(): string {
    return join(this.path, 'report.ndjson');
  }

  get reportSha256File(): string {
    return join(this.path, 'report.sha256');
  }

  get summaryFile(): string {
    return join(this.path, 'summary.json');
  }

  get pageFile(): string {
    return join(this.path, 'report.html');
  }

  get statusFile(): string {
    return join(this.path, 'status.json');
  }

  folder(name: 'state' | 'applied' | 'undone'): string {
    return join(this.path, name);
  }

  /** Undefined before the job has done anything. A process that is gone is not running. */
  readStatus(): Promise<JobStatus | undefined> {
    return readJobStatus(this.statusFile);
  }

  remove(): Promise<void> {
    return rm(this.path, { recursive: true, force: true });
  }
}

/** What is told of a new job; the rest of its description is made here. */
export type NewJob<About extends JobDescription> = Omit<About, 'format' | 'id' | 'createdAt'>;

/**
 * Makes the folder of a new job. Jobs of all kinds are numbered together, in the order of their making, behind the
 * letter of their kind: `d1`, `m2`, `d3` …
 */
export async function createJob<About extends JobDescription>(
  env: CliIo['env'],
  letter: string,
  about: NewJob<About>,
): Promise<JobFolder<About>> {
  const all = join(stateFolder(env), 'jobs');
  await mkdir(all, { recursive: true, mode: 0o700 });
  const numbers = (await readdir(all)).map((name) => Number(/^[a-z](\d+)$/.exec(name)?.[1] ?? 0));
  for (let number = Math.max(0, ...numbers) + 1; ; number++) {
    const id = `${letter}${number}`;
    const path = join(all, id);
    try {
      await mkdir(path, { mode: 0o700 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw error;
    }
    const createdAt = new Date().toISOString();
    const description = { format: 'kvtwin.job/1', id, createdAt, ...about } as unknown as About;
    await replaceFile(join(path, 'job.json'), `${JSON.stringify(description, null, 2)}\n`);
    return new JobFolder(path, description);
  }
}

/** The job of that id, of whatever kind; a CliError tells the ids there are. */
export async function openJob(env: CliIo['env'], id: string): Promise<JobFolder> {
  const all = await listJobs(env);
  const found = all.find((job) => job.id === id);
  if (found !== undefined) return found;
  throw new CliError(`there is no job ${id}`, {
    hint: all.length === 0 ? 'no jobs yet: kvtwin diff' : `jobs: ${all.map((job) => job.id).join(', ')}`,
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
