import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { takesUnicode } from '../bench/bar-lines.js';
import { ratioLines, ratiosOf, targetLines, targetToJson } from '../bench/bench-report.js';
import type { BenchData, BenchTarget } from '../bench/bench-target.js';
import { hdrLog } from '../bench/hdr-log.js';
import { openHttpTarget } from '../bench/http-target.js';
import { machineLoadClock } from '../bench/load-clock.js';
import { runBench, type TargetResult } from '../bench/run-bench.js';
import { openStoreTarget } from '../bench/store-target.js';
import { action, type CliContext } from '../command-line/cli-context.js';
import { CliError } from '../command-line/cli-error.js';
import { ExitCode } from '../command-line/exit-code.js';
import { seededRandom } from '../demo/seeded-random.js';
import { parseDurationMs } from '../options/parse-duration.js';
import { parseCount, parseSeed } from '../options/parse-number.js';
import { parseSizeBytes } from '../options/parse-size.js';
import { addTableOptions, selectorOf, type TableFlags } from '../options/table-options.js';
import { formatCount } from '../output/format-size.js';
import { colorsFor, writeJson, writeLine } from '../output/output.js';
import { ProgressLine } from '../output/progress-line.js';
import { resolveSide } from '../sides/resolve-side.js';

interface BenchFlags extends TableFlags {
  readonly rate?: number;
  readonly inFlight?: number;
  readonly duration: number;
  readonly warmup: number;
  readonly rounds: number;
  readonly reads?: number;
  readonly keys: number;
  readonly valueSize: number;
  readonly timeout: number;
  readonly seed: number;
  readonly hdr?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** More than one process can begin in a second, or have under way; past them the bench measures itself. */
const maxRate = 1_000_000;
const maxInFlight = 10_000;
/** The keys stand in the memory of the target, and their names in ours. */
const maxKeys = 1_000_000;
const maxDataBytes = 1024 ** 3;
const maxDurationMs = 24 * 3_600_000;
const maxRounds = 1000;
/** Where nothing else is said: what any store does easily. */
const defaultRate = 1000;
/** Of each target's share of gets where nothing else is said: caches are read more than written. */
const defaultReads = 80;

const help = `
With --rate (an open loop, the default) operation number n is due n/rate seconds after the beginning, and its latency
counts from then, whether or not earlier ones have been answered: a target that stalls is charged for all that waits
meanwhile. With --in-flight (a closed loop) the next operation waits for an earlier one, as a caller in a loop does, and
such a stall shows once only.

Two targets are measured in turn, round by round, and compared by the median of the rounds. A target is a store
(hotrod://, hotrods://, hustdb://, or a profile that is one side), or an address asked by GET (http://, https://), in
which {key} stands for the number of a key. In a store only keys that begin with kvtwin-bench: are written; they are
removed at the end.

Examples:
  kvtwin bench hotrod://127.0.0.1:11222/users
  kvtwin bench lon nyc --rate 5000 --duration 30s
  kvtwin bench hustdb://10.0.0.1:8085 --in-flight 64 --reads 100 --value-size 1KiB --json
  kvtwin bench 'http://127.0.0.1:8082/hget2?tb=test_table&key=test_key' --hdr latencies.hlog

Exit codes: 0 done · 1 the command line is wrong · 3 some operations failed, or keys were left · 4 a target is
unreachable · 5 credentials · 130 interrupted (what was measured until then is printed)`;

export function registerBench(program: Command, context: CliContext): void {
  const command = program
    .command('bench')
    .summary('measure the latency of one target, or compare two')
    .description('Measures how long a store or a server takes to answer, alone or against another one.')
    .argument('<target>', 'a URL, or a profile that is one side')
    .argument('[target2]', 'another one, to compare with')
    .option('--rate <count>', `operations begun in a second (default: ${defaultRate})`, atMost(maxRate))
    .option('--in-flight <count>', 'operations at a time, instead of a rate', atMost(maxInFlight))
    .option('--duration <duration>', 'how long each target is measured', parseDurationMs, 10_000)
    .option('--warmup <duration>', 'load before that, not measured', parseDurationMs, 2000)
    .option('--rounds <count>', 'rounds that the time is divided into', atMost(maxRounds), 5)
    .option(
      '--reads <percent>',
      `share of gets, the others are puts (default: ${defaultReads})`,
      parsePercent,
    )
    .option('--keys <count>', 'different keys', atMost(maxKeys), 1000)
    .option('--value-size <size>', 'size of each value', parseSizeBytes, 100)
    .option('--timeout <duration>', 'longest time that one answer may take', parseDurationMs, 5000)
    .option('--seed <number>', 'of the keys and the mix: the same seed asks the same', parseSeed, 42)
    .option('--hdr <file>', 'write the rounds as a log of HdrHistogram')
    .option('--json', 'print one JSON object; times are milliseconds')
    .option('-q, --quiet', 'no progress on stderr')
    .addHelpText('after', help)
    .action(
      action(context, (target: string, target2: string | undefined, flags: BenchFlags) =>
        bench(context, target2 === undefined ? [target] : [target, target2], flags),
      ),
    );
  addTableOptions(command);
}

function atMost(most: number): (text: string) => number {
  return (text) => {
    const count = parseCount(text);
    if (count > most) throw new InvalidArgumentError(`Give at most ${formatCount(most)}.`);
    return count;
  };
}

function parsePercent(text: string): number {
  if (!/^\d{1,3}$/.test(text) || Number(text) > 100) throw new InvalidArgumentError('Give 0 to 100.');
  return Number(text);
}

async function bench(context: CliContext, names: readonly string[], flags: BenchFlags): Promise<ExitCode> {
  check(flags);
  const targets: BenchTarget[] = [];
  try {
    for (const name of names) targets.push(await openTarget(context, name, flags));
    if (
      flags.reads !== undefined &&
      flags.reads < 100 &&
      targets.some(({ kinds }) => !kinds.includes('put'))
    ) {
      throw new CliError('an address is only asked by GET', {
        hint: 'leave out --reads, or give --reads 100',
      });
    }
    return await measure(context, targets, flags);
  } finally {
    for (const target of targets) await target.close();
  }
}

function check({ rate, inFlight, keys, valueSize, duration }: BenchFlags): void {
  if (rate !== undefined && inFlight !== undefined) {
    throw new CliError('--rate and --in-flight are two ways to put load on a target', {
      hint: 'give one of them',
    });
  }
  if (keys * valueSize > maxDataBytes) {
    throw new CliError('--keys times --value-size is more than 1 GiB', {
      hint: 'give fewer keys, or smaller values',
    });
  }
  if (duration > maxDurationMs) throw new CliError('--duration is longer than a day');
}

async function openTarget({ io }: CliContext, name: string, flags: BenchFlags): Promise<BenchTarget> {
  const data: BenchData = {
    keys: flags.keys,
    prefix: `kvtwin-bench:${randomBytes(4).toString('hex')}:`,
    value: benchValue(flags),
    timeoutMs: flags.timeout,
  };
  if (/^https?:/i.test(name)) return openHttpTarget(name, data);
  const { url } = await resolveSide(name, io.env);
  return openStoreTarget(url, selectorOf(flags), data);
}

/** Printable, so that a cache of texts takes it; not the same byte throughout, so that it does not compress to nothing. */
function benchValue({ valueSize, seed }: BenchFlags): Uint8Array {
  const random = seededRandom(seed);
  return Uint8Array.from({ length: valueSize }, () => 0x21 + Math.floor(random() * 94));
}

async function measure(
  context: CliContext,
  targets: readonly BenchTarget[],
  flags: BenchFlags,
): Promise<ExitCode> {
  const { io } = context;
  const progress = new ProgressLine(io.stderr, flags.quiet === true);
  const say = (text: string): void => progress.show(performance.now(), () => `  ${text}`);
  let results: TargetResult[];
  let left = 0;
  try {
    say(`writing ${formatCount(flags.keys)} keys`);
    for (const target of targets) await target.prepare(io.signal);
    results = await runBench(targets, {
      shape:
        flags.inFlight === undefined
          ? { rate: flags.rate ?? defaultRate, maxInFlight }
          : { inFlight: flags.inFlight, maxInFlight },
      durationMs: flags.duration,
      warmupMs: flags.warmup,
      rounds: flags.rounds,
      reads: targets.every(({ kinds }) => kinds.includes('put')) ? (flags.reads ?? defaultReads) : 100,
      keys: flags.keys,
      random: seededRandom(flags.seed),
      clock: machineLoadClock,
      nowMs: Date.now,
      signal: io.signal,
      onRound: ({ name }, round) => say(`round ${round + 1} of ${flags.rounds}: ${name}`),
    });
  } finally {
    for (const target of targets) left += await target.cleanUp();
    progress.clear();
  }
  if (left > 0)
    await writeLine(io.stderr, `${formatCount(left)} keys that begin with kvtwin-bench: were left behind`);
  if (results.some(({ rounds }) => rounds.length > 0)) await report(context, results, flags);
  if (io.signal.aborted) return ExitCode.interrupted;
  const failed = results.some(({ rounds }) => rounds.some(({ failures }) => failures > 0));
  return failed || left > 0 ? ExitCode.partial : ExitCode.ok;
}

async function report(
  { io }: CliContext,
  results: readonly TargetResult[],
  flags: BenchFlags,
): Promise<void> {
  if (flags.hdr !== undefined) await writeLog(flags.hdr, hdrLog(results));
  if (flags.json) {
    const load =
      flags.inFlight === undefined ? { rate: flags.rate ?? defaultRate } : { inFlight: flags.inFlight };
    const ratios = ratiosOf(results);
    await writeJson(io.stdout, {
      ...load,
      corrected: flags.inFlight === undefined,
      durationMs: flags.duration,
      keys: flags.keys,
      valueBytes: flags.valueSize,
      targets: results.map(targetToJson),
      ...(ratios === undefined ? {} : { ratios }),
    });
    return;
  }
  const view = { colors: colorsFor(io.stdout, io.env), unicode: takesUnicode(io.env) };
  for (const result of results) {
    for (const line of targetLines(result, view)) await writeLine(io.stdout, line);
  }
  for (const line of ratioLines(results)) await writeLine(io.stdout, line);
}

async function writeLog(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new CliError(`cannot write ${file}: ${(error as Error).message}`, { cause: error });
  }
}
