import { diffClasses } from '@kvtwin/reconcile';
import { formatCount } from '../output/format-size.js';
import type { DiffJobFolder } from './diff-job-description.js';
import type { DiffJobDetail } from './diff-job-detail.js';
import type { JobFolder } from './job-folder.js';
import type { JobKind } from './job-kind.js';
import { runAndReport } from './report-diff-job.js';

/** Jobs of `kvtwin diff`. */
export const diffJobKind: JobKind = {
  name: 'diff',
  about(job) {
    const { selector } = diffJob(job).description;
    return `diff of ${selector.type}${selector.table === undefined ? '' : ` ${selector.table}`}`;
  },
  sides(job) {
    const { names, urls } = diffJob(job).description.sides;
    return names.map((name, at) => ({ name, url: urls[at]! }));
  },
  resume: (context, job, flags) => runAndReport(context, diffJob(job), flags),
  details(job, status) {
    const { scanned, classes, reportSha256 } = status.detail as DiffJobDetail;
    const { names } = diffJob(job).description.sides;
    const found = diffClasses.filter((name) => classes[name] > 0);
    return [
      ...names.map((name, at) => `${name} showed ${formatCount(scanned[at]!)}`),
      ...found.map((name) => `${name} ${formatCount(classes[name])}`),
      ...(reportSha256 === undefined ? [] : [`report sha256 ${reportSha256}`]),
    ];
  },
};

function diffJob(job: JobFolder): DiffJobFolder {
  return job as DiffJobFolder;
}
