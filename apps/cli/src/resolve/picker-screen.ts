import { createHash } from 'node:crypto';
import type { PairRead, SideRead, Two } from '@kvtwin/versioned-value';
import { formatSize } from '../output/format-size.js';
import { escapeControls, formatKey } from '../output/key-text.js';
import { formatVersion } from '../output/version-text.js';
import { pairLabel } from '../pair/pair-label.js';
import { expirationText } from '../pair/pair-read-view.js';
import type { PaneRow } from './pane-row.js';
import { helpLines } from './picker-help.js';
import type { ResolveItem } from './resolve-item.js';
import { fitLine, lineWidth, type Span, type SpanStyle, type StyledLine, span } from './styled-line.js';
import type { ValueView } from './value-view.js';

/** What the screen shows. */
export interface PickerView {
  readonly item: ResolveItem;
  readonly position: number;
  readonly count: number;
  readonly names: Two<string>;
  readonly nowMs: number;
  readonly values: ValueView | undefined;
  readonly scroll: number;
  readonly message: string;
  readonly help: boolean;
  /** Decisions that are not written yet. */
  readonly decided: number;
}

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** Below this two values do not stand beside each other any more. */
export const smallest: ScreenSize = { columns: 60, rows: 12 };

/** Lines above and below the values. */
const headLines = 4;
const footLines = 4;

/** Rows of values that a screen of that size has. */
export function valueRows({ rows }: ScreenSize): number {
  return Math.max(1, rows - headLines - footLines);
}

/** Columns of each of the two panes; the mark stands between them. */
export function paneColumns({ columns }: ScreenSize): number {
  return Math.floor((columns - 5) / 2);
}

/** The whole screen: exactly as many lines as it has rows, none wider than it is. */
export function pickerScreen(view: PickerView, size: ScreenSize): StyledLine[] {
  const lines = isTooSmall(size) ? tooSmallLines(size) : view.help ? helpScreen(size) : itemLines(view, size);
  const all = [...lines, ...Array<StyledLine>(Math.max(0, size.rows - lines.length)).fill([])];
  return all.slice(0, size.rows).map((line) => fitLine(line, size.columns));
}

function isTooSmall({ columns, rows }: ScreenSize): boolean {
  return columns < smallest.columns || rows < smallest.rows;
}

function tooSmallLines({ columns, rows }: ScreenSize): StyledLine[] {
  return [
    [span('the window is too small')],
    [span(`${columns}x${rows}; ${smallest.columns}x${smallest.rows} at least`)],
    [span('make it larger, or q')],
  ];
}

function helpScreen(size: ScreenSize): StyledLine[] {
  const lines = helpLines.map((line) => [span(line)]);
  return [[span(' kvtwin resolve ', 'title'), span('  keys')], [], ...lines.slice(0, size.rows - 3)];
}

function itemLines(view: PickerView, size: ScreenSize): StyledLine[] {
  const shown = valueRows(size);
  const rows = view.values?.rows(view.scroll, shown) ?? [];
  const body = Array.from({ length: shown }, (_, at) => paneLine(rows[at], size));
  return [
    titleLine(view, size),
    ...sideHeads(view, size),
    rule(size, '┬'),
    ...body,
    rule(size, '┴'),
    decisionLine(view, size),
    [span(` ${escapeControls(view.message)}`, 'bold')],
    keysLine(size),
  ];
}

function titleLine({ item, position, count, names }: PickerView, { columns }: ScreenSize): StyledLine {
  const place = count === 1 ? '' : `${position + 1}/${count}  `;
  const state = stateOf(item.read, names);
  const heading = [span(' kvtwin resolve ', 'title'), span(`  ${place}`)];
  const left = columns - lineWidth(heading) - lineWidth([state]) - 3;
  // A long key gives way to what is the matter with it.
  return [
    ...fitLine([...heading, span(formatKey(item.key), 'bold')], lineWidth(heading) + left),
    span('  '),
    state,
  ];
}

/** What is the matter, in words. */
function stateOf(read: PairRead | undefined, names: Two<string>): Span {
  if (read === undefined) return span('reading …', 'dim');
  return span(pairLabel(read, names).replace(/ (?:\(.*|on both.*)$/, ''), styles[read.kind]);
}

const styles: Readonly<Record<PairRead['kind'], SpanStyle>> = {
  agreed: 'good',
  absent: 'good',
  'version-skew': 'warning',
  'value-conflict': 'bad',
  diverged: 'bad',
  'one-sided': 'bad',
  unreadable: 'warning',
};

function sideHeads({ item, names, nowMs }: PickerView, size: ScreenSize): StyledLine[] {
  const [first, second] = [0, 1].map((at) =>
    sideHead(at as 0 | 1, names[at]!, item.read?.sides[at], nowMs),
  ) as [SideHead, SideHead];
  return [0, 1].map((line) => beside(first[line]!, span(' │ '), second[line]!, size));
}

type SideHead = readonly [StyledLine, StyledLine];

function sideHead(at: 0 | 1, name: string, side: SideRead | undefined, nowMs: number): SideHead {
  const title = [span(` ${at === 0 ? 'A' : 'B'}  `, 'bold'), span(escapeControls(name), 'bold')];
  if (side === undefined) return [title, []];
  if (side.state === 'absent') return [title, [span('    absent', 'warning')]];
  if (side.state === 'unknown') return [title, [span('    unknown', 'warning')]];
  if (side.state === 'failed') {
    return [title, [span(`    failed: ${escapeControls(side.error.message)}`, 'warning')]];
  }
  const { entry } = side;
  return [
    [...title, span(`  ${formatSize(entry.value.length)}  ${expirationText(entry, nowMs)}`)],
    [span(`    v ${formatVersion(entry.version)}  sha ${shortSha256(entry.value)}…`, 'dim')],
  ];
}

/** Of values that were drawn: a large one is not summed anew for each key that is pressed. */
const sums = new WeakMap<Uint8Array, string>();

function shortSha256(value: Uint8Array): string {
  const known = sums.get(value);
  if (known !== undefined) return known;
  const sum = createHash('sha256').update(value).digest('hex').slice(0, 6);
  sums.set(value, sum);
  return sum;
}

function paneLine(row: PaneRow | undefined, size: ScreenSize): StyledLine {
  const mark = row?.mark ?? ' ';
  return beside(
    [span(' '), ...(row?.left ?? [])],
    span(mark === ' ' ? ' │ ' : ` ${mark} `, mark === ' ' ? 'plain' : 'changed'),
    row?.right ?? [],
    size,
  );
}

function beside(left: StyledLine, middle: Span, right: StyledLine, size: ScreenSize): StyledLine {
  const columns = paneColumns(size);
  return [...fitLine(left, columns + 1), middle, ...fitLine(right, columns)];
}

function rule(size: ScreenSize, joint: string): StyledLine {
  const left = paneColumns(size) + 2;
  return [span('─'.repeat(left) + joint + '─'.repeat(Math.max(0, size.columns - left - 1)), 'dim')];
}

function decisionLine(view: PickerView, size: ScreenSize): StyledLine {
  const { item, values, scroll, decided, count } = view;
  const text = choiceText(item, view.names);
  const line = [span(' decision  ', 'dim'), span(text, item.choice === undefined ? 'plain' : 'bold')];
  const all = count > 1 && decided > 0 ? `${decided} decided  ` : '';
  const shown = valueRows(size);
  const rows = values?.rowCount ?? 0;
  const part = rows > shown ? ` ${scroll + 1}-${Math.min(rows, scroll + shown)} of ${rows}` : '';
  const right = [span(`${all}${values?.mode ?? ''}${part} `, 'dim')];
  return [...fitLine(line, Math.max(0, size.columns - lineWidth(right) - 1)), ...right];
}

/** What is decided, in words. */
export function choiceText({ choice, progress }: ResolveItem, names: Two<string>): string {
  if (choice === undefined) {
    if (progress === 'written') return 'done';
    return progress === 'ignored' ? 'left as it is' : 'none yet';
  }
  switch (choice.kind) {
    case 'first':
      return `take A: ${names[1]} gets what ${names[0]} holds (not written yet)`;
    case 'second':
      return `take B: ${names[0]} gets what ${names[1]} holds (not written yet)`;
    case 'removal':
      return 'delete on both sides (not written yet)';
    case 'merge':
      return `your text, ${formatSize(choice.value.length)}, to both sides (not written yet)`;
  }
}

/** The keys, in as many words as there is room for. */
function keysLine({ columns }: ScreenSize): StyledLine {
  const texts = [
    ' a take A  b take B  e edit  d delete  i leave  n next  p previous  h hex  t text  w write  ? help  q quit',
    ' a b take  e edit  d del  i leave  n p move  h t view  w write  ? help  q quit',
    ' a b e d  i  n p  h t  w write  ? help  q quit',
  ];
  return [span(texts.find((text) => text.length <= columns) ?? texts[2]!, 'dim')];
}
