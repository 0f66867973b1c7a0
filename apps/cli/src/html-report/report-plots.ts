import { formatCount } from '../output/format-size.js';
import { formatRate } from '../progress/format-progress.js';
import { barPlot } from './bar-plot.js';
import { type Html, html } from './escape-html.js';
import { linePlot } from './line-plot.js';
import type { DiffReportData } from './report-data.js';
import type { SizeBucket } from './report-facts.js';
import { type Column, dataTable } from './report-table.js';

/** A plot for a desktop and one for a telephone; the style shows the one that fits. */
function figure(caption: string, draw: (width: number) => Html, numbers: Html): Html {
  return html`<figure><figcaption>${caption}</figcaption><div class="wide">${draw(900)}</div><div class="narrow">${draw(350)}</div></figure><details><summary>The numbers</summary>${numbers}</details>`;
}

/** More rows than these are read by programs: they are in summary.json. */
const maxRows = 60;

/** Differences per unit. */
export function unitsPlot({ units, layout }: DiffReportData): Html {
  const differing = units.filter(({ differences }) => differences > 0);
  const says = `${differing.length} of ${units.length} units have differences; the most in one are ${Math.max(0, ...units.map(({ differences }) => differences))}.`;
  const most = [...differing].sort((a, b) => b.differences - a.differences).slice(0, maxRows);
  return figure(
    `${says} Units are ${layoutText(layout)}.`,
    (width) =>
      barPlot(
        {
          bars: units.map(({ unit, differences }) => ({ name: String(unit), value: differences })),
          valueName: 'keys that differ',
          barName: 'unit',
          says: `Differences per unit. ${says}`,
          format: formatCount,
        },
        width,
      ),
    dataTable(
      'Units with differences, the most first',
      [
        { title: 'unit', number: true },
        { title: 'keys', number: true },
        { title: 'differ', number: true },
      ],
      most.map(({ unit, keys, differences }) => [String(unit), formatCount(keys), formatCount(differences)]),
    ),
  );
}

function layoutText(layout: string): string {
  return layout === 'hash' ? 'ranges of a hash of the key' : `parts of both stores (${layout})`;
}

/** Keys in a second over time; undefined where the job was over before there was anything to draw. */
export function throughputPlot({ timeline, keys, elapsedMs }: DiffReportData): Html | undefined {
  if (timeline.length < 2) return undefined;
  const mean = keys / Math.max(0.001, elapsedMs / 1000);
  const says = `${formatRate(mean)} keys a second over all; at best ${formatRate(Math.max(...timeline.map((sample) => sample.keysPerSecond)))}.`;
  return figure(
    says,
    (width) =>
      linePlot(
        {
          series: [
            {
              name: 'keys/s',
              points: timeline.map((sample) => ({ atMs: sample.elapsedMs, value: sample.keysPerSecond })),
            },
          ],
          valueName: 'keys/s',
          says: `Throughput over time. ${says}`,
          format: formatRate,
        },
        width,
      ),
    dataTable(
      'Throughput over time',
      [
        { title: 'seconds', number: true },
        { title: 'keys/s', number: true },
      ],
      thinned(timeline).map((sample) => [seconds(sample.elapsedMs), formatRate(sample.keysPerSecond)]),
    ),
  );
}

/** Latencies per side: the table of all calls, and the 99th percentile over time. */
export function latencyPlot({ latency, names, timeline }: DiffReportData): Html {
  const columns: Column[] = [
    { title: 'side' },
    ...['calls', 'mean', 'p50', 'p90', 'p99', 'p99.9', 'max'].map((title) => ({ title, number: true })),
  ];
  const table = dataTable(
    'Latencies of the calls to each side, in milliseconds',
    columns,
    latency.map((one, at) => [
      `${at === 0 ? 'A' : 'B'}  ${names[at]}`,
      formatCount(one.calls),
      ...[one.meanMs, one.p50Ms, one.p90Ms, one.p99Ms, one.p999Ms, one.maxMs].map(formatMs),
    ]),
  );
  if (timeline.length < 2) return table;
  const over = figure(
    `The 99th percentile over time: A, ${names[0]}, solid; B, ${names[1]}, dashed.`,
    (width) =>
      linePlot(
        {
          series: ([0, 1] as const).map((at) => ({
            name: at === 0 ? 'A' : 'B',
            points: timeline.map((sample) => ({ atMs: sample.elapsedMs, value: sample.p99Ms[at] })),
          })),
          valueName: 'ms',
          says: `99th percentile of latencies over time. A: ${formatMs(latency[0].p99Ms)} ms over all, B: ${formatMs(latency[1].p99Ms)} ms.`,
          format: formatMs,
        },
        width,
      ),
    dataTable(
      '99th percentile over time, in milliseconds',
      [
        { title: 'seconds', number: true },
        { title: 'A', number: true },
        { title: 'B', number: true },
      ],
      thinned(timeline).map(({ elapsedMs, p99Ms }) => [
        seconds(elapsedMs),
        formatMs(p99Ms[0]),
        formatMs(p99Ms[1]),
      ]),
    ),
  );
  return html`${table}${over}`;
}

/** By how much values differ in length; undefined where no value differs. */
export function sizesPlot(buckets: readonly SizeBucket[], names: DiffReportData['names']): Html | undefined {
  const all = buckets.reduce((sum, { keys }) => sum + keys, 0);
  if (all === 0) return undefined;
  const same = buckets.find(({ name }) => name === '0')?.keys ?? 0;
  const says = `Of ${formatCount(all)} keys with two values, ${formatCount(same)} have values of the same length.`;
  return figure(
    `${says} To the right: the value of ${names[1]} is longer, by so many bytes.`,
    (width) =>
      barPlot(
        {
          bars: buckets.map(({ name, keys }) => ({ name, value: keys })),
          valueName: 'keys',
          barName: 'bytes longer on B',
          says: `Differences of value sizes. ${says}`,
          format: formatCount,
        },
        width,
      ),
    dataTable(
      'Values by how much longer the second one is',
      [{ title: `the value of ${names[1]} is` }, { title: 'keys', number: true }],
      buckets.filter(({ keys }) => keys > 0).map(({ words, keys }) => [words, formatCount(keys)]),
    ),
  );
}

/** Enough rows to read, the last one among them. */
function thinned<T>(rows: readonly T[]): T[] {
  const every = Math.ceil(rows.length / maxRows);
  return rows.filter((_, at) => at % every === 0 || at === rows.length - 1);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

/** Three digits that matter. */
function formatMs(ms: number): string {
  if (ms === 0) return '0';
  if (ms >= 100) return formatCount(Math.round(ms));
  return ms >= 10 ? ms.toFixed(1) : ms.toFixed(2);
}
