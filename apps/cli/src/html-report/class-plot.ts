import { scaleLinear } from 'd3-scale';
import type { Bar } from './bar-plot.js';
import { type Html, html } from './escape-html.js';
import { round } from './plot-frame.js';

const rowHeight = 30;

/** Bars below each other, each with its name before it and its value behind it. */
export function classPlot(
  bars: readonly Bar[],
  says: string,
  format: (value: number) => string,
  width: number,
): Html {
  const left = 152;
  const x = scaleLinear()
    .domain([0, Math.max(1, ...bars.map(({ value }) => value))])
    .range([0, width - left - 76]);
  const rows = bars.map(({ name, value }, at) => {
    const y = at * rowHeight;
    const length = Math.max(1, round(x(value)));
    return html`<text class="label end" x="${left - 8}" y="${y + 20}">${name}</text><rect class="bar" x="${left}" y="${y + 6}" width="${length}" height="${rowHeight - 12}"><title>${name}: ${format(value)}</title></rect><text class="label" x="${left + length + 7}" y="${y + 20}">${format(value)}</text>`;
  });
  const height = bars.length * rowHeight + 4;
  return html`<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${says}">${rows}</svg>`;
}
