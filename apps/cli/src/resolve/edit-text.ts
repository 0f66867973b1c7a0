import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CliIo } from '../command-line/cli-io.js';

/**
 * Has somebody edit a text in `$VISUAL`, else `$EDITOR`, else vi (notepad on Windows), which gets the terminal. Answers
 * what was saved; undefined where the editor cannot be started or ends with an error. The file is readable by its owner
 * only, and removed afterwards.
 */
export async function editText(
  text: string,
  extension: string,
  env: CliIo['env'],
): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'kvtwin-'));
  const file = join(folder, `merge.${extension}`);
  try {
    await writeFile(file, text, { mode: 0o600 });
    return (await runEditor(file, env)) ? await readFile(file, 'utf8') : undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function runEditor(file: string, env: CliIo['env']): Promise<boolean> {
  const windows = process.platform === 'win32';
  const editor = env.VISUAL || env.EDITOR || (windows ? 'notepad' : 'vi');
  // As git does: the editor may be a command with arguments.
  const child = windows
    ? spawn(`${editor} "${file}"`, { shell: true, stdio: 'inherit', env })
    : spawn('sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit', env });
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('close', (code) => resolve(code === 0));
  });
}
