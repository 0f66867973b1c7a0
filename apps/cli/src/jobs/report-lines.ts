import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { diffClasses, type PlanSource } from '@kvtwin/reconcile';
import { CliError } from '../command-line/cli-error.js';

/** The differences of a report, in its order. A line that is none ends it with a CliError that names it. */
export async function* reportLines(file: string): AsyncGenerator<PlanSource> {
  const input = createReadStream(file);
  const opened = new Promise<void>((resolve, reject) => {
    input.once('open', () => resolve());
    input.once('error', reject);
  });
  await opened;
  let number = 0;
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number++;
    const row = line === '' ? undefined : parseLine(line, `${file}:${number}`);
    if (row !== undefined) yield row;
  }
}

/** Undefined for the header and the footer. */
function parseLine(line: string, where: string): PlanSource | undefined {
  let row: { key?: unknown; keyBase64?: unknown; class?: unknown; format?: unknown; end?: unknown };
  try {
    row = JSON.parse(line) as typeof row;
  } catch (cause) {
    throw new CliError(`${where} is not JSON`, { cause });
  }
  if (row.class === undefined && (row.format ?? row.end) === 'kvtwin.diff-report/1') return undefined;
  const name = diffClasses.find((each) => each === row.class);
  if (name === undefined) throw new CliError(`${where} has no class of a difference`);
  if (typeof row.key === 'string') return { key: new TextEncoder().encode(row.key), class: name };
  if (typeof row.keyBase64 === 'string') {
    return { key: new Uint8Array(Buffer.from(row.keyBase64, 'base64')), class: name };
  }
  throw new CliError(`${where} has no key`);
}
