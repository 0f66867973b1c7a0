import { readFile } from 'node:fs/promises';
import { CliError } from '../command-line/cli-error.js';
import type { CliIo } from '../command-line/cli-io.js';

/** A user in a URL without a password behind it. */
const userAlone = /^([a-z][a-z0-9+]*:\/\/)([^:@/?#]+)@/i;

/** Whether a URL names a user and no password. */
export function wantsPassword(url: string): boolean {
  return userAlone.test(url);
}

/** The URL with the password of the user that it names. */
export function withPassword(url: string, password: string): string {
  return url.replace(
    userAlone,
    (_, scheme: string, user: string) => `${scheme}${user}:${encodeURIComponent(password)}@`,
  );
}

/** The password in a file: its first line. */
export async function readPasswordFile(file: string): Promise<string> {
  try {
    return firstLine(await readFile(file, 'utf8'), file);
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`cannot read ${file}: ${(error as Error).message}`, { cause: error });
  }
}

/** The first line of what a password file, or stdin, holds. */
export function firstLine(text: string, what: string): string {
  const [line = ''] = text.split(/\r?\n/);
  if (line === '') throw new CliError(`${what} holds no password`, { hint: 'it stands in the first line' });
  return line;
}

/**
 * Fills in the passwords that URLs leave out: from the file, else from `KVTWIN_PASSWORD`; without both they stay as they
 * are.
 */
export async function fillPasswords<Urls extends readonly string[]>(
  urls: Urls,
  file: string | undefined,
  env: CliIo['env'],
): Promise<Urls> {
  if (!urls.some(wantsPassword)) {
    if (file === undefined) return urls;
    throw new CliError('no URL wants the password of --password-file', {
      hint: 'name the user in the URL, without a password: hotrod://app@host',
    });
  }
  const password = file === undefined ? env.KVTWIN_PASSWORD || undefined : await readPasswordFile(file);
  if (password === undefined) return urls;
  return urls.map((url) => (wantsPassword(url) ? withPassword(url, password) : url)) as unknown as Urls;
}
