import { CliError } from '../command-line/cli-error.js';
import type { JobFolder } from '../jobs/job-folder.js';
import type { JobKind } from '../jobs/job-kind.js';
import { runAndReportApply } from '../jobs/report-apply-job.js';
import { writingDetails } from '../jobs/writing-details.js';
import { undoBegan, undoneAt } from '../jobs/writing-job.js';
import type { ResolveJobFolder } from './write-recorder.js';

/** What `kvtwin resolve` wrote in one run, and the undo of it. */
export const resolveJobKind: JobKind = {
  name: 'resolve',
  about: (job) => `decisions about ${resolveJob(job).description.about}`,
  sides(job) {
    const { names, urls } = resolveJob(job).description.sides;
    return names.map((name, at) => ({ name, url: urls[at]! }));
  },
  async resume(context, folder, flags) {
    const job = resolveJob(folder);
    if (undoBegan(job) && (await undoneAt(job)) === undefined) {
      return runAndReportApply(context, job, 'undo', flags);
    }
    throw new CliError(`job ${job.id} is what somebody decided; there is nothing to resume`, {
      hint: `kvtwin undo ${job.id} takes it back`,
    });
  },
  details: (job, status) => writingDetails(resolveJob(job), status),
};

function resolveJob(job: JobFolder): ResolveJobFolder {
  return job as ResolveJobFolder;
}
