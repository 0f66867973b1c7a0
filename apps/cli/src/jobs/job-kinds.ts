import { CliError } from '../command-line/cli-error.js';
import { migrateJobKind } from '../migrate/migrate-job-kind.js';
import { resolveJobKind } from '../resolve/resolve-job-kind.js';
import { applyJobKind } from './apply-job-kind.js';
import { diffJobKind } from './diff-job-kind.js';
import type { JobFolder } from './job-folder.js';
import type { JobKind } from './job-kind.js';

/** All kinds of jobs. */
export const jobKinds: readonly JobKind[] = [diffJobKind, applyJobKind, resolveJobKind, migrateJobKind];

/** The kind of a job; a CliError for one that another release made. */
export function kindOf(job: JobFolder): JobKind {
  const found = jobKinds.find(({ name }) => name === job.description.kind);
  if (found !== undefined) return found;
  throw new CliError(`job ${job.id} is of kind ${job.description.kind}, which this release does not know`);
}
