import { basename } from 'node:path';
import type { JobKind } from '../jobs/job-kind.js';
import { formatCount } from '../output/format-size.js';
import { asMigrateJob } from './migrate-job-description.js';
import { addressText, type CopiesAddress } from './open-copies.js';
import { runAndReportMigration } from './report-migrate-job.js';

/** Jobs of `kvtwin migrate`. */
export const migrateJobKind: JobKind = {
  name: 'migrate',
  about: () => 'migration',
  sides(job) {
    const { source, target } = asMigrateJob(job).description;
    return [
      { name: shortName(source), url: addressText(source) },
      { name: shortName(target), url: addressText(target) },
    ];
  },
  resume: (context, job, flags) => runAndReportMigration(context, asMigrateJob(job), flags),
  details(_, status) {
    const { round, counts, bytes } = status.detail as {
      round: number;
      counts: Record<'source' | 'copied' | 'held' | 'skipped', number>;
      bytes: number;
    };
    return [
      `round ${round}, ${formatCount(bytes)} bytes of values written`,
      ...(['source', 'copied', 'held', 'skipped'] as const).map(
        (name) => `${name} ${formatCount(counts[name])}`,
      ),
    ];
  },
};

/** An address without schemes, credentials and options; of a table file its name. */
function shortName(address: CopiesAddress): string {
  const text = addressText(address).replaceAll(/[a-z+]+:\/\/(?:\*\*\*@)?/gi, '');
  return address.kind === 'cluster' ? basename(text) : text.replaceAll(/\?[^,]*/g, '');
}
