import { readFile } from 'node:fs/promises';
import { CliError } from './cli-error.js';
import type { CliIo } from './cli-io.js';

/** All bytes of a file, or of stdin where `path` is `-`. */
export async function readInput(path: string, stdin: CliIo['stdin']): Promise<Uint8Array> {
  if (path === '-') return readAll(stdin);
  try {
    return await readFile(path);
  } catch (error) {
    throw new CliError(`cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** All bytes of a stream. */
export async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
