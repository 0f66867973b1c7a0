import { compareBytes, decodeBase64, encodeUtf8 } from '@kvtwin/bytes';
import { type DiffClass, diffClasses, differenceClasses } from '../diff/diff-class.js';
import type { ClassCounts } from '../diff/diff-progress.js';
import { DigestSum } from '../diff/digest-sum.js';
import { LatencyHistogram } from '../scan/latency-histogram.js';
import type { DiffJobState } from './diff-job-state.js';
import type { DiffExample, DiffJobSummary, DiffUnitSummary } from './diff-job-summary.js';
import type { UnitRecord } from './unit-record.js';

const examplesOfEach = 5;

/** What a job found, from its state, the records of its units and the rows of its report. */
export async function summarize(
  state: DiffJobState,
  units: readonly UnitRecord[],
  rows: AsyncIterable<string>,
): Promise<DiffJobSummary> {
  const digest = new DigestSum();
  for (const unit of units) digest.addSum(DigestSum.parse(unit.digest));
  const classes = Object.fromEntries(
    diffClasses.map((name) => [name, units.reduce((sum, unit) => sum + unit.classes[name], 0)]),
  ) as Record<DiffClass, number>;
  const scanned = (at: 0 | 1): number =>
    units.reduce((sum, unit) => sum + unit.scanned[at], state.scanned[at]);
  return {
    format: 'kvtwin.diff-summary/1',
    keys: sumOf(classes, diffClasses),
    classes,
    differences: sumOf(classes, differenceClasses),
    digest: digest.toHex(),
    scanned: [scanned(0), scanned(1)],
    elapsedMs: state.elapsedMs,
    layout: state.layout.scheme,
    units: units.map(unitSummary),
    listings: [...state.listings, ...units.flatMap(({ listings }) => listings)],
    latency: [
      LatencyHistogram.from(state.latency[0]).summary(),
      LatencyHistogram.from(state.latency[1]).summary(),
    ],
    timeline: state.timeline,
    examples: await examplesOf(rows),
  };
}

function unitSummary({ unit, classes, digest }: UnitRecord): DiffUnitSummary {
  return {
    unit,
    keys: sumOf(classes, diffClasses),
    differences: sumOf(classes, differenceClasses),
    classes,
    digest,
  };
}

function sumOf(classes: ClassCounts, names: readonly DiffClass[]): number {
  return names.reduce((total, name) => total + classes[name], 0);
}

async function examplesOf(rows: AsyncIterable<string>): Promise<DiffJobSummary['examples']> {
  const least: Partial<Record<DiffClass, DiffExample[]>> = {};
  for await (const row of rows) {
    const { class: name, key, keyBase64 } = JSON.parse(row) as RowHead;
    const example = key === undefined ? { keyBase64: keyBase64 ?? '' } : { key };
    least[name] ??= [];
    const known = least[name];
    known.push(example);
    if (known.length <= examplesOfEach) continue;
    known.sort((one, other) => compareBytes(bytesOf(one), bytesOf(other))).pop();
  }
  for (const known of Object.values(least)) {
    known.sort((one, other) => compareBytes(bytesOf(one), bytesOf(other)));
  }
  return least;
}

interface RowHead {
  readonly class: DiffClass;
  readonly key?: string;
  readonly keyBase64?: string;
}

function bytesOf(example: DiffExample): Uint8Array {
  if ('key' in example) return encodeUtf8(example.key);
  return decodeBase64(example.keyBase64);
}
