import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { compareBytes } from '@kvtwin/bytes';
import { type DiffClass, diffClasses, type PlanSource } from '@kvtwin/reconcile';
import { CliError } from '../cli-error.js';
import type { Examples } from '../diff-report.js';

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
    if (line !== '') yield parseLine(line, `${file}:${number}`);
  }
}

/** One key of each class: the least in the order of bytes. */
export async function examplesIn(file: string): Promise<Examples> {
  const examples: Partial<Record<DiffClass, Uint8Array>> = {};
  for await (const { key, class: name } of reportLines(file)) {
    const known = examples[name];
    if (known === undefined || compareBytes(key, known) < 0) examples[name] = key;
  }
  return examples;
}

function parseLine(line: string, where: string): PlanSource {
  let row: { key?: unknown; keyBase64?: unknown; class?: unknown };
  try {
    row = JSON.parse(line) as typeof row;
  } catch (cause) {
    throw new CliError(`${where} is not JSON`, { cause });
  }
  const name = diffClasses.find((each) => each === row.class);
  if (name === undefined) throw new CliError(`${where} has no class of a difference`);
  if (typeof row.key === 'string') return { key: new TextEncoder().encode(row.key), class: name };
  if (typeof row.keyBase64 === 'string') {
    return { key: new Uint8Array(Buffer.from(row.keyBase64, 'base64')), class: name };
  }
  throw new CliError(`${where} has no key`);
}
