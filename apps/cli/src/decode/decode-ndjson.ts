import { createReadStream } from 'node:fs';
import type { CliContext } from '../command-line/cli-context.js';
import { CliError } from '../command-line/cli-error.js';
import { ExitCode } from '../command-line/exit-code.js';
import { untilAborted } from '../command-line/until-aborted.js';
import { writeJson } from '../output/output.js';
import { type DecodedRow, decodeRow, type ExchangeRow } from './decode-row.js';
import { linesOf } from './lines-of.js';

/** Decodes exchanges, one a line, from a file or stdin; 3 where a row was not decoded or is encoded differently. */
export async function decodeNdjson({ io }: CliContext, file: string | undefined): Promise<ExitCode> {
  const input = file === undefined || file === '-' ? io.stdin : readFile(file);
  let good = true;
  let number = 0;
  for await (const line of linesOf(untilAborted(input, io.signal))) {
    number++;
    if (line.trim() === '') continue;
    const decoded = decodeLine(line, number);
    good &&= decoded.ok !== false && decoded.reencodes !== false;
    await writeJson(io.stdout, decoded);
  }
  return good ? ExitCode.ok : ExitCode.partial;
}

async function* readFile(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file);
  } catch (error) {
    throw new CliError(`cannot read ${file}: ${(error as Error).message}`, { cause: error });
  }
}

function decodeLine(line: string, number: number): DecodedRow {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch {
    return notARow(`line ${number}`, 'is not JSON');
  }
  if (typeof row !== 'object' || row === null || Array.isArray(row))
    return notARow(`line ${number}`, 'is no object');
  const { name, request_hex, response_hex } = row as Record<string, unknown>;
  if ([request_hex, response_hex].some((hex) => hex != null && typeof hex !== 'string')) {
    return notARow(typeof name === 'string' ? name : `line ${number}`, 'has bytes that are no hex text');
  }
  return decodeRow(row as ExchangeRow);
}

function notARow(name: string, why: string): DecodedRow {
  return { name, ok: false, error: { code: 'NOT_AN_EXCHANGE', message: `the line ${why}`, side: 'request' } };
}
