import Table, { type HorizontalAlignment } from 'cli-table3';

const noLines = Object.fromEntries(
  ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right']
    .concat(['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'])
    .map((place) => [place, '']),
);

/** Rows as aligned columns without lines: two spaces before each column, none at the ends of lines. */
export function plainTable(rows: readonly string[][], colAligns: HorizontalAlignment[] = []): string {
  const table = new Table({
    chars: noLines,
    colAligns,
    style: { 'padding-left': 2, 'padding-right': 0, head: [], border: [], compact: true },
  });
  table.push(...rows);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
