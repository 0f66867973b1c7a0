import type { StoreSelector } from '@kvtwin/versioned-value';
import { CliError } from '../command-line/cli-error.js';
import type { CliIo } from '../command-line/cli-io.js';
import type { Sides } from '../sides/resolve-sides.js';
import { type JobDescription, type JobFolder, openJob } from './job-folder.js';

/** What a diff job compares, and how. */
export interface DiffJobDescription extends JobDescription {
  readonly kind: 'diff';
  readonly sides: Extract<Sides, { kind: 'two' }>;
  readonly selector: StoreSelector;
  readonly settleMs: number;
  readonly confirmReads: number;
  readonly timeoutMs: number;
  readonly rps?: number;
  readonly maxP99Ms?: number;
}

/** The folder of a diff job. */
export type DiffJobFolder = JobFolder<DiffJobDescription>;

/** The diff job of that id; a CliError where there is none, or one of another kind. */
export async function openDiffJob(env: CliIo['env'], id: string): Promise<DiffJobFolder> {
  const job = await openJob(env, id);
  if (job.description.kind === 'diff') return job as DiffJobFolder;
  throw new CliError(`job ${id} is no diff, but of kind ${job.description.kind}`);
}
