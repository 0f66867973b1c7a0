import { readFile } from 'node:fs/promises';
import { parseMapping } from '@kvtwin/reconcile';
import { CliError } from '../command-line/cli-error.js';

/** The text of a mapping file; a CliError tells every fault in it with its path. */
export async function mappingText(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CliError(`cannot read ${file}: ${error.message}`, { cause: error });
  });
  try {
    parseMapping(text);
  } catch (error) {
    throw new CliError(`${file}: ${(error as Error).message}`, {
      hint: 'kvtwin migrate --schema prints what may stand in it',
      cause: error,
    });
  }
  return text;
}
