import { createHash } from 'node:crypto';
import { type DiffClass, type DiffSummary, diffClasses, type KeyDifference } from '@kvtwin/reconcile';
import { type SideRead, sideReadToJson, type Two } from '@kvtwin/versioned-value';
import { ExitCode } from '../command-line/exit-code.js';
import { cutToColumns } from '../output/display-width.js';
import { formatDuration } from '../output/format-duration.js';
import { formatCount } from '../output/format-size.js';
import { formatKey, keyToJson } from '../output/key-text.js';
import type { Colors } from '../output/output.js';
import { plainTable } from '../output/plain-table.js';

/** Longer keys are cut in the table; `--ndjson` has them whole. */
const exampleColumns = 40;

/** One key of each class, the least in the order of bytes. */
export type Examples = Partial<Record<DiffClass, Uint8Array>>;

/** The summary as a table for people: classes that no key is in are left out, `agreed` is always there. */
export function diffTable(
  summary: Pick<DiffSummary, 'classes' | 'keys'>,
  names: Two<string>,
  examples: Examples,
  colors: Colors,
): string {
  const rows = [['class', 'keys', 'share', 'example'].map((title) => colors.dim(title))];
  for (const name of diffClasses) {
    const count = summary.classes[name];
    if (count === 0 && name !== 'agreed') continue;
    const share = summary.keys === 0 ? 0 : (count / summary.keys) * 100;
    rows.push([
      colorOf(name, colors)(labelOf(name, names)),
      formatCount(count),
      `${share.toFixed(3)} %`,
      noteOf(name, examples[name]),
    ]);
  }
  return plainTable(rows, ['left', 'right', 'right', 'left']);
}

function labelOf(name: DiffClass, [first, second]: Two<string>): string {
  if (name === 'only-first') return `only ${first}`;
  if (name === 'only-second') return `only ${second}`;
  return name;
}

function colorOf(name: DiffClass, colors: Colors): (text: string) => string {
  if (name === 'agreed' || name === 'settled') return colors.green;
  if (name === 'value-conflict' || name === 'diverged') return colors.red;
  return name === 'unreadable' ? colors.magenta : colors.yellow;
}

function noteOf(name: DiffClass, example: Uint8Array | undefined): string {
  if (example !== undefined) return cutToColumns(formatKey(example), exampleColumns);
  return name === 'settled' ? '(differed once, agreed on re-read)' : '';
}

/** What stands below the table. */
export function diffFootnote(
  { scanned, elapsedMs, passes, unsettledParts }: DiffSummary,
  names: Two<string>,
): string {
  const entries = names.map((name, at) => `${name} ${formatCount(scanned[at]!)}`).join(', ');
  const inPasses = passes === 1 ? '' : ` in ${passes} passes`;
  const missing = names
    .filter((_, at) => unsettledParts[at]! > 0)
    .map((name) => `${name} never came to rest`);
  return [`  scanned ${entries}${inPasses} in ${formatDuration(elapsedMs)}`, ...missing].join(
    '; listing of ',
  );
}

/** The summary as one JSON object. */
export function diffToJson(summary: DiffSummary, names: Two<string>, examples: Examples): unknown {
  const shown = Object.entries(examples).map(([name, key]) => [name, keyToJson(key)]);
  return {
    names,
    agree: exitCodeOfDiff(summary) === ExitCode.ok,
    ...summary,
    examples: Object.fromEntries(shown),
  };
}

/** One difference as JSON. Without `values`, a value is told by its length and SHA-256. */
export function differenceToJson(difference: KeyDifference, names: Two<string>, values: boolean): unknown {
  const { class: name, key, read, confirmed, overMs } = difference;
  const skewMs = read.expirationSkewMs;
  return {
    class: name,
    ...keyToJson(key),
    confirmed,
    overMs,
    ...(skewMs === undefined ? {} : { expirationSkewMs: Number.isFinite(skewMs) ? skewMs : String(skewMs) }),
    sides: read.sides.map((side, at) => ({ name: names[at], ...sideToJson(side, values) })),
  };
}

function sideToJson(side: SideRead, values: boolean): object {
  const { value, ...rest } = sideReadToJson(side);
  if (side.state !== 'present') return rest;
  const sha256 = createHash('sha256').update(side.entry.value).digest('hex');
  return { ...rest, bytes: side.entry.value.length, sha256, ...(values ? { value } : {}) };
}

/** 3 a side did not answer for every key, or keys or listings never came to rest · 2 differences · 0 none. */
export function exitCodeOfDiff({
  classes,
  differences,
  unsettledParts = [0, 0],
}: Pick<DiffSummary, 'classes' | 'differences'> & Partial<Pick<DiffSummary, 'unsettledParts'>>): ExitCode {
  if (classes.unreadable > 0) return ExitCode.partial;
  if (differences > 0) return ExitCode.differences;
  const missing = unsettledParts[0] + unsettledParts[1] > 0;
  return classes.unsettled > 0 || missing ? ExitCode.partial : ExitCode.ok;
}
