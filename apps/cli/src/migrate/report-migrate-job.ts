import { join } from 'node:path';
import { type MigrateProgress, type MigrateSummary, placeName, type VerifyProgress } from '@kvtwin/reconcile';
import type { CliContext } from '../command-line/cli-context.js';
import { ExitCode } from '../command-line/exit-code.js';
import { formatDuration } from '../output/format-duration.js';
import { formatCount } from '../output/format-size.js';
import { colorsFor, writeJson, writeLine } from '../output/output.js';
import { plainTable } from '../output/plain-table.js';
import { Progress } from '../progress/progress.js';
import { type ProgressFlags, progressModeOf } from '../progress/progress-option.js';
import type { ProgressState } from '../progress/progress-state.js';
import { certificateExitCode, writeCertificateLines } from './certificate-lines.js';
import type { MigrateJobFolder } from './migrate-job-description.js';
import { addressText } from './open-copies.js';
import { showPreflight } from './preflight.js';
import { type FinishedMigration, type MigrateWork, runMigrateJob, summaryToJson } from './run-migrate-job.js';

/** More places than that are told by `summary.json` only. */
const shownPlaces = 40;

/** What the commands about migrations take. */
export type MigrateReportFlags = ProgressFlags & {
  readonly json?: boolean;
  /** The job was made a moment ago: where its preflight fails it goes away again. */
  readonly fresh?: boolean;
};

/** Runs a migration, or its verification, and tells what came of it; where it is stopped, how to go on. */
export async function runAndReportMigration(
  context: CliContext,
  folder: MigrateJobFolder,
  flags: MigrateReportFlags,
  work: MigrateWork = 'migrate',
): Promise<ExitCode> {
  const { io } = context;
  const progress = new Progress(io, { mode: progressModeOf(flags) });
  let finished: FinishedMigration;
  let begun = flags.fresh !== true;
  try {
    finished = await runMigrateJob(
      context,
      folder,
      {
        onPreflight: async (found) => {
          if (!flags.quiet) await showPreflight(io, found);
          if (!flags.quiet && !begun) await writeLine(io.stderr, `  job ${folder.id}`);
          begun = true;
        },
        onProgress: (state, keys) =>
          progress.show(() =>
            progressOfMigration(state, keys, folder.description.source.kind !== 'replicas'),
          ),
        onVerify: (state, keys) => progress.show(() => progressOfVerify(state, keys)),
      },
      work,
    );
  } catch (error) {
    progress.clear();
    if (!begun) {
      await folder.remove();
      throw error;
    }
    const how = work === 'verify' ? `kvtwin verify ${folder.id}` : `kvtwin job resume ${folder.id}`;
    const { done = 0, total = 0 } = (await folder.readStatus())?.units ?? {};
    const of = `${formatCount(done)} of about ${formatCount(total)}`;
    await writeLine(io.stderr, `  paused. ${of} units done.      resume: ${how}`);
    throw error;
  }
  progress.clear();
  if (work === 'verify') return reportVerification(context, folder, finished, flags);
  return reportMigration(context, folder, finished, flags);
}

async function reportMigration(
  context: CliContext,
  folder: MigrateJobFolder,
  finished: FinishedMigration,
  flags: MigrateReportFlags,
): Promise<ExitCode> {
  const { io } = context;
  const { certificate, summary } = finished;
  if (flags.json) {
    await writeJson(io.stdout, {
      job: folder.id,
      source: addressText(folder.description.source),
      target: addressText(folder.description.target),
      ...summaryToJson(summary),
      folder: folder.path,
      ...(certificate === undefined ? {} : { certificate }),
    });
  } else {
    await writeSummary(context, summary);
    await writeLine(io.stdout, `  job ${folder.id}  folder ${folder.path}`);
    if (certificate !== undefined)
      await writeCertificateLines(io, certificate, join(folder.path, 'certificate.json'));
  }
  if (!flags.quiet) await writeHints(context, folder, summary);
  const own = exitCodeOfMigration(summary);
  return certificate === undefined || own !== ExitCode.ok ? own : certificateExitCode(certificate);
}

async function reportVerification(
  { io }: CliContext,
  folder: MigrateJobFolder,
  { certificate }: FinishedMigration,
  flags: MigrateReportFlags,
): Promise<ExitCode> {
  if (flags.json) await writeJson(io.stdout, certificate);
  else await writeCertificateLines(io, certificate!, join(folder.path, 'certificate.json'));
  return certificateExitCode(certificate!);
}

/** The counts by place, as a table. */
export async function writeSummary({ io }: CliContext, summary: MigrateSummary): Promise<void> {
  const colors = colorsFor(io.stdout, io.env);
  const head = ['place', 'source', 'copied', 'held', 'skipped', 'ttl unknown'].map((title) =>
    colors.dim(title),
  );
  const rowOf = (name: string, counts: MigrateSummary['counts']): string[] => [
    name,
    ...[counts.source, counts.copied, counts.held, counts.skipped, counts.unknownExpiration].map(formatCount),
  ];
  const rows = summary.places
    .slice(0, shownPlaces)
    .map(({ place, ...counts }) => rowOf(placeName(place), counts));
  const more = summary.places.length - rows.length;
  if (more > 0) rows.push([`${formatCount(more)} more (summary.json)`]);
  rows.push(rowOf('all', summary.counts));
  await writeLine(
    io.stdout,
    plainTable([head, ...rows], ['left', 'right', 'right', 'right', 'right', 'right']),
  );
  for (const line of notesOf(summary)) await writeLine(io.stdout, `  ${line}`);
}

function notesOf({ counts, elapsedMs, left, removed, round, settled, strays }: MigrateSummary): string[] {
  const reasons = Object.entries(counts.reasons).map(([reason, count]) => `${reason} ${formatCount(count)}`);
  const notes = [
    `${formatCount(round)} ${round === 1 ? 'round' : 'rounds'} in ${formatDuration(elapsedMs)}${settled ? ', the last one had nothing to write' : ''}`,
  ];
  if (reasons.length > 0) notes.push(`skipped: ${reasons.join(', ')}`);
  if (counts.unlimited > 0) {
    notes.push(
      `${formatCount(counts.unlimited)} keys of unknown ttl stay for ever: the mapping gives them no lifespan`,
    );
  }
  if (counts.expirationCut > 0) {
    notes.push(
      `${formatCount(counts.expirationCut)} keys have a lifespan or max-idle that the target cannot keep`,
    );
  }
  if (removed > 0) notes.push(`${formatCount(removed)} removed from the target: the source has them no more`);
  if (left > 0)
    notes.push(`${formatCount(left)} gone from the source are left in the target: they are somebody else's`);
  if (strays > 0)
    notes.push(`${formatCount(strays)} copies on nodes that are not their masters were left out`);
  return notes;
}

async function writeHints(
  { io }: CliContext,
  folder: MigrateJobFolder,
  summary: MigrateSummary,
): Promise<void> {
  if (summary.counts.held > 0) {
    const file = join(folder.path, 'held.ndjson');
    await writeLine(io.stderr, `held keys: ${file}`);
    await writeLine(io.stderr, `next: make the masters agree, then kvtwin migrate --retry-held ${folder.id}`);
  }
  const { counts } = summary;
  if (counts.skipped > (counts.reasons.mapping ?? 0)) {
    await writeLine(io.stderr, `skipped keys, and why: ${join(folder.path, 'skipped.ndjson')}`);
  }
  if (!summary.settled && folder.description.rounds > 1) {
    await writeLine(
      io.stderr,
      'the source was still being written in the last round: let callers write both sides first',
    );
  }
}

/** 3: keys are held, or skipped for another reason than the mapping, or the source never came to rest. */
export function exitCodeOfMigration({ counts, round, settled }: MigrateSummary): ExitCode {
  const skipped = counts.skipped - (counts.reasons.mapping ?? 0);
  const restless = round > 1 && !settled;
  return counts.held > 0 || skipped > 0 || restless ? ExitCode.partial : ExitCode.ok;
}

/** How far a migration is, for the progress bar. */
export function progressOfMigration(
  { counts, phase, round, scanned, written }: MigrateProgress,
  keys: number,
  many: boolean,
): ProgressState {
  const notes = [
    ...(counts.held > 0 ? [`held ${formatCount(counts.held)}`] : []),
    ...(counts.skipped > 0 ? [`skipped ${formatCount(counts.skipped)}`] : []),
    ...(round > 1 ? [`round ${round}`, `written ${formatCount(written)}`] : []),
  ];
  const copying = phase === 'copying';
  const items = copying ? counts.source : scanned;
  const whole = copying || !many ? keys : keys * 2;
  return {
    phase: copying ? 'copy' : phase,
    items,
    itemName: 'keys',
    itemCount: Math.max(whole, items),
    notes,
  };
}

/** How far a verification is, for the progress bar. */
export function progressOfVerify({ keys, phase }: VerifyProgress, estimated: number): ProgressState {
  return { phase: `verify: ${phase}`, items: keys, itemName: 'keys', itemCount: Math.max(estimated, keys) };
}
