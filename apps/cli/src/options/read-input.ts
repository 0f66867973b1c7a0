import { readFile } from 'node:fs/promises';
import { CliError } from '../command-line/cli-error.js';
import type { CliIo } from '../command-line/cli-io.js';
import { untilAborted } from '../command-line/until-aborted.js';

/** All bytes of a file, or of stdin where `path` is `-`. */
export async function readInput(path: string, io: CliIo): Promise<Uint8Array> {
  if (path === '-') return readStdin(io);
  try {
    return await readFile(path);
  } catch (error) {
    throw new CliError(`cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** All bytes of stdin. */
export async function readStdin({ stdin, signal }: CliIo): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of untilAborted(stdin, signal)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
