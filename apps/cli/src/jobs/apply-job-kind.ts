import { existsSync } from 'node:fs';
import { CliError } from '../command-line/cli-error.js';
import {
  type ApplyJobFolder,
  leftFileOf,
  logFolderOf,
  planFileOf,
  undoneAt,
  undoneFileOf,
} from './apply-job.js';
import type { JobFolder } from './job-folder.js';
import type { JobKind } from './job-kind.js';
import { runAndReportApply } from './report-apply-job.js';

/** Jobs of `kvtwin apply`, and of the `kvtwin undo` that follows one. */
export const applyJobKind: JobKind = {
  name: 'apply',
  about: (job) => `apply of ${applyJob(job).description.plan} (${applyJob(job).description.diff})`,
  sides(job) {
    const { names, urls } = applyJob(job).description.sides;
    return names.map((name, at) => ({ name, url: urls[at]! }));
  },
  async resume(context, folder, flags) {
    const job = applyJob(folder);
    if (!existsSync(planFileOf(job))) {
      throw new CliError(`job ${job.id} was stopped before it began`, {
        hint: `start it again: kvtwin apply ${job.description.plan}`,
      });
    }
    const at = await undoneAt(job);
    if (at !== undefined) throw new CliError(`job ${job.id} was undone at ${at}; there is nothing to resume`);
    return runAndReportApply(context, job, undoBegan(job) ? 'undo' : 'apply', flags);
  },
  details(folder, { result }) {
    const job = applyJob(folder);
    const left = (['apply', 'undo'] as const)
      .map((step) => leftFileOf(job, step))
      .filter((file) => existsSync(file));
    const standing = undoBegan(job) ? 'its undo has begun' : `kvtwin undo ${job.id} takes it back`;
    return [
      result,
      ...left.map((file) => `left alone: ${file}`),
      existsSync(undoneFileOf(job)) ? 'undone' : standing,
    ];
  },
};

/** Whether an undo has begun: from then on nothing is applied any more. */
export function undoBegan(job: ApplyJobFolder): boolean {
  return existsSync(logFolderOf(job, 'undo'));
}

function applyJob(job: JobFolder): ApplyJobFolder {
  return job as ApplyJobFolder;
}
