import { createHash } from 'node:crypto';
import { type DiffClass, diffClasses } from '@kvtwin/reconcile';
import { cutToColumns } from '../output/display-width.js';
import { formatDuration } from '../output/format-duration.js';
import { formatCount, formatSize } from '../output/format-size.js';
import { formatKey } from '../output/key-text.js';
import { classPlot } from './class-plot.js';
import { type Html, html } from './escape-html.js';
import type { DiffReportData } from './report-data.js';
import type { ReportFacts, ReportRow, ReportSide } from './report-facts.js';
import { latencyPlot, sizesPlot, throughputPlot, unitsPlot } from './report-plots.js';
import { reportStyle } from './report-style.js';
import { dataTable } from './report-table.js';

/** Keys are cut after so many columns: the report has them whole. */
const keyColumns = 120;

const meanings: Readonly<Record<DiffClass, string>> = {
  agreed: 'the same on both sides',
  'value-conflict': 'different values',
  diverged: 'different values and versions',
  'version-skew': 'the same value in different versions',
  'only-first': 'only the first side has it',
  'only-second': 'only the second side has it',
  'expiry-skew': 'the same value goes away at different times',
  settled: 'differed once, agreed when it was read again',
  unsettled: 'kept changing while it was watched',
  unreadable: 'a side did not answer for it',
};

/**
 * The page of a diff job, whole in itself: no scripts, nothing loaded, nothing that a key could bring to life. Reads the
 * same without its plots.
 */
export function reportPage(data: DiffReportData, facts: ReportFacts): string {
  const style = `<style>${reportStyle}</style>`;
  const hash = createHash('sha256').update(reportStyle).digest('base64');
  const title = `kvtwin diff ${data.job}: ${data.names.join(' and ')}`;
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  const head = html`<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark"><title>${title}</title>`;
  return `<!doctype html>\n<html lang="en"><head>${head.markup}${style}</head>\n<body><main>${bodyOf(data, facts).markup}</main></body></html>\n`;
}

function bodyOf(data: DiffReportData, facts: ReportFacts): Html {
  const [a, b] = data.names;
  return html`<h1>${a} and ${b}</h1>
<p class="muted">kvtwin diff, job ${data.job}, ${data.finishedAt}</p>
${verdict(data)}
<h2>Classes</h2>
${classTable(data)}
${classBars(data)}
<h2>Differences per unit</h2>
${unitsPlot(data)}
${section('Value sizes', sizesPlot(facts.sizeDifferences, data.names))}
${section('Throughput', throughputPlot(data))}
<h2>Latencies</h2>
${latencyPlot(data)}
${examples(data, facts)}
<h2>How it was run</h2>
${settings(data)}
`;
}

function section(title: string, content: Html | undefined): Html {
  return content === undefined ? html`` : html`<h2>${title}</h2>${content}`;
}

function verdict({ differences, keys, classes, listings }: DiffReportData): Html {
  const doubts = [
    ...(classes.unreadable > 0 ? [`${formatCount(classes.unreadable)} keys could not be read.`] : []),
    ...(classes.unsettled > 0 ? [`${formatCount(classes.unsettled)} keys never came to rest.`] : []),
    ...(listings.some(({ settled }) => !settled)
      ? ['A listing kept shifting under writes: keys may be missing.']
      : []),
  ];
  const agree = differences === 0 && doubts.length === 0;
  const text =
    differences === 0
      ? `= No differences among ${formatCount(keys)} keys.`
      : `≠ ${formatCount(differences)} of ${formatCount(keys)} keys differ.`;
  return html`<p class="verdict${agree ? ' agree' : ''}"><strong>${text}</strong> ${doubts.join(' ')}</p>`;
}

function classTable({ classes, keys, names }: DiffReportData): Html {
  const shown = diffClasses.filter((name) => name === 'agreed' || classes[name] > 0);
  return dataTable(
    'Keys by class',
    [
      { title: 'class' },
      { title: 'keys', number: true },
      { title: 'share', number: true },
      { title: 'means' },
    ],
    shown.map((name) => [
      labelOf(name, names),
      formatCount(classes[name]),
      `${(keys === 0 ? 0 : (classes[name] / keys) * 100).toFixed(3)} %`,
      meanings[name],
    ]),
  );
}

/** All but those that agree, which would leave no room for the others; undefined where there are none. */
function classBars({ classes, names }: DiffReportData): Html | undefined {
  const bars = diffClasses
    .filter((name) => name !== 'agreed' && classes[name] > 0)
    .map((name) => ({ name: cutToColumns(labelOf(name, names), 18), value: classes[name] }));
  if (bars.length === 0) return undefined;
  const says = `Keys by class, but for those that agree: ${bars.map(({ name, value }) => `${name} ${formatCount(value)}`).join(', ')}.`;
  return html`<figure><figcaption>All but those that agree</figcaption><div class="wide">${classPlot(bars, says, formatCount, 900)}</div><div class="narrow">${classPlot(bars, says, formatCount, 350)}</div></figure>`;
}

function labelOf(name: DiffClass, [first, second]: DiffReportData['names']): string {
  if (name === 'only-first') return `only ${first}`;
  return name === 'only-second' ? `only ${second}` : name;
}

function examples({ names, classes }: DiffReportData, facts: ReportFacts): Html {
  const tables = diffClasses.flatMap((name) => {
    const rows = facts.examples[name];
    if (rows === undefined || rows.length === 0) return [];
    const label = labelOf(name, names);
    return [
      html`<h3>${label} <span class="muted">${rows.length} of ${formatCount(classes[name])}</span></h3>${dataTable(
        `Examples of ${label}`,
        [{ title: 'key' }, { title: `A  ${names[0]}` }, { title: `B  ${names[1]}` }],
        rows.map((row) => [keyCell(row), sideCell(row.first), sideCell(row.second)]),
      )}`,
    ];
  });
  return tables.length === 0
    ? html``
    : html`<h2>Examples</h2><p class="muted">The least keys of each class in the order of their bytes.</p>${tables}`;
}

function keyCell({ key, keyBase64 }: ReportRow): Html {
  const bytes = key === undefined ? Buffer.from(keyBase64 ?? '', 'base64') : Buffer.from(key);
  return html`<code>${cutToColumns(formatKey(bytes), keyColumns)}</code>`;
}

function sideCell(side: ReportSide): Html {
  if (side === null) return html`<span class="muted">absent</span>`;
  if (side.state !== undefined) return html`<span class="muted">${side.state}</span>`;
  const expires = side.expiresAt === undefined ? '' : `, until ${side.expiresAt}`;
  return html`${formatSize(side.bytes ?? 0)}${expires}<br><code>${(side.sha256 ?? '').slice(0, 12)}…</code>`;
}

function settings(data: DiffReportData): Html {
  const { selector } = data;
  const code = (text: string): Html => html`<span class="hash"><code>${text}</code></span>`;
  const rows: (readonly [string, string | Html])[] = [
    ['side A', html`${data.names[0]} ${code(data.urls[0])}, ${formatCount(data.scanned[0])} entries shown`],
    ['side B', html`${data.names[1]} ${code(data.urls[1])}, ${formatCount(data.scanned[1])} entries shown`],
    ['keys of', selector.table === undefined ? selector.type : `${selector.type} ${selector.table}`],
    ['versions', data.policy === 'counter' ? 'compared (counters)' : 'not compared (opaque tokens)'],
    ['confirmed by', `${data.confirmReads} reads over ${formatDuration(data.settleMs)}`],
    [
      'limits',
      `${data.rps === undefined ? 'no rate limit' : `${formatCount(data.rps)} keys/s`}, ${formatDuration(data.timeoutMs)} for an answer`,
    ],
    ['units', `${formatCount(data.units.length)}, ${data.layout}`],
    ['begun', data.startedAt],
    ['finished', `${data.finishedAt}, ${formatDuration(data.elapsedMs)} of work`],
    ['digest of the data', code(data.digest)],
    ['SHA-256 of report.ndjson', code(data.reportSha256)],
  ];
  return dataTable('How the job was run', [{ title: 'what' }, { title: 'value' }], rows);
}
