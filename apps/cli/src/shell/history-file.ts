import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CliIo } from '../command-line/cli-io.js';
import { replaceFile } from '../jobs/replace-file.js';
import { stateFolder } from '../jobs/state-folder.js';
import { maxHistory } from './shell-session.js';

/** Where the lines of earlier shells are kept, readable by you only: values stand in them. */
function historyFile(env: CliIo['env']): string {
  return join(stateFolder(env), 'shell-history');
}

/** The lines of earlier shells, the oldest first; none where there is no such file. */
export async function loadHistory(env: CliIo['env']): Promise<string[]> {
  try {
    const lines = (await readFile(historyFile(env), 'utf8')).split('\n').filter((line) => line !== '');
    return lines.slice(-maxHistory);
  } catch {
    return [];
  }
}

/** Keeps the lines for the next shell. Rejects where they cannot be written. */
export async function saveHistory(env: CliIo['env'], lines: readonly string[]): Promise<void> {
  const file = historyFile(env);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await replaceFile(file, lines.map((line) => `${line}\n`).join(''));
}
