import { encodeUtf8 } from '@kvtwin/bytes';
import type { DiffJobProgress } from '@kvtwin/reconcile';
import type { Two } from '@kvtwin/versioned-value';
import type { CliContext } from '../command-line/cli-context.js';
import { ExitCode } from '../command-line/exit-code.js';
import { formatDuration } from '../output/format-duration.js';
import { formatCount } from '../output/format-size.js';
import { colorsFor, writeJson, writeLine } from '../output/output.js';
import { diffTable, type Examples, exitCodeOfDiff } from '../pair/diff-report.js';
import { Progress } from '../progress/progress.js';
import { type ProgressFlags, progressModeOf } from '../progress/progress-option.js';
import type { ProgressState } from '../progress/progress-state.js';
import type { DiffJobFolder } from './diff-job-description.js';
import type { DiffSummaryFile } from './diff-summary-file.js';
import { runDiffJob } from './run-diff-job.js';

/** Runs a job and tells what came of it; where it is stopped, how to go on. */
export async function runAndReport(
  context: CliContext,
  folder: DiffJobFolder,
  flags: ProgressFlags & { readonly json?: boolean },
): Promise<ExitCode> {
  const { io } = context;
  const { names } = folder.description.sides;
  const progress = new Progress(io, { mode: progressModeOf(flags) });
  let summary: DiffSummaryFile;
  try {
    summary = await runDiffJob(context, folder, (state, expected) =>
      progress.show(() => progressOf(state, names, expected)),
    );
  } catch (error) {
    progress.clear();
    const begun = io.signal.aborted || (await folder.readStatus()) !== undefined;
    if (begun) await writeLine(io.stderr, pausedText(folder.id, await folder.readStatus()));
    throw error;
  }
  progress.clear();
  if (flags.json) await writeJson(io.stdout, summaryToJson(folder, summary));
  else await writeTable(context, folder, summary);
  await warnOfUnsettled(context, summary);
  if (!flags.quiet && summary.differences > 0) {
    await writeLine(io.stderr, `next: kvtwin plan ${folder.id} --rule 'only-*=copy'`);
  }
  return exitCodeOf(summary);
}

function pausedText(
  id: string,
  status: { readonly units: { done: number; total: number } } | undefined,
): string {
  const done = status === undefined ? '' : ` ${status.units.done} of ${status.units.total} units done.`;
  return `job ${id} is paused.${done} Resume: kvtwin job resume ${id}`;
}

/** 3 where keys may be missing, and those that were seen agree. */
function exitCodeOf(summary: DiffSummaryFile): ExitCode {
  const missing = summary.listings.filter(({ settled }) => !settled).length;
  return exitCodeOfDiff({ ...summary, unsettledParts: [missing, 0] });
}

async function warnOfUnsettled({ io }: CliContext, { listings, names }: DiffSummaryFile): Promise<void> {
  for (const { side, part, listings: count, settled } of listings) {
    if (settled) continue;
    const name = names[side === 'first' ? 0 : 1];
    await writeLine(
      io.stderr,
      `warning: ${name} listed part ${part} otherwise each of ${count} times; keys may be missing from the result`,
    );
  }
}

function summaryToJson(folder: DiffJobFolder, summary: DiffSummaryFile): unknown {
  const { classes, differences, digest, elapsedMs, job, keys, layout, names, reportSha256, scanned } =
    summary;
  const examples = Object.entries(summary.examples).map(([name, keysOfIt]) => [name, keysOfIt[0]]);
  return {
    job,
    names,
    agree: exitCodeOf(summary) === ExitCode.ok,
    keys,
    classes,
    differences,
    scanned,
    layout,
    unsettled: summary.listings.filter(({ settled }) => !settled),
    elapsedMs,
    examples: Object.fromEntries(examples),
    digest,
    report: folder.reportFile,
    reportSha256,
    page: folder.pageFile,
  };
}

async function writeTable(
  { io }: CliContext,
  folder: DiffJobFolder,
  summary: DiffSummaryFile,
): Promise<void> {
  const { elapsedMs, names, reportSha256 } = summary;
  const colors = colorsFor(io.stdout, io.env);
  await writeLine(io.stdout, diffTable(summary, names, examplesOf(summary), colors));
  const scanned = names.map((name, at) => `${name} ${formatCount(summary.scanned[at]!)}`).join(', ');
  await writeLine(io.stdout, colors.dim(`  scanned ${scanned} in ${formatDuration(elapsedMs)}`));
  await writeLine(io.stdout, `  job ${folder.id}  report ${folder.reportFile}`);
  await writeLine(io.stdout, `  sha256 ${reportSha256}`);
  await writeLine(io.stdout, `  page ${folder.pageFile}`);
}

function examplesOf({ examples }: DiffSummaryFile): Examples {
  const least = Object.entries(examples).map(([name, [example]]) => [name, bytesOf(example!)]);
  return Object.fromEntries(least) as Examples;
}

function bytesOf(example: { readonly key: string } | { readonly keyBase64: string }): Uint8Array {
  return 'key' in example
    ? encodeUtf8(example.key)
    : new Uint8Array(Buffer.from(example.keyBase64, 'base64'));
}

function progressOf(
  { phase, layout, levels, p99Ms, scanned, units, unitCount }: DiffJobProgress,
  names: Two<string>,
  expected: number | undefined,
): ProgressState {
  const counts = names.map((name, at) => `${name} ${formatCount(scanned[at]!)}`).join('  ');
  const p99 = `p99 ${names.map((name, at) => `${name} ${p99Ms[at]!.toFixed(1)} ms`).join('  ')}`;
  const slow = names.filter((_, at) => levels[at]! < 1);
  const notes = [p99, ...(slow.length === 0 ? [] : [`easing off ${slow.join(' and ')}`]), counts];
  const items = Math.round((scanned[0] + scanned[1]) / 2);
  if (phase === 'scanning') {
    return {
      phase,
      items,
      itemName: 'keys',
      ...(expected === undefined ? {} : { itemCount: expected }),
      notes,
    };
  }
  const name = layout.scheme.startsWith('hotrod-segments') ? 'segments' : 'units';
  return { phase, items, itemName: 'keys', parts: { done: units, count: unitCount, name }, notes };
}
