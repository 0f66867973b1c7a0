import { cutToColumns, displayWidth } from '../output/display-width.js';
import { formatCount } from '../output/format-size.js';
import { escapeControls } from '../output/key-text.js';
import type { Colors } from '../output/output.js';
import type { Speed } from './progress-speed.js';
import { type ProgressState, shareOf } from './progress-state.js';

/** How a line of progress is laid out. */
export interface ProgressLayout {
  /** The line takes at most so many. */
  readonly columns: number;
  readonly colors: Colors;
  /** Blocks for the bar; else `#` and `-`. */
  readonly unicode: boolean;
}

const barCells = 20;
const shortBarCells = 8;

/**
 * One line: phase, bar, percent, parts, rate, time left, notes. Where it is too long the notes go first, the last one
 * before the others, then the bar is shortened, then what stands rightmost goes.
 */
export function formatProgress(
  state: ProgressState,
  speed: Speed,
  { columns, colors, unicode }: ProgressLayout,
): string {
  const share = shareOf(state);
  const bar = share === undefined ? [] : [{ share, cells: barCells }];
  const words = wordsOf(state, share, speed);
  const notes = (state.notes ?? []).map(escapeControls);
  const phase = `  ${escapeControls(state.phase)}`;
  const width = (cells: number): number =>
    displayWidth([phase, ...(bar.length === 0 ? [] : ['x'.repeat(cells)]), ...words, ...notes].join('  '));
  while (notes.length > 0 && width(barCells) > columns) notes.pop();
  const cells = width(barCells) > columns ? shortBarCells : barCells;
  while (words.length > 1 && width(cells) > columns) words.pop();
  if (width(cells) > columns) return cutToColumns([phase, ...words].join('  '), columns);
  const drawn = bar.map((one) => colors.cyan(barOf(one.share, cells, unicode)));
  return [phase, ...drawn, ...words, ...notes.map((note) => colors.dim(note))].join('  ');
}

function wordsOf(state: ProgressState, share: number | undefined, speed: Speed): string[] {
  const { items, itemCount, itemName, parts } = state;
  return [
    ...(share === undefined ? [] : [percent(share)]),
    parts === undefined
      ? `${formatCount(items)}${itemCount === undefined ? '' : `/${formatCount(itemCount)}`} ${itemName}`
      : `${formatCount(parts.done)}/${formatCount(parts.count)} ${parts.name}`,
    ...(speed.perSecond === undefined ? [] : [`${formatRate(speed.perSecond)} ${itemName}/s`]),
    ...(speed.leftMs === undefined ? [] : [`eta ${formatEta(speed.leftMs)}`]),
  ];
}

/** Never 100 % before it is all. */
function percent(share: number): string {
  return `${String(Math.floor(share * 100)).padStart(3)} %`;
}

function barOf(share: number, cells: number, unicode: boolean): string {
  const full = Math.floor(share * cells);
  const [done, open] = unicode ? ['█', '░'] : ['#', '-'];
  return done!.repeat(full) + open!.repeat(cells - full);
}

/** `812`, `41.2k`, `3.10M`. */
export function formatRate(perSecond: number): string {
  if (perSecond < 10 && perSecond > 0) return perSecond.toFixed(1);
  if (perSecond < 1000) return String(Math.round(perSecond));
  return perSecond < 1e6 ? `${(perSecond / 1000).toFixed(1)}k` : `${(perSecond / 1e6).toFixed(2)}M`;
}

/** `6 s`, `3m20s`, `2h05m`, `4d03h`: the two units that matter. */
export function formatEta(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (!Number.isFinite(seconds)) return '?';
  if (seconds < 60) return `${seconds} s`;
  const two = (number: number): string => String(number).padStart(2, '0');
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)}h${two(minutes % 60)}m`;
  return `${Math.floor(minutes / 1440)}d${two(Math.floor((minutes % 1440) / 60))}h`;
}
