import type { Two } from '@kvtwin/versioned-value';
import { utf8TextOf } from '../output/key-text.js';
import { bytesPerRow, firstHexDifference, hexRowCount, hexRows } from './hex-rows.js';
import { parseJsonNode } from './json-node.js';
import { jsonRows } from './json-rows.js';
import { type PaneRow, wrapRow } from './pane-row.js';
import { textRows } from './text-rows.js';

/** How values are shown. */
export type ViewMode = 'tree' | 'text' | 'hex';

/** Two values laid out for panes of a width. */
export interface ValueView {
  readonly mode: ViewMode;
  readonly rowCount: number;
  rows(from: number, count: number): readonly PaneRow[];
  /** The first row that differs; 0 where none does. */
  readonly firstDifference: number;
  /** What a reader has to know of this view. */
  readonly note?: string;
}

/** Laying out more takes seconds, and nobody scrolls through it: hex, which is laid out by the screenful, shows all. */
export const maxShownCharacters = 256 * 1024;

/**
 * Lays two values out; `undefined`: that side has none. By default as a JSON tree, else as text, else in hex; a mode
 * that the values are not fit for gives way to the next one, and `note` says so.
 */
export function viewValues(
  values: Two<Uint8Array | undefined>,
  wanted: ViewMode | undefined,
  paneColumns: number,
): ValueView {
  if (wanted === 'hex') return hexView(values, paneColumns);
  const texts = values.map((value) => (value === undefined ? undefined : utf8TextOf(value)));
  if (values.some((value, at) => value !== undefined && texts[at] === undefined)) {
    return hexView(values, paneColumns, wanted === undefined ? undefined : 'not UTF-8: shown in hex');
  }
  const [first, second] = texts;
  const long = texts.some((text) => (text?.length ?? 0) > maxShownCharacters);
  if (wanted !== 'text' && !long && (first ?? second) !== undefined) {
    const nodes = texts.map((text) => (text === undefined ? undefined : parseJsonNode(text)));
    if (texts.every((text, at) => text === undefined || nodes[at] !== undefined)) {
      const rows = jsonRows(nodes[0], nodes[1]);
      const alike = rows.every(({ mark }) => mark === ' ') && first !== second && !texts.includes(undefined);
      return fixedView(
        'tree',
        rows,
        paneColumns,
        alike ? 'the same JSON in other bytes: t shows them' : undefined,
      );
    }
  }
  const note = long ? 'only the beginning: h shows all of it in hex' : undefined;
  const cut = (text: string | undefined): string | undefined => text?.slice(0, maxShownCharacters);
  const notJson = wanted === 'tree' ? 'not JSON: shown as text' : undefined;
  return fixedView('text', textRows(cut(first), cut(second)), paneColumns, note ?? notJson);
}

function fixedView(
  mode: ViewMode,
  rows: readonly PaneRow[],
  paneColumns: number,
  note: string | undefined,
): ValueView {
  const wrapped = rows.flatMap((row) => wrapRow(row, paneColumns));
  return {
    mode,
    rowCount: wrapped.length,
    rows: (from, count) => wrapped.slice(from, from + count),
    // The heading of a container is marked as well: what differs is further down.
    firstDifference: Math.max(
      0,
      wrapped.findIndex(({ mark, left, right }) => mark !== ' ' && [...left, ...right].some(isChanged)),
    ),
    ...(note === undefined ? {} : { note }),
  };
}

function isChanged({ style }: { readonly style?: string }): boolean {
  return style === 'changed';
}

function hexView(
  [first, second]: Two<Uint8Array | undefined>,
  paneColumns: number,
  note?: string,
): ValueView {
  const perRow = bytesPerRow(paneColumns, Math.max(first?.length ?? 0, second?.length ?? 0));
  return {
    mode: 'hex',
    rowCount: hexRowCount(first, second, perRow),
    rows: (from, count) => hexRows(first, second, perRow, from, count),
    firstDifference: firstHexDifference(first, second, perRow),
    ...(note === undefined ? {} : { note }),
  };
}
