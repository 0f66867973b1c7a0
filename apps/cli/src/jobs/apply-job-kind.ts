import { existsSync } from 'node:fs';
import { CliError } from '../command-line/cli-error.js';
import { type ApplyJobFolder, planFileOf } from './apply-job.js';
import type { JobFolder } from './job-folder.js';
import type { JobKind } from './job-kind.js';
import { runAndReportApply } from './report-apply-job.js';
import { writingDetails } from './writing-details.js';
import { expiredAt, leftFileOf, undoBegan, undoneAt } from './writing-job.js';

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
    if ((await expiredAt(job)) !== undefined) {
      throw new CliError(
        `job ${job.id} is done, and its before-images are gone; there is nothing to resume`,
        {
          hint: `what it left alone: ${leftFileOf(job, 'apply')}. A new diff finds what still differs`,
        },
      );
    }
    return runAndReportApply(context, job, undoBegan(job) ? 'undo' : 'apply', flags);
  },
  details: (job, status) => writingDetails(applyJob(job), status),
};

function applyJob(job: JobFolder): ApplyJobFolder {
  return job as ApplyJobFolder;
}
