import { escapeControls } from '../output/key-text.js';
import { differenceOf } from '../output/text-difference.js';
import { type Span, type StyledLine, span, wrapLine } from './styled-line.js';

/** How the two sides of a row stand to each other: the same, different, or only one of them there. */
export type RowMark = ' ' | '≠' | '<' | '>';

/** A row of the two panes. */
export interface PaneRow {
  readonly mark: RowMark;
  readonly left: StyledLine;
  readonly right: StyledLine;
}

/** Both sides show the same. */
export function sameRow(text: string): PaneRow {
  const line = [span(escapeControls(text))];
  return { mark: ' ', left: line, right: line };
}

/** Only one side has it: marked in the middle, and as `[-…-]` or `{+…+}` where it stands. */
export function oneSidedRow(side: 0 | 1, indent: string, text: string): PaneRow {
  const shown = escapeControls(text);
  return side === 0
    ? { mark: '<', left: [span(indent), span(`[-${shown}-]`, 'changed')], right: [] }
    : { mark: '>', left: [], right: [span(indent), span(`{+${shown}+}`, 'changed')] };
}

/** The two differ; what of it differs is marked as `[-…-]` on the left and `{+…+}` on the right. */
export function changedRow(before: string, first: string, second: string, after = ''): PaneRow {
  const runs = differenceOf(first, second) ?? [
    { kind: 'removed' as const, text: first },
    { kind: 'added' as const, text: second },
  ];
  const pick = (kind: 'removed' | 'added', open: string, close: string): Span[] => [
    span(escapeControls(before)),
    ...runs
      .filter((run) => run.kind === 'same' || run.kind === kind)
      .map((run) =>
        run.kind === 'same'
          ? span(escapeControls(run.text))
          : span(`${open}${escapeControls(run.text)}${close}`, 'changed'),
      ),
    span(after),
  ];
  return { mark: '≠', left: pick('removed', '[-', '-]'), right: pick('added', '{+', '+}') };
}

/** Rows whose sides fit into panes of so many columns: long ones go on in the rows below. */
export function wrapRow(row: PaneRow, columns: number): PaneRow[] {
  const left = wrapLine(row.left, columns);
  const right = wrapLine(row.right, columns);
  return Array.from({ length: Math.max(left.length, right.length) }, (_, at) => ({
    mark: row.mark,
    left: left[at] ?? [],
    right: right[at] ?? [],
  }));
}
