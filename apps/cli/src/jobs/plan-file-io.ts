import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import {
  formatPlanHeader,
  formatPlanRow,
  type PlanHeader,
  type PlanRow,
  type PlanTake,
  parsePlanHeader,
  parsePlanRow,
} from '@kvtwin/reconcile';
import { toByteString } from '@kvtwin/versioned-value';
import { CliError } from '../cli-error.js';

/** Rows by what is taken. */
export type PlanCounts = Record<PlanTake, number>;

/** A plan that was read and found good. */
export interface CheckedPlan {
  readonly header: PlanHeader;
  readonly counts: PlanCounts;
  /** Of the whole file, lower-case hex. */
  readonly sha256: string;
}

/** Writes a plan; an existing file is left alone unless `overwrite`. Answers how many rows take what. */
export async function writePlan(
  file: string,
  header: PlanHeader,
  rows: AsyncIterable<PlanRow>,
  overwrite: boolean,
): Promise<PlanCounts> {
  const handle = await open(file, overwrite ? 'w' : 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') {
      throw new CliError(`${file} is there already`, {
        hint: '--force writes over it, --output names another',
      });
    }
    throw new CliError(`cannot write ${file}: ${error.message}`, { cause: error });
  });
  const counts = noCounts();
  try {
    await handle.writeFile(`${formatPlanHeader(header)}\n`);
    for await (const row of rows) {
      counts[row.take]++;
      await handle.writeFile(`${formatPlanRow(row)}\n`);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return counts;
}

/** Reads all of a plan once, so that a mistake on its last line is told before anything is written to a side. */
export async function checkPlan(file: string): Promise<CheckedPlan> {
  const hash = createHash('sha256');
  const counts = noCounts();
  const keys = new Set<string>();
  let header: PlanHeader | undefined;
  for await (const { line, number } of linesOf(file)) {
    hash.update(`${line}\n`);
    if (number === 1) header = parsePlanHeader(line);
    else if (line !== '') {
      const { key, take } = parsePlanRow(line, number);
      counts[take]++;
      const text = toByteString(key);
      if (keys.has(text)) throw new CliError(`line ${number} of the plan names a key a second time`);
      keys.add(text);
    }
  }
  if (header === undefined) throw new CliError(`${file} is empty; it is no plan`);
  return { header, counts, sha256: hash.digest('hex') };
}

/** The rows of a plan, in its order. */
export async function* planRows(file: string): AsyncGenerator<PlanRow> {
  for await (const { line, number } of linesOf(file)) {
    if (number > 1 && line !== '') yield parsePlanRow(line, number);
  }
}

async function* linesOf(file: string): AsyncGenerator<{ line: string; number: number }> {
  const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
    throw new CliError(`cannot read ${file}: ${error.message}`, { cause: error });
  });
  const input = createReadStream('', { fd: handle });
  try {
    let number = 0;
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      yield { line, number: ++number };
    }
  } finally {
    input.destroy();
  }
}

function noCounts(): PlanCounts {
  return { first: 0, second: 0, removal: 0, skip: 0 };
}
