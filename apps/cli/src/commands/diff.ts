import { compareBytes } from '@kvtwin/bytes';
import { type DiffProgress, type DiffSummary, diffStores, type KeyDifference } from '@kvtwin/reconcile';
import type { StoreSelector, Two } from '@kvtwin/versioned-value';
import type { Command } from 'commander';
import { action, type CliContext } from '../command-line/cli-context.js';
import { CliError } from '../command-line/cli-error.js';
import { commandHint } from '../command-line/command-hint.js';
import type { ExitCode } from '../command-line/exit-code.js';
import type { DiffJobDescription } from '../jobs/diff-job-description.js';
import { createJob } from '../jobs/job-folder.js';
import { runAndReport } from '../jobs/report-diff-job.js';
import { expectedKeys } from '../options/expected-keys.js';
import { parseDurationMs } from '../options/parse-duration.js';
import { parseCount } from '../options/parse-number.js';
import { positionalSides } from '../options/positional-sides.js';
import { addSideOptions, type SideFlags } from '../options/side-options.js';
import { addTableOptions, selectorOf, type TableFlags } from '../options/table-options.js';
import { formatCount } from '../output/format-size.js';
import { colorsFor, writeJson, writeLine } from '../output/output.js';
import {
  differenceToJson,
  diffFootnote,
  diffTable,
  diffToJson,
  type Examples,
  exitCodeOfDiff,
} from '../pair/diff-report.js';
import { Progress } from '../progress/progress.js';
import { addProgressOption, type ProgressFlags, progressModeOf } from '../progress/progress-option.js';
import type { ProgressState } from '../progress/progress-state.js';
import type { OpenSides } from '../sides/open-sides.js';
import { resolveSides } from '../sides/resolve-sides.js';
import { withSides } from '../sides/with-sides.js';

interface DiffFlags extends SideFlags, TableFlags, ProgressFlags {
  readonly settle: number;
  readonly rounds: number;
  readonly rps?: number;
  readonly maxP99?: number;
  readonly json?: boolean;
  readonly ndjson?: boolean;
  readonly values?: boolean;
  readonly job?: boolean;
}

const help = `
Both sides are scanned at once. What differs is read again on both sides until it agrees or has shown the same
difference over the settle window, so updates on their way are not reported.

It is a job: Ctrl-C, a crash or kill -9 leave it to be resumed (kvtwin job resume), and it takes the same memory for any
number of keys. Its folder keeps report.ndjson with a line for each difference, summary.json and report.sha256.

Examples:
  kvtwin diff
  kvtwin diff lon nyc --cache users --ndjson > differences.ndjson
  kvtwin diff --rps 5000 --max-p99 20ms
  kvtwin diff --no-job --json
  kvtwin diff --first hustdb://10.0.0.1:8085 --second hustdb://10.0.0.2:8085 --table sessions --json

Exit codes: 0 they agree · 2 they differ · 3 some keys could not be read, or never came to rest · 4 a side is
unreachable · 5 credentials · 130 interrupted`;

export function registerDiff(program: Command, context: CliContext): void {
  const command = program
    .command('diff')
    .summary('compare everything that two sides hold')
    .description('Compares all keys of two sides, and tells in which class each one is.')
    .argument('[first]', 'the first side: a URL or a profile, as --first')
    .argument('[second]', 'the second side, as --second')
    .option('--settle <duration>', 'window over which a difference must stay', parseDurationMs, 600)
    .option('--rounds <count>', 'times that it is read again over that window, at least 2', parseCount, 3)
    .option('--rps <count>', 'keys read from each side in a second, at most', parseCount)
    .option('--max-p99 <duration>', 'ask less of a side whose slowest calls take longer', parseDurationMs)
    .option('--json', 'print the summary as one JSON object')
    .option('--ndjson', 'print every difference as one JSON object a line, the summary on stderr')
    .option('--values', 'with --ndjson: values too, as base64')
    .option('-q, --quiet', 'no progress and no summary on stderr')
    .option('--job', 'keep it as a job on disk, which can be resumed and planned from (the default)')
    .option('--no-job', 'keep nothing on disk; --ndjson does so too')
    .addHelpText('after', help)
    .action(
      action(context, (first: string | undefined, second: string | undefined, flags: DiffFlags) =>
        diff(context, { ...flags, ...positionalSides('diff', first, second, flags) }),
      ),
    );
  addTableOptions(addSideOptions(addProgressOption(command)));
}

async function diff(context: CliContext, flags: DiffFlags): Promise<ExitCode> {
  const selector = selectorOf(flags);
  // Whoever wants every difference on stdout has no use for a report of them, unless he says so.
  if (flags.job ?? flags.ndjson !== true) return beginJob(context, selector, flags);
  return withSides(context, flags, async (sides) => {
    if (sides.families === undefined) {
      throw new CliError('a front does not list keys', { hint: 'name the sides by --first and --second' });
    }
    const [first, second] = sides.families;
    // Whether both are there is known at once, not only after the retries of a scan.
    const call = { signal: context.io.signal, timeoutMs: flags.timeout };
    await Promise.all([first.ping(call), second.ping(call)]);
    const stores = await Promise.all([first.open(selector), second.open(selector)]);
    const examples: Examples = {};
    const summary = await run(context, stores, sides, flags, examples);
    await report(context, summary, sides, flags, examples);
    return exitCodeOfDiff(summary);
  });
}

async function beginJob(context: CliContext, selector: StoreSelector, flags: DiffFlags): Promise<ExitCode> {
  if (flags.ndjson) {
    throw new CliError('--ndjson is for a diff without a job', { hint: "a job's report is such a file" });
  }
  const sides = await resolveSides(flags, context.io.env);
  if (sides.kind === 'pair') {
    throw new CliError('a front does not list keys', { hint: 'name the sides by --first and --second' });
  }
  const folder = await createJob<DiffJobDescription>(context.io.env, 'd', {
    kind: 'diff',
    sides,
    selector,
    settleMs: flags.settle,
    confirmReads: flags.rounds,
    timeoutMs: flags.timeout ?? 5000,
    ...(flags.rps === undefined ? {} : { rps: flags.rps }),
    ...(flags.maxP99 === undefined ? {} : { maxP99Ms: flags.maxP99 }),
  });
  try {
    return await runAndReport(context, folder, flags);
  } catch (error) {
    // Where nothing was begun, because a side is not there, nothing is left to go on with.
    if (!context.io.signal.aborted && (await folder.readStatus()) === undefined) await folder.remove();
    throw error;
  }
}

async function run(
  { io }: CliContext,
  stores: Two<Parameters<typeof diffStores>[0]>,
  sides: OpenSides,
  flags: DiffFlags,
  examples: Examples,
): Promise<DiffSummary> {
  const progress = new Progress(io, { mode: progressModeOf(flags) });
  let expected: number | undefined;
  void expectedKeys(stores, { signal: io.signal, timeoutMs: flags.timeout }).then((count) => {
    expected = count;
  });
  const differences = diffStores(stores[0], stores[1], {
    policy: sides.policy,
    settleMs: flags.settle,
    confirmReads: flags.rounds,
    timeoutMs: flags.timeout,
    signal: io.signal,
    ...(flags.rps === undefined ? {} : { rps: flags.rps }),
    ...(flags.maxP99 === undefined ? {} : { maxP99Ms: flags.maxP99 }),
    onProgress: (state) => progress.show(() => progressOf(state, sides.names, expected)),
  });
  try {
    for await (const difference of differences) await take(difference);
    return await differences.summary;
  } finally {
    progress.clear();
  }

  async function take(difference: KeyDifference): Promise<void> {
    const known = examples[difference.class];
    if (known === undefined || compareBytes(difference.key, known) < 0)
      examples[difference.class] = difference.key;
    if (!flags.ndjson) return;
    progress.clear();
    await writeJson(io.stdout, differenceToJson(difference, sides.names, flags.values === true));
  }
}

function progressOf(
  { phase, pass, scanned, share, open }: DiffProgress,
  names: Two<string>,
  expected: number | undefined,
): ProgressState {
  return {
    phase: pass === 1 ? phase : `${phase} pass ${pass}`,
    // Of two sides that hold about the same: a key is counted once.
    items: Math.round((scanned[0] + scanned[1]) / 2),
    itemName: 'keys',
    // With several passes each scans everything again: nobody knows how many there will be.
    ...(share === 1 && pass === 1 && expected !== undefined ? { itemCount: expected } : {}),
    notes: [
      `open ${formatCount(open)}`,
      names.map((name, at) => `${name} ${formatCount(scanned[at]!)}`).join('  '),
    ],
  };
}

async function report(
  { io }: CliContext,
  summary: DiffSummary,
  sides: OpenSides,
  flags: DiffFlags,
  examples: Examples,
): Promise<void> {
  if (flags.json && !flags.ndjson) {
    await writeJson(io.stdout, diffToJson(summary, sides.names, examples));
    return;
  }
  if (flags.ndjson && flags.quiet) return;
  const output = flags.ndjson ? io.stderr : io.stdout;
  const colors = colorsFor(output, io.env);
  await writeLine(output, diffTable(summary, sides.names, examples, colors));
  await writeLine(output, colors.dim(diffFootnote(summary, sides.names)));
  const example = Object.values(examples)[0];
  if (example === undefined || flags.quiet) return;
  await writeLine(io.stderr, `next: ${commandHint('get', example, flags)}`);
}
