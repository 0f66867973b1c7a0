import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../command-line/cli-error.js';
import type { DiffJobFolder } from '../jobs/diff-job-description.js';
import { replaceFile } from '../jobs/replace-file.js';
import type { DiffReportData } from './report-data.js';
import { readReportFacts } from './report-facts.js';
import { reportPage } from './report-page.js';

/** Writes the page of a diff job that is done, from its summary and its report; the file is there as a whole or not at all. */
export async function writeHtmlReport(job: DiffJobFolder, file: string): Promise<void> {
  const summary = await readFile(join(job.path, 'summary.json'), 'utf8').catch(
    (cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'ENOENT') throw cause;
      throw new CliError(`job ${job.id} is not done`, { hint: `kvtwin job resume ${job.id}`, cause });
    },
  );
  const { confirmReads, rps, settleMs, timeoutMs } = job.description;
  const data = { ...JSON.parse(summary), confirmReads, rps, settleMs, timeoutMs } as DiffReportData;
  await replaceFile(file, reportPage(data, await readReportFacts(job.reportFile)));
}
