import type { ScaleLinear } from 'd3-scale';
import { type Html, html } from './escape-html.js';

/** Where a plot draws: the whole picture and the part of it within the axes, in units of the picture. */
export interface PlotArea {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The area of a plot of that width; the same height for all, so that a page is even. */
export function plotArea(width: number): PlotArea {
  return { width, height: 220, left: 52, right: width - 14, top: 30, bottom: 184 };
}

/** An SVG picture that says in words what it shows. */
export function picture({ width, height }: PlotArea, says: string, body: readonly Html[]): Html {
  return html`<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${says}">${body}</svg>`;
}

/** Horizontal lines with their values at the left, and the name of what is measured above them; `isWhole`: no parts of one. */
export function valueAxis(
  { left, right, top }: PlotArea,
  scale: ScaleLinear<number, number>,
  name: string,
  format: (value: number) => string,
  isWhole = false,
): Html {
  const ticks = scale.ticks(4).filter((value) => !isWhole || Number.isInteger(value));
  const lines = ticks.map((value) => {
    const y = round(scale(value));
    return html`<line class="grid" x1="${left}" x2="${right}" y1="${y}" y2="${y}"/><text class="tick end" x="${left - 6}" y="${round(y + 4)}">${format(value)}</text>`;
  });
  return html`${lines}<text class="tick" x="4" y="${top - 16}">${name}</text>`;
}

/** Values below the plot, and the name of what they are. */
export function bottomAxis(
  { left, right, bottom }: PlotArea,
  ticks: readonly { readonly at: number; readonly text: string }[],
  name: string,
): Html {
  const texts = ticks.map(
    ({ at, text }) => html`<text class="tick middle" x="${round(at)}" y="${bottom + 16}">${text}</text>`,
  );
  return html`<line class="axis" x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}"/>${texts}<text class="tick middle" x="${round((left + right) / 2)}" y="${bottom + 33}">${name}</text>`;
}

/** A tenth of a unit is finer than a screen. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
