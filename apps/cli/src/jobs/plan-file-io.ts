import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, link, open, rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import {
  formatPlanEnd,
  formatPlanHeader,
  formatPlanRow,
  type PlanEffect,
  type PlanHeader,
  PlanReader,
  type PlanRow,
  planEffectOf,
  planEffects,
} from '@kvtwin/reconcile';
import { StoreError } from '@kvtwin/versioned-value';
import { CliError } from '../command-line/cli-error.js';

/** Rows by what applying them does. */
export type PlanCounts = Record<PlanEffect, number>;

/** A plan that was read and found good. */
export interface CheckedPlan {
  readonly header: PlanHeader;
  readonly counts: PlanCounts;
  /** Rows as the plan was made; a person may have deleted some since. */
  readonly made: number;
  /** Of the whole file, lower-case hex. */
  readonly sha256: string;
}

/** With more than these, whoever made the mistakes knows what they are. */
const errorsTold = 10;

/** Characters: a write for each row would take longer than the row. */
const writtenAtOnce = 65_536;

/**
 * Writes a plan, which is there as a whole or not at all; an existing file is left alone unless `overwrite`. `onRow`
 * hears each row.
 */
export async function writePlan(
  file: string,
  header: PlanHeader,
  rows: AsyncIterable<PlanRow>,
  { overwrite, onRow }: { readonly overwrite: boolean; readonly onRow: (row: PlanRow) => void },
): Promise<void> {
  if (!overwrite && (await isThere(file))) throw thereAlready(file);
  const draft = `${file}.${process.pid}.tmp`;
  try {
    const handle = await open(draft, 'w', 0o600);
    try {
      let count = 0;
      let text = `${formatPlanHeader(header)}\n`;
      for await (const row of rows) {
        count++;
        onRow(row);
        text += `${formatPlanRow(row)}\n`;
        if (text.length < writtenAtOnce) continue;
        await handle.writeFile(text);
        text = '';
      }
      await handle.writeFile(`${text}${formatPlanEnd(count)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    // A link, unlike a rename, never takes the place of a file that came up meanwhile.
    if (overwrite) await rename(draft, file);
    else await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw thereAlready(file);
    throw asFileError(error, `cannot write ${file}`);
  } finally {
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

/** Reads all of a plan once, so that a mistake on its last line is told before anything is written to a side. */
export async function checkPlan(file: string): Promise<CheckedPlan> {
  const hash = createHash('sha256');
  const counts = noCounts();
  const reader = new PlanReader();
  const errors: string[] = [];
  const check = (step: () => void): void => {
    try {
      step();
    } catch (error) {
      if (!StoreError.is(error)) throw error;
      errors.push(error.message);
    }
  };
  for await (const line of linesOf(file)) {
    hash.update(`${line}\n`);
    check(() => {
      const row = reader.take(line);
      if (row !== undefined) counts[planEffectOf(row)]++;
    });
    // Without a header the rest is no plan either.
    if (reader.header === undefined || errors.length === errorsTold) break;
  }
  if (errors.length === 0) check(() => reader.end());
  if (errors.length > 0) {
    throw new CliError(`${file} cannot be applied; nothing was written\n  ${errors.join('\n  ')}`, {
      hint: errors.length === errorsTold ? `these are the first ${errorsTold} mistakes` : undefined,
    });
  }
  return { ...reader.end(), counts, sha256: hash.digest('hex') };
}

/** The rows of a plan that was checked, in its order. */
export async function* planRows(file: string): AsyncGenerator<PlanRow> {
  const reader = new PlanReader({ checkKeys: false });
  for await (const line of linesOf(file)) {
    const row = reader.take(line);
    if (row !== undefined) yield row;
  }
  reader.end();
}

export function noCounts(): PlanCounts {
  return Object.fromEntries(planEffects.map((name) => [name, 0])) as PlanCounts;
}

/** Rows that applying would write. */
export function writesOf({ skip: _, undecided: __, ...writes }: PlanCounts): number {
  return Object.values(writes).reduce((sum, count) => sum + count, 0);
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const handle = await open(file).catch((error: unknown) => {
    throw asFileError(error, `cannot read ${file}`);
  });
  const input = createReadStream('', { fd: handle });
  try {
    // A folder opens like a file, and fails when it is read.
    const failed = new Promise<never>((_, reject) => input.once('error', reject));
    failed.catch(() => undefined);
    const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]();
    for (;;) {
      const next = await Promise.race([lines.next(), failed]);
      if (next.done) return;
      yield next.value;
    }
  } catch (error) {
    throw asFileError(error, `cannot read ${file}`);
  } finally {
    input.destroy();
  }
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function thereAlready(file: string): CliError {
  return new CliError(`${file} is there already`, { hint: '--force writes over it, --output names another' });
}

/** What the file system says gets a sentence around it; everything else stays as it is. */
function asFileError(error: unknown, what: string): unknown {
  const { syscall, message } = error as NodeJS.ErrnoException;
  return syscall === undefined ? error : new CliError(`${what}: ${message}`, { cause: error });
}
