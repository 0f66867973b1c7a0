import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { type Html, html } from './escape-html.js';
import { bottomAxis, picture, plotArea, round, valueAxis } from './plot-frame.js';

/** A point: when, in milliseconds since the begin, and how much. */
export interface PlotPoint {
  readonly atMs: number;
  readonly value: number;
}

/** What a plot of lines says. */
export interface LinePlot {
  /** At most two: the first is a solid line, the second a dashed one; their names stand at their ends. */
  readonly series: readonly { readonly name: string; readonly points: readonly PlotPoint[] }[];
  readonly valueName: string;
  readonly says: string;
  readonly format: (value: number) => string;
}

/** Values over time. */
export function linePlot({ series, valueName, says, format }: LinePlot, width: number): Html {
  const area = plotArea(width);
  const { left, top, bottom } = area;
  // The names at the ends of the lines need room.
  const right = area.right - (series.length > 1 ? 20 : 0);
  const all = series.flatMap(({ points }) => points);
  const lastMs = Math.max(1, ...all.map(({ atMs }) => atMs));
  const x = scaleLinear().domain([0, lastMs]).range([left, right]);
  const y = scaleLinear()
    .domain([0, Math.max(...all.map(({ value }) => value), Number.EPSILON)])
    .range([bottom, top])
    .nice(4);
  const path = line<PlotPoint>()
    .x(({ atMs }) => round(x(atMs)))
    .y(({ value }) => round(y(value)));
  const drawn = series.map(
    ({ points }, at) => html`<path class="line ${at === 0 ? 'first' : 'second'}" d="${path(points) ?? ''}"/>`,
  );
  const seconds = scaleLinear()
    .domain([0, lastMs / 1000])
    .range([left, right]);
  const ticks = seconds
    .ticks(Math.floor(width / 110))
    .map((second) => ({ at: seconds(second), text: String(second) }));
  return picture(area, says, [
    valueAxis({ ...area, right }, y, valueName, format),
    html`${drawn}${endNames(series, (point) => [x(point.atMs), y(point.value)])}`,
    bottomAxis({ ...area, right }, ticks, 'seconds'),
  ]);
}

/** The names at the ends of the lines, moved apart where the lines end near each other. */
function endNames(series: LinePlot['series'], at: (point: PlotPoint) => [number, number]): Html[] {
  if (series.length < 2) return [];
  const ends = series.map(({ points }) => (points.length === 0 ? undefined : at(points.at(-1)!)));
  const [first, second] = ends;
  const near = first !== undefined && second !== undefined && Math.abs(first[1] - second[1]) < 13;
  return series.flatMap(({ name }, index) => {
    const end = ends[index];
    if (end === undefined) return [];
    const above =
      index === 0
        ? first![1] <= (second?.[1] ?? 0)
          ? -7
          : 7
        : first !== undefined && first[1] <= end[1]
          ? 7
          : -7;
    const y = end[1] + (near ? above : 0);
    return [
      html`<text class="name ${index === 0 ? 'first' : 'second'}" x="${round(end[0] + 5)}" y="${round(y + 4)}">${name}</text>`,
    ];
  });
}
