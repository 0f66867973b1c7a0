import type { CliIo } from '../command-line/cli-io.js';
import { escapeControls } from '../output/key-text.js';
import { type Colors, colorsFor, writeLine } from '../output/output.js';
import { withoutCredentials } from '../sides/without-credentials.js';
import type { Check, CheckGroup, CheckStatus } from './check.js';

const marks: Readonly<Record<CheckStatus, string>> = { ok: 'ok', note: '-', warn: 'warn', fail: 'FAIL' };

/** Prints the checks by group, what to do below each that is not well, and a line that counts them. */
export async function printChecks(io: CliIo, groups: readonly CheckGroup[], quiet: boolean): Promise<void> {
  const colors = colorsFor(io.stdout, io.env);
  for (const { about, checks } of groups) {
    const shown = quiet ? checks.filter(({ status }) => status === 'warn' || status === 'fail') : checks;
    if (shown.length === 0) continue;
    await writeLine(io.stdout, colors.bold(about));
    for (const check of shown) {
      for (const line of linesOf(check, colors)) await writeLine(io.stdout, line);
    }
  }
  const all = groups.flatMap(({ checks }) => checks);
  const count = (status: CheckStatus): number => all.filter((check) => check.status === status).length;
  if (!quiet)
    await writeLine(io.stdout, `${count('ok')} ok, ${count('warn')} to look at, ${count('fail')} failed`);
}

function linesOf({ status, text, advice }: Check, colors: Colors): string[] {
  const paint = { ok: colors.green, note: colors.dim, warn: colors.yellow, fail: colors.red }[status];
  const line = `  ${paint(marks[status].padEnd(4))}  ${escapeControls(withoutCredentials(text))}`;
  return advice === undefined ? [line] : [line, `        ${escapeControls(advice)}`];
}
