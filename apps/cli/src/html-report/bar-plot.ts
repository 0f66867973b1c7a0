import { scaleLinear } from 'd3-scale';
import { type Html, html } from './escape-html.js';
import { bottomAxis, picture, plotArea, round, valueAxis } from './plot-frame.js';

/** A bar: what it stands for, and how many. */
export interface Bar {
  readonly name: string;
  readonly value: number;
}

/** What a plot of bars says. */
export interface BarPlot {
  readonly bars: readonly Bar[];
  /** What the values are: `keys`. */
  readonly valueName: string;
  /** What the bars are: `unit`. */
  readonly barName: string;
  /** The plot in a sentence. */
  readonly says: string;
  readonly format: (value: number) => string;
}

/** Bars beside each other, as wide as there is room. Each says its name and value when it is pointed at. */
export function barPlot({ bars, valueName, barName, says, format }: BarPlot, width: number): Html {
  const area = plotArea(width);
  const { left, right, top, bottom } = area;
  const highest = Math.max(1, ...bars.map(({ value }) => value));
  const y = scaleLinear().domain([0, highest]).range([bottom, top]).nice(4);
  const step = (right - left) / Math.max(1, bars.length);
  const gap = step > 4 ? Math.min(12, step * 0.25) : 0;
  const drawn = bars.map(({ name, value }, at) => {
    const x = left + at * step + gap / 2;
    return html`<rect class="bar" x="${round(x)}" y="${round(y(value))}" width="${round(Math.max(0.6, step - gap))}" height="${round(bottom - y(value))}"><title>${name}: ${format(value)}</title></rect>`;
  });
  const ticks = labelled(bars.length, Math.floor((right - left) / 64)).map((at) => ({
    at: left + (at + 0.5) * step,
    text: bars[at]!.name,
  }));
  return picture(area, says, [
    valueAxis(area, y, valueName, format, true),
    html`${drawn}`,
    bottomAxis(area, ticks, barName),
  ]);
}

/** Which of `count` bars have their name below them, where there is room for `room` names. */
function labelled(count: number, room: number): number[] {
  const every = Math.max(1, Math.ceil(count / Math.max(1, room)));
  return Array.from({ length: Math.ceil(count / every) }, (_, at) => at * every);
}
