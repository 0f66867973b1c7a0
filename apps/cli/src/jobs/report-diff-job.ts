import { type DiffJobProgress, type DiffJobSummary, diffClasses } from '@kvtwin/reconcile';
import type { Two } from '@kvtwin/versioned-value';
import type { CliContext } from '../cli-context.js';
import { diffTable, exitCodeOfDiff } from '../diff-report.js';
import type { ExitCode } from '../exit-code.js';
import { formatDuration } from '../format-duration.js';
import { formatCount } from '../format-size.js';
import { colorsFor, writeJson, writeLine } from '../output.js';
import { Progress } from '../progress/progress.js';
import { type ProgressFlags, progressModeOf } from '../progress/progress-option.js';
import type { ProgressState } from '../progress/progress-state.js';
import type { DiffJobFolder } from './diff-job-description.js';
import { examplesIn } from './report-lines.js';
import { type FinishedDiffJob, runDiffJob } from './run-diff-job.js';

/** Runs a job and tells what came of it; where it is stopped, how to go on. */
export async function runAndReport(
  context: CliContext,
  folder: DiffJobFolder,
  flags: ProgressFlags & { readonly json?: boolean },
): Promise<ExitCode> {
  const { io } = context;
  const { names } = folder.description.sides;
  const progress = new Progress(io, { mode: progressModeOf(flags) });
  let finished: FinishedDiffJob;
  try {
    finished = await runDiffJob(context, folder, (state) => progress.show(() => progressOf(state, names)));
  } catch (error) {
    progress.clear();
    await writeLine(io.stderr, `job ${folder.id} is paused. Resume: kvtwin job resume ${folder.id}`);
    throw error;
  }
  progress.clear();
  const { summary, reportSha256 } = finished;
  if (flags.json) await writeJson(io.stdout, jobSummaryToJson(folder, summary, reportSha256));
  else await writeTable(context, folder, summary, reportSha256);
  if (!flags.quiet && summary.differences > 0) {
    await writeLine(io.stderr, `next: kvtwin plan ${folder.id} --rule 'only-*=copy'`);
  }
  return exitCodeOfDiff(summary);
}

function jobSummaryToJson(folder: DiffJobFolder, summary: DiffJobSummary, reportSha256: string): unknown {
  const { classes, differences, elapsedMs, keys, scanned } = summary;
  return {
    job: folder.id,
    names: folder.description.sides.names,
    agree: exitCodeOfDiff(summary) === 0,
    keys,
    classes,
    differences,
    scanned,
    elapsedMs,
    report: folder.reportFile,
    reportSha256,
  };
}

async function writeTable(
  { io }: CliContext,
  folder: DiffJobFolder,
  summary: DiffJobSummary,
  reportSha256: string,
): Promise<void> {
  const { names } = folder.description.sides;
  const colors = colorsFor(io.stdout, io.env);
  await writeLine(io.stdout, diffTable(summary, names, await examplesIn(folder.reportFile), colors));
  const scanned = names.map((name, at) => `${name} ${formatCount(summary.scanned[at]!)}`).join(', ');
  await writeLine(io.stdout, colors.dim(`  scanned ${scanned} in ${formatDuration(summary.elapsedMs)}`));
  await writeLine(
    io.stdout,
    `  job ${folder.id}  report ${folder.reportFile}  sha256 ${reportSha256.slice(0, 12)}…`,
  );
}

function progressOf(
  { phase, scanned, units, unitCount, classes }: DiffJobProgress,
  names: Two<string>,
): ProgressState {
  if (phase === 'scanning') {
    return {
      phase,
      items: Math.round((scanned[0] + scanned[1]) / 2),
      itemName: 'keys',
      notes: [names.map((name, at) => `${name} ${formatCount(scanned[at]!)}`).join('  ')],
    };
  }
  return {
    phase,
    items: diffClasses.reduce((sum, name) => sum + classes[name], 0),
    itemName: 'keys',
    parts: { done: units, count: unitCount, name: 'units' },
  };
}
