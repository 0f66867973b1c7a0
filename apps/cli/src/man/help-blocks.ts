/** A part of a help text: a paragraph, or lines to be kept as they are under a title. */
export type HelpBlock =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'lines'; readonly title: string; readonly lines: readonly string[] };

/** The parts of the text behind the options of a help, which empty lines divide. */
export function helpBlocks(after: string): HelpBlock[] {
  return after
    .split(/\n\s*\n/)
    .filter((block) => block.trim() !== '')
    .map((block) => {
      const lines = block.split('\n');
      const first = lines.findIndex((line) => line.startsWith('  '));
      if (first < 0) return { kind: 'text', text: lines.map((line) => line.trim()).join(' ') };
      const title = lines.slice(0, first).join(' ').trim();
      const indented = lines.slice(first).map((line) => line.replace(/^ {2}/, ''));
      return { kind: 'lines', title, lines: indented };
    });
}
