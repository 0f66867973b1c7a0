import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { DiffJobSummary } from '@kvtwin/reconcile';
import type { StoreSelector, Two } from '@kvtwin/versioned-value';
import { withoutCredentials } from '../sides/without-credentials.js';
import type { DiffJobFolder } from './diff-job-description.js';
import type { DiffSummaryFile } from './diff-summary-file.js';
import { replaceFile } from './replace-file.js';

/** First line of a report. It says what was compared, and nothing of when: the same data give the same file. */
export interface DiffReportHeader {
  readonly format: 'kvtwin.diff-report/1';
  readonly names: Two<string>;
  readonly store: StoreSelector;
  readonly policy: 'counter' | 'opaque';
  readonly layout: string;
  readonly units: number;
}

/** Last line of a report. */
export interface DiffReportFooter
  extends Pick<DiffJobSummary, 'keys' | 'classes' | 'differences' | 'digest'> {
  readonly end: 'kvtwin.diff-report/1';
  /** Rows between header and footer. */
  readonly rows: number;
  /** Parts whose listing never came to rest: keys may be missing there. */
  readonly unsettled: DiffJobSummary['listings'];
}

/**
 * Writes what a finished job leaves: `report.ndjson` (header, rows, footer), `report.sha256` (as `sha256sum` writes it) and
 * `summary.json`. Each is there as a whole or not at all.
 */
export async function writeDiffReport(
  folder: DiffJobFolder,
  policy: 'counter' | 'opaque',
  summary: DiffJobSummary,
  rows: AsyncIterable<string>,
): Promise<DiffSummaryFile> {
  const { createdAt, id, selector, sides } = folder.description;
  const header: DiffReportHeader = {
    format: 'kvtwin.diff-report/1',
    names: sides.names,
    store: selector,
    policy,
    layout: summary.layout,
    units: summary.units.length,
  };
  const reportSha256 = await writeLines(folder.reportFile, reportLinesOf(header, summary, rows));
  await replaceFile(folder.reportSha256File, `${reportSha256}  report.ndjson\n`);
  const whole: DiffSummaryFile = {
    ...summary,
    job: id,
    names: sides.names,
    urls: [withoutCredentials(sides.urls[0]), withoutCredentials(sides.urls[1])],
    selector,
    policy,
    startedAt: createdAt,
    finishedAt: new Date().toISOString(),
    reportSha256,
  };
  await replaceFile(folder.summaryFile, `${JSON.stringify(whole, null, 2)}\n`);
  return whole;
}

async function* reportLinesOf(
  header: DiffReportHeader,
  { classes, differences, digest, keys, listings }: DiffJobSummary,
  rows: AsyncIterable<string>,
): AsyncGenerator<string> {
  yield JSON.stringify(header);
  let count = 0;
  for await (const row of rows) {
    count++;
    yield row;
  }
  const unsettled = listings.filter(({ settled }) => !settled);
  const footer: DiffReportFooter = {
    end: 'kvtwin.diff-report/1',
    rows: count,
    keys,
    differences,
    classes,
    digest,
    unsettled,
  };
  yield JSON.stringify(footer);
}

/** Answers the SHA-256 of the file, lower-case hex. */
async function writeLines(file: string, texts: AsyncIterable<string>): Promise<string> {
  const hash = createHash('sha256');
  async function* lines(): AsyncGenerator<string> {
    for await (const text of texts) {
      const line = `${text}\n`;
      hash.update(line);
      yield line;
    }
  }
  const draft = `${file}.tmp`;
  await pipeline(Readable.from(lines()), createWriteStream(draft, { mode: 0o600, flush: true }));
  await rename(draft, file);
  return hash.digest('hex');
}
