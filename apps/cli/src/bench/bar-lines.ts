import { padStartColumns } from '../output/display-width.js';
import { formatLatency } from '../output/format-latency.js';
import type { LatencyBar } from './latency-histogram.js';

/** Eighths of a column, the widest last. */
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
const barColumns = 40;

/** A histogram as lines of bars, one for each group of latencies; with `#` where the terminal has no block characters. */
export function barLines(bars: readonly LatencyBar[], unicode: boolean): string[] {
  const all = bars.reduce((sum, { count }) => sum + count, 0);
  const most = Math.max(1, ...bars.map(({ count }) => count));
  return bars.map(({ toMs, count }) => {
    const bar = unicode
      ? blocks((count / most) * barColumns)
      : '#'.repeat(Math.ceil((count / most) * barColumns));
    const share = all === 0 ? 0 : (count * 100) / all;
    return `  ${padStartColumns(formatLatency(toMs), 8)}  ${`${share.toFixed(2)} %`.padStart(8)}  ${bar}`.trimEnd();
  });
}

/** At least a sliver for what is not nothing. */
function blocks(columns: number): string {
  const parts = columns === 0 ? 0 : Math.max(1, Math.round(columns * 8));
  return '█'.repeat(Math.floor(parts / 8)) + eighths[parts % 8]!;
}

/** Whether the environment says that the terminal takes UTF-8. */
export function takesUnicode(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  return locale === undefined || /utf-?8/i.test(locale);
}
