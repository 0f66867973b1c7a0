import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import {
  type Certificate,
  MigrateJob,
  type MigrateProgress,
  type MigrateSummary,
  makeCertificate,
  type OrderedStore,
  type VerifyProgress,
  verifyMigration,
} from '@kvtwin/reconcile';
import type { CliContext } from '../command-line/cli-context.js';
import { type JobStanding, JobStatusWriter } from '../jobs/job-status-writer.js';
import { LevelOrderedStore } from '../jobs/level-ordered-store.js';
import { replaceFile } from '../jobs/replace-file.js';
import { formatCount } from '../output/format-size.js';
import { type MigrateJobFolder, mappingOf } from './migrate-job-description.js';
import { addressText, type OpenCopies, openCopies } from './open-copies.js';
import { type Preflight, preflight } from './preflight.js';
import { sha256Of } from './sha256-of.js';
import { writeRows } from './write-rows.js';

const { version } = createRequire(import.meta.url)('kvtwin/package.json') as { version: string };

/** What a finished migration is. */
export interface FinishedMigration {
  readonly summary: MigrateSummary;
  readonly certificate?: Certificate;
}

/** What is told while a migration runs. */
export interface MigrationWatcher {
  onPreflight(found: Preflight): Promise<void>;
  onProgress(progress: MigrateProgress, estimatedKeys: number): void;
  onVerify(progress: VerifyProgress, estimatedKeys: number): void;
}

/** What is to be done with a job; `held`: one that is done reads only its held keys once more. */
export type MigrateWork = 'migrate' | 'held' | 'verify';

/**
 * Runs a migration to its end, from where it stands, and verifies it where it is to be; or only verifies it. What stops
 * it leaves it to be resumed.
 */
export async function runMigrateJob(
  { io }: CliContext,
  folder: MigrateJobFolder,
  watcher: MigrationWatcher,
  work: MigrateWork = 'migrate',
): Promise<FinishedMigration> {
  const { description } = folder;
  const login = { nodeAuthFile: description.nodeAuthFile };
  const store = await LevelOrderedStore.open(folder.folder('state'));
  const status = new JobStatusWriter(folder, io.pid);
  const opened: OpenCopies[] = [];
  let done = false;
  try {
    const source = await openCopies(description.source, io.env, login);
    opened.push(source);
    const target = await openCopies(description.target, io.env, login);
    opened.push(target);
    const call = { signal: io.signal, timeoutMs: description.timeoutMs };
    const addresses = [description.source, description.target] as const;
    const found = await preflight({ source, target, addresses, mapping: mappingOf(folder), call });
    await watcher.onPreflight(found);
    const parts = { source: await source.source(call), target: target.target(), state: store, ...call };
    const settings = { ...parts, mapping: mappingOf(folder), sha256: sha256Of, ...settingsOf(folder) };
    let summary = await MigrateJob.summary(store);
    if (work !== 'verify') {
      const onProgress = (progress: MigrateProgress): void => {
        status.show(standingOf(progress, found.keys, description.batchSize));
        watcher.onProgress(progress, found.keys);
      };
      summary = await new MigrateJob({
        ...settings,
        again: work === 'held' ? 'held' : 'catch-up',
        onProgress,
      }).run();
      await writeOutcome(folder, store, summary);
    }
    let certificate: Certificate | undefined;
    if (description.verify || work === 'verify') {
      const onProgress = (progress: VerifyProgress): void => watcher.onVerify(progress, found.keys);
      certificate = await certify(folder, await verifyMigration({ ...settings, onProgress }));
    }
    if (work !== 'verify') await status.end('done', standingOf(summary, found.keys, description.batchSize));
    done = true;
    return { summary, ...(certificate === undefined ? {} : { certificate }) };
  } finally {
    if (!done && work !== 'verify') await status.end('paused').catch(() => undefined);
    await Promise.all(opened.map((copies) => copies.close()));
    await store.close();
  }
}

function settingsOf({ description }: MigrateJobFolder) {
  const { batchSize, concurrency, overwrite, rounds, rps, settleMs } = description;
  return { batchSize, concurrency, overwrite, rounds, settleMs, ...(rps === undefined ? {} : { rps }) };
}

/** `held.ndjson`, `skipped.ndjson` and `summary.json`. */
async function writeOutcome(
  folder: MigrateJobFolder,
  store: OrderedStore,
  summary: MigrateSummary,
): Promise<void> {
  const held = await writeRows(join(folder.path, 'held.ndjson'), MigrateJob.rows(store, 'held'));
  const skipped = await writeRows(join(folder.path, 'skipped.ndjson'), MigrateJob.rows(store, 'skipped'));
  const { description, id } = folder;
  const json = {
    format: 'kvtwin.migration/1',
    job: id,
    source: addressText(description.source),
    target: addressText(description.target),
    ...summaryToJson(summary),
    files: { held, skipped },
  };
  await replaceFile(join(folder.path, 'summary.json'), `${JSON.stringify(json, null, 2)}\n`);
}

/** A summary as JSON: counts of everything, then by place. */
export function summaryToJson(summary: MigrateSummary): object {
  const { counts, places, phase, round, settled, strays, removed, left, bytes, elapsedMs } = summary;
  return {
    phase,
    rounds: round,
    settled,
    counts,
    places: places.map(({ place, ...of }) => ({ ...place, ...of })),
    removed,
    left,
    strays,
    bytes,
    elapsedMs: Math.round(elapsedMs),
  };
}

async function certify(
  folder: MigrateJobFolder,
  result: Awaited<ReturnType<typeof verifyMigration>>,
): Promise<Certificate> {
  const { description, id } = folder;
  const { mapping, source, target } = description;
  const certificate = await makeCertificate(
    certificateSubject(addressText(source), addressText(target), mapping, id),
    result,
    sha256Of,
  );
  await replaceFile(join(folder.path, 'certificate.json'), `${JSON.stringify(certificate, null, 2)}\n`);
  return certificate;
}

/** What a certificate names; `mapping`: the text of the file. */
export function certificateSubject(source: string, target: string, mapping: string | null, job?: string) {
  return {
    source,
    target,
    mappingSha256: mapping === null ? null : createHash('sha256').update(mapping).digest('hex'),
    tool: `kvtwin ${version}`,
    issuedAt: new Date().toISOString(),
    ...(job === undefined ? {} : { job }),
  };
}

function standingOf(progress: MigrateProgress, estimatedKeys: number, batchSize: number): JobStanding {
  const { counts, elapsedMs, phase, round, units } = progress;
  const expected = Math.ceil(estimatedKeys / batchSize);
  return {
    phase: round === 1 ? phase : `${phase}, round ${round}`,
    elapsedMs,
    units: { done: units, total: phase === 'done' ? units : Math.max(units, expected) },
    keys: counts.source,
    result: `${formatCount(counts.copied)} copied, ${formatCount(counts.held)} held, ${formatCount(counts.skipped)} skipped`,
    detail: { round, counts, written: progress.written, bytes: progress.bytes },
  };
}
