import { emptyMapping, type Mapping, parseMapping } from '@kvtwin/reconcile';
import { CliError } from '../command-line/cli-error.js';
import type { JobDescription, JobFolder } from '../jobs/job-folder.js';
import type { CopiesAddress } from './open-copies.js';

/** What a migration copies, and how. */
export interface MigrateJobDescription extends JobDescription {
  readonly kind: 'migrate';
  readonly source: CopiesAddress;
  readonly target: CopiesAddress;
  /** The mapping file as it was when the job began; null: none. */
  readonly mapping: string | null;
  readonly overwrite: boolean;
  readonly verify: boolean;
  readonly rounds: number;
  readonly settleMs: number;
  readonly timeoutMs: number;
  readonly batchSize: number;
  readonly concurrency: number;
  readonly rps?: number;
  /** How nodes of a table file are logged in to. */
  readonly nodeAuthFile?: string;
}

/** The folder of a migration: besides what every job has, `held.ndjson`, `skipped.ndjson`, `summary.json`, `certificate.json`. */
export type MigrateJobFolder = JobFolder<MigrateJobDescription>;

/** A job as a migration; a CliError for one of another kind. */
export function asMigrateJob(job: JobFolder): MigrateJobFolder {
  if (job.description.kind === 'migrate') return job as MigrateJobFolder;
  throw new CliError(`job ${job.id} is no migration, but of kind ${job.description.kind}`, {
    hint: 'kvtwin job ls shows the kinds',
  });
}

/** The mapping of a job. */
export function mappingOf({ description }: MigrateJobFolder): Mapping {
  return description.mapping === null ? emptyMapping : parseMapping(description.mapping);
}
