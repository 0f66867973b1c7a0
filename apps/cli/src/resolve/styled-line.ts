import { cutToColumns, displayWidth } from '../output/display-width.js';
import type { Colors } from '../output/output.js';

/** What a piece of a line is, which its colour shows to those who see colours; its text says it to everybody. */
export type SpanStyle = 'plain' | 'dim' | 'bold' | 'title' | 'changed' | 'good' | 'bad' | 'warning';

/** A piece of a line of the screen; its text holds no control characters. */
export interface Span {
  readonly text: string;
  readonly style?: SpanStyle;
}

/** A line of the screen. */
export type StyledLine = readonly Span[];

export function span(text: string, style: SpanStyle = 'plain'): Span {
  return { text, style };
}

export function lineWidth(line: StyledLine): number {
  return line.reduce((sum, { text }) => sum + displayWidth(text), 0);
}

/** The line in exactly so many columns: cut with an ellipsis, or filled up with spaces. */
export function fitLine(line: StyledLine, columns: number): StyledLine {
  const width = lineWidth(line);
  if (width <= columns) return width === columns ? line : [...line, span(' '.repeat(columns - width))];
  const fitted: Span[] = [];
  let left = columns - 1;
  for (const piece of line) {
    const pieceWidth = displayWidth(piece.text);
    if (pieceWidth <= left) {
      fitted.push(piece);
      left -= pieceWidth;
      continue;
    }
    // `cutToColumns` leaves one column for its own ellipsis.
    const cut = cutToColumns(piece.text, left + 1);
    return fitLine([...fitted, { ...piece, text: cut }], columns);
  }
  return fitted;
}

/** A line as several of at most so many columns each; a character that does not fit whole goes to the next one. */
export function wrapLine(line: StyledLine, columns: number): StyledLine[] {
  const lines: Span[][] = [[]];
  let left = columns;
  for (const { text, style } of line) {
    let piece = '';
    for (const character of text) {
      const width = displayWidth(character);
      if (width > left) {
        if (piece !== '') lines.at(-1)!.push(span(piece, style));
        lines.push([]);
        piece = '';
        left = columns;
      }
      piece += character;
      left -= width;
    }
    if (piece !== '') lines.at(-1)!.push(span(piece, style));
  }
  return lines;
}

/** The line with its colours. */
export function paintLine(line: StyledLine, colors: Colors): string {
  return line.map(({ text, style }) => painters(colors)[style ?? 'plain'](text)).join('');
}

function painters(colors: Colors): Record<SpanStyle, (text: string) => string> {
  return {
    plain: (text) => text,
    dim: colors.dim,
    bold: colors.bold,
    title: (text) => colors.bold(colors.inverse(text)),
    changed: (text) => colors.bold(colors.yellow(text)),
    good: colors.green,
    bad: (text) => colors.bold(colors.red(text)),
    warning: colors.magenta,
  };
}
