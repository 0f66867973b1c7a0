import { readFile } from 'node:fs/promises';
import { CliError } from '../command-line/cli-error.js';
import type { CliIo } from '../command-line/cli-io.js';

/** Somebody whom a server lets in. */
export interface User {
  readonly name: string;
  readonly password: string;
}

/**
 * The users of a server: the `user:password` lines of a file (blank lines and lines that begin with `#` are skipped),
 * else `KVTWIN_AUTH=user:password`, else none: then nobody is asked.
 */
export async function readUsers(authFile: string | undefined, env: CliIo['env']): Promise<User[]> {
  if (authFile === undefined) {
    return env.KVTWIN_AUTH ? [parseUser(env.KVTWIN_AUTH, 'KVTWIN_AUTH')] : [];
  }
  const lines = (await readText(authFile)).split(/\r?\n/);
  const users = lines.flatMap((line, index) =>
    line.trim() === '' || line.startsWith('#') ? [] : [parseUser(line, `${authFile}:${index + 1}`)],
  );
  if (users.length === 0) {
    throw new CliError(`${authFile} holds no user`, { hint: 'one user:password a line' });
  }
  return users;
}

async function readText(file: string): Promise<string> {
  try {
    const text = await readFile(file, 'utf8');
    // Editors on Windows put a byte order mark in front.
    return text.replace(/^\uFEFF/, '');
  } catch (error) {
    throw new CliError(`cannot read ${file}: ${(error as Error).message}`, { cause: error });
  }
}

/** The message never tells what stood there: it may be a password. */
function parseUser(text: string, where: string): User {
  const colon = text.indexOf(':');
  if (colon < 1 || colon === text.length - 1) {
    throw new CliError(`${where} is not user:password`, { hint: 'a name without ":", a colon, a password' });
  }
  return { name: text.slice(0, colon), password: text.slice(colon + 1) };
}
