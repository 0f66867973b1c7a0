import type { ValueKind } from '../command-line/command-tree.js';

/**
 * Where a shell gets the values of an option or an argument: `words a b` from these words, `profile` and `job` by asking
 * kvtwin, `file` and `folder` from the disk, nothing for a text that nobody knows.
 */
export function valueSource({ kind, choices }: { kind: ValueKind; choices: readonly string[] }): string {
  if (choices.length > 0) return `words ${choices.join(' ')}`;
  return kind === 'text' ? '' : kind;
}

/** A text in single quotes, for bash, zsh and fish alike. */
export function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, (character) => (character === "'" ? "'\\''" : '\\'))}'`;
}
