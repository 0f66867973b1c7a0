import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@kvtwin/testkit';
import { describe, expect, it } from 'vitest';
import { sampleReport } from '../../test/sample-report.js';
import { escapeHtml, html } from './escape-html.js';
import { type ReportFacts, type ReportRow, readReportFacts } from './report-facts.js';
import { reportPage } from './report-page.js';
import { reportStyle } from './report-style.js';

const sha256 = 'ab'.repeat(32);
const row = (key: string, first: number | null, second: number | null): ReportRow => ({
  key,
  class: first === null ? 'only-second' : second === null ? 'only-first' : 'value-conflict',
  first: first === null ? null : { bytes: first, sha256, version: '1' },
  second: second === null ? null : { bytes: second, sha256, version: '1' },
});
const facts: ReportFacts = {
  examples: { 'value-conflict': [row('user:42', 61, 62)], 'only-first': [row('cart:9', 25, null)] },
  sizeDifferences: [
    { name: '0', words: 'of the same length', keys: 7 },
    { name: '+1', words: '1 to 7 bytes longer', keys: 5 },
  ],
};

/** As the WCAG define it, of two colours `#rrggbb`. */
function contrast(one: string, other: string): number {
  const luminance = (color: string): number => {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light! + 0.05) / (dark! + 0.05);
}

describe('the page of a diff job', () => {
  const page = reportPage(sampleReport(), facts);

  it('allows nothing but its own style, and loads nothing', () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)![1]!.replaceAll('&#39;', "'");
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)![1]!;
    const hash = createHash('sha256').update(style).digest('base64');
    expect(policy).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
    );
    expect(page.match(/<style>/g)).toHaveLength(1);
    expect(page).not.toMatch(/<(?:script|img|link|iframe|object|a)\b|\s(?:style|src|href|on\w+)=/i);
    expect(page).not.toMatch(/url\(|@import/);
  });

  it('says what was found, in words and tables', () => {
    const text = page
      .replaceAll(/<style>[\s\S]*?<\/style>|<svg[\s\S]*?<\/svg>/g, ' ')
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll(/\s+/g, ' ');
    for (const said of [
      '≠ 1 362 of 1 000 184 keys differ.',
      'value-conflict 312 0.031 % different values',
      'only lon 741 0.074 % only the first side has it',
      '207 of 256 units have differences; the most in one are 68.',
      'Of 12 keys with two values, 7 have values of the same length.',
      '1 to 7 bytes longer 5',
      'A lon 4 012 1.31 1.10 2.20 3.10 11.4 38.2',
      'user:42 61 B',
      'cart:9 25 B',
      'hotrod://lon.example:11222/users',
      'confirmed by 3 reads over 600ms',
      '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
      'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00',
    ]) {
      expect(text).toContain(said);
    }
  });

  it('draws each plot for a desktop and a telephone, with what it shows in words', () => {
    const plots = page.match(/<svg [^>]*>/g)!;
    expect(plots).toHaveLength(10);
    for (const plot of plots) expect(plot).toMatch(/role="img" aria-label="[^"]{20,}"/);
    expect(page).not.toContain('NaN');
    expect(page).toContain('class="line second"');
  });

  it('says that the sides agree, and leaves out what there is nothing of', () => {
    const agreed = sampleReport({
      differences: 0,
      classes: { ...sampleReport().classes, 'value-conflict': 0, 'only-first': 0, 'only-second': 0 },
      units: [],
      timeline: [],
      keys: 0,
    });
    const quiet = reportPage(agreed, { examples: {}, sizeDifferences: [] });
    expect(quiet).toContain('= No differences among 0 keys.');
    expect(quiet).toContain('class="verdict agree"');
    expect(quiet).not.toMatch(/Throughput|Value sizes|<h2>Examples|NaN/);
  });

  it('does not call sides equal that could not be read, or whose listings kept shifting', () => {
    const classes = { ...sampleReport().classes, unreadable: 3 };
    const doubtful = reportPage(
      sampleReport({ differences: 0, classes, listings: [{ side: 'first', settled: false }] }),
      facts,
    );
    expect(doubtful).toContain('3 keys could not be read.');
    expect(doubtful).toContain('keys may be missing');
    expect(doubtful).not.toContain('class="verdict agree"');
  });

  it.each([
    '"><script>alert(1)</script>',
    "' onmouseover='alert(1)",
    '</style><script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '&lt;b&gt;',
    '\u0000\u001b[31m\u202e',
  ])('brings nothing of %j to life, wherever it comes from', (hostile) => {
    const dangerous = reportPage(
      sampleReport({
        job: hostile,
        names: [hostile, hostile],
        urls: [hostile, hostile],
        selector: { type: 'hash', table: hostile },
        layout: hostile,
      }),
      { ...facts, examples: { 'value-conflict': [row(hostile, 1, 2)] } },
    );
    expect(dangerous).not.toMatch(/<script|<img|<b>|\son\w+='|\u202e/);
    expect(dangerous.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(dangerous.match(/<\/?style>/g)).toHaveLength(2);
    expect(dangerous).toContain(escapeHtml(hostile));
  });

  it.each(['light', 'dark'])('can be read by weak eyes in its %s colours', (scheme) => {
    const [light, dark] = reportStyle.split('prefers-color-scheme: dark');
    const colors = Object.fromEntries(
      [...(scheme === 'light' ? light! : dark!).matchAll(/--(\w+): (#[0-9a-f]{6})/g)].map(
        ([, name, color]) => [name, color!],
      ),
    );
    for (const text of ['fg', 'muted', 'first', 'second']) {
      expect(contrast(colors[text]!, colors.bg!)).toBeGreaterThanOrEqual(4.5);
    }
    expect(contrast(colors.fg!, colors.soft!)).toBeGreaterThanOrEqual(4.5);
    for (const sign of ['good', 'bad'])
      expect(contrast(colors[sign]!, colors.soft!)).toBeGreaterThanOrEqual(3);
    expect(contrast(colors.axis!, colors.bg!)).toBeGreaterThanOrEqual(3);
  });

  it('stays small, however many units there are', () => {
    const units = Array.from({ length: 4096 }, (_, unit) => ({ unit, keys: 10, differences: 1 }));
    expect(reportPage(sampleReport({ units }), facts).length).toBeLessThan(2_000_000);
  });
});

describe('what a page tells of a report', () => {
  it('is the least keys of each class, and how lengths differ', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'report.ndjson');
    const rows = [
      { format: 'kvtwin.diff-report/1' },
      ...Array.from({ length: 50 }, (_, at) => row(`k${99 - at}`, 100, 100 + at)),
      row('alone', 5, null),
      { keyBase64: '/w==', class: 'unreadable', first: { state: 'failed' }, second: null },
      { end: 'kvtwin.diff-report/1' },
    ];
    await writeFile(file, rows.map((each) => `${JSON.stringify(each)}\n`).join(''));
    const read = await readReportFacts(file);
    expect(read.examples['value-conflict']?.map(({ key }) => key)).toEqual([
      'k50',
      'k51',
      'k52',
      'k53',
      'k54',
    ]);
    expect(read.examples['only-first']).toHaveLength(1);
    expect(read.sizeDifferences.filter(({ keys }) => keys > 0)).toEqual([
      { name: '0', words: 'of the same length', keys: 1 },
      { name: '+1', words: '1 to 7 bytes longer', keys: 7 },
      { name: '+8', words: '8 to 63 bytes longer', keys: 42 },
    ]);
  });

  it('names a line that is none of a report, and a file that is not there', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'report.ndjson');
    await writeFile(file, `${JSON.stringify(row('a', 1, 2))}\nnonsense\n`);
    await expect(readReportFacts(file)).rejects.toThrow(`${file}:2 is not JSON`);
    await expect(readReportFacts(`${file}.none`)).rejects.toThrow('ENOENT');
  });
});

describe('html', () => {
  it('escapes all but its own markup', () => {
    expect(
      html`<p title="${'a"b'}">${'<i>'}${html`<b>${1}</b>`}${[html`x`, '&']}${undefined}</p>`.markup,
    ).toBe('<p title="a&quot;b">&lt;i&gt;<b>1</b>x&amp;</p>');
  });
});
