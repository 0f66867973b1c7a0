import { formatLatency } from '../output/format-latency.js';
import { formatCount } from '../output/format-size.js';
import type { Colors } from '../output/output.js';
import { plainTable } from '../output/plain-table.js';
import { barLines } from './bar-lines.js';
import type { LatencyHistogram } from './latency-histogram.js';
import { RoundResult } from './round-result.js';
import type { TargetResult } from './run-bench.js';

const quantiles = [
  ['p50', 0.5],
  ['p75', 0.75],
  ['p90', 0.9],
  ['p99', 0.99],
  ['p99.9', 0.999],
  ['max', 1],
] as const;

/** Bars of a histogram: half a screen. */
const mostBars = 12;
/** Past this the figures are those of this process, not of the target. */
const lateMs = 5;

/** All rounds of a target together. */
export function together(rounds: readonly RoundResult[]): RoundResult {
  const sum = new RoundResult(rounds[0]?.startedAtMs ?? 0);
  for (const round of rounds) sum.add(round);
  return sum;
}

/** Ratios of two targets, second to first, of the rounds that both have finished: their median, least and greatest. */
export interface Ratio {
  readonly median: number;
  readonly least: number;
  readonly greatest: number;
}

/** How two targets relate in what a person looks at first. */
export function ratiosOf(results: readonly TargetResult[]): Readonly<Record<string, Ratio>> | undefined {
  const [one, other] = results;
  if (one === undefined || other === undefined) return undefined;
  const count = Math.min(one.rounds.length, other.rounds.length);
  const ratio = (figure: (round: RoundResult) => number): Ratio | undefined => {
    const values = Array.from(
      { length: count },
      (_, at) => figure(other.rounds[at]!) / figure(one.rounds[at]!),
    );
    const good = values.filter(Number.isFinite).sort((a, b) => a - b);
    if (good.length === 0) return undefined;
    return { median: medianOf(good), least: good[0]!, greatest: good.at(-1)! };
  };
  const figures = {
    throughput: ratio(({ throughput }) => throughput),
    p50: ratio(({ all }) => all.quantileMs(0.5)),
    p99: ratio(({ all }) => all.quantileMs(0.99)),
  };
  const known = Object.entries(figures).filter((entry): entry is [string, Ratio] => entry[1] !== undefined);
  return Object.fromEntries(known);
}

function medianOf(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The lines that tell what a target did. */
export function targetLines(
  { target, rounds }: TargetResult,
  { colors, unicode }: { readonly colors: Colors; readonly unicode: boolean },
): string[] {
  const sum = together(rounds);
  const all = sum.all;
  const columns: (readonly [string, LatencyHistogram])[] = [['all', all]];
  for (const kind of ['get', 'put'] as const) {
    if (sum.kinds[kind].count > 0 && sum.kinds[kind].count < all.count) columns.push([kind, sum.kinds[kind]]);
  }
  const rows = [
    ['', ...columns.map(([name]) => name)],
    ...quantiles.map(([name, share]) => [
      name,
      ...columns.map(([, histogram]) => formatLatency(histogram.quantileMs(share))),
    ]),
  ];
  const ended = `${formatCount(all.count)} operations, ${formatRate(sum.throughput)}/s`;
  return [
    `${colors.bold(target.name)}  ${ended}`,
    ...failureLines(sum, colors),
    plainTable(rows, ['left', ...columns.map(() => 'right' as const)]),
    ...barLines(all.bars(mostBars), unicode),
  ];
}

function failureLines(sum: RoundResult, { red, yellow }: Colors): string[] {
  const lines = [...sum.errors].map(([code, count]) => red(`  ${formatCount(count)} failed: ${code}`));
  if (sum.notBegun > 0) {
    lines.push(
      yellow(`  ${formatCount(sum.notBegun)} were due and not begun before the end: counted as they waited`),
    );
  }
  const late = sum.lateness.quantileMs(0.99);
  if (late > lateMs) {
    lines.push(
      yellow(`  this machine was late itself (p99 ${formatLatency(late)}): a lower --rate tells more`),
    );
  }
  return lines;
}

/** The lines that relate two targets; none where there is only one. */
export function ratioLines(results: readonly TargetResult[]): string[] {
  const ratios = ratiosOf(results);
  if (ratios === undefined) return [];
  const rows = Object.entries(ratios).map(([name, { median, least, greatest }]) => [
    name,
    median.toFixed(2),
    `${least.toFixed(2)} to ${greatest.toFixed(2)}`,
  ]);
  return ['second to first, median of the rounds', plainTable(rows, ['left', 'right', 'left'])];
}

function formatRate(rate: number): string {
  return rate < 100 ? rate.toFixed(1) : formatCount(Math.round(rate));
}

/** What `--json` prints of a target; times in milliseconds. */
export function targetToJson({ target, rounds }: TargetResult): unknown {
  const sum = together(rounds);
  const kinds = (['get', 'put'] as const).filter((kind) => sum.kinds[kind].count > 0);
  return {
    target: target.name,
    operations: sum.all.count,
    throughput: sum.throughput,
    failures: sum.failures,
    errors: Object.fromEntries(sum.errors),
    notBegun: sum.notBegun,
    latenessP99: sum.lateness.quantileMs(0.99),
    latency: latencyToJson(sum.all),
    ...Object.fromEntries(kinds.map((kind) => [kind, latencyToJson(sum.kinds[kind])])),
    rounds: rounds.map((round) => ({
      throughput: round.throughput,
      p50: round.all.quantileMs(0.5),
      p99: round.all.quantileMs(0.99),
    })),
  };
}

function latencyToJson(histogram: LatencyHistogram): unknown {
  const values = quantiles.map(([name, share]) => [name, histogram.quantileMs(share)]);
  return { count: histogram.count, mean: histogram.meanMs, ...Object.fromEntries(values) };
}
