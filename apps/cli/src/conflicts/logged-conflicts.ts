import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeBase64 } from '@kvtwin/bytes';
import { JournalError, readJournal } from '@kvtwin/journal';
import type { StoreType } from '@kvtwin/versioned-value';
import { CliError } from '../command-line/cli-error.js';
import type { CliIo } from '../command-line/cli-io.js';
import { stateFolder } from '../jobs/state-folder.js';
import type { ConflictClass, OpenConflict } from './open-conflict.js';

/** A line of a proxy's conflict log; docs/journal.md describes every field. */
interface ConflictLine {
  readonly conflict: ConflictClass;
  readonly at: string;
  readonly pair: string;
  readonly type: StoreType;
  readonly table?: string;
  readonly key: string;
  readonly command: string;
  readonly why: string;
}

/** The journals that proxies of this machine keep where nobody said otherwise. */
export async function defaultConflictLogs(env: CliIo['env']): Promise<string[]> {
  const all = join(stateFolder(env), 'proxy');
  const names = await readdir(all).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.sort().map((name) => join(all, name));
}

/**
 * What a proxy's journal directory holds of conflicts, oldest first; also beside the proxy that writes it. A directory
 * without a log of conflicts is a CliError, or gives none where `optional`.
 */
export async function* loggedConflicts(directory: string, optional: boolean): AsyncGenerator<OpenConflict> {
  const names = await readdir(directory).catch((): string[] => []);
  const log = names.includes('conflicts') ? join(directory, 'conflicts') : directory;
  if (log === directory && !names.some((name) => name.endsWith('.journal'))) {
    if (optional) return;
    throw new CliError(`${directory} holds no conflicts of a proxy`, {
      hint: 'name what the proxy was given as --journal',
    });
  }
  try {
    for await (const { position, text } of readJournal(log))
      yield parseConflict(text, `${log}, record ${position}`);
  } catch (error) {
    if (!JournalError.is(error)) throw error;
    throw new CliError(`${error.message} (${error.code})`, { cause: error });
  }
}

function parseConflict(text: string, where: string): OpenConflict {
  let line: ConflictLine;
  try {
    line = JSON.parse(text) as ConflictLine;
    const { at, command, conflict, pair, table, type, why } = line;
    const key = decodeBase64(line.key);
    const atMs = Date.parse(at);
    if (Number.isNaN(atMs) || typeof conflict !== 'string') throw new Error('a field is missing');
    return {
      key,
      class: conflict,
      store: type === 'kv' ? { type } : { type, table: table ?? '' },
      atMs,
      from: `proxy ${pair}`,
      why: `${command}: ${why}`,
    };
  } catch (cause) {
    throw new CliError(`${where} is no conflict of a proxy`, { cause });
  }
}
