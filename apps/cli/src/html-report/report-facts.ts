import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { type DiffClass, diffClasses } from '@kvtwin/reconcile';
import { CliError } from '../command-line/cli-error.js';

/** What a line of a report says of one side; null: it does not have the key. */
export type ReportSide = {
  readonly bytes?: number;
  readonly sha256?: string;
  readonly version?: string;
  readonly expiresAt?: string;
  /** Where the side was not read: `failed`, `unknown`. */
  readonly state?: string;
} | null;

/** A line of a report. */
export interface ReportRow {
  readonly key?: string;
  readonly keyBase64?: string;
  readonly class: DiffClass;
  readonly first: ReportSide;
  readonly second: ReportSide;
}

/** How many values differ in length by so much. */
export interface SizeBucket {
  /** Short, for a plot. */
  readonly name: string;
  readonly words: string;
  readonly keys: number;
}

/** What a page tells of a report beyond its summary; bounded, however long the report is. */
export interface ReportFacts {
  /** The least keys of each class, with both sides. */
  readonly examples: Readonly<Partial<Record<DiffClass, readonly ReportRow[]>>>;
  /** Keys on both sides with different values, by how much longer the second one is. */
  readonly sizeDifferences: readonly SizeBucket[];
}

/** More of a class do not help a reader; the report has them all. */
const examplesPerClass = 5;

/** How much longer the second value is: at least `from` bytes, and less than `below`. */
const sizeBuckets: readonly { name: string; words: string; from: number; below: number }[] = [
  { name: '−64K', words: '64 KiB or more shorter', from: Number.NEGATIVE_INFINITY, below: -65_535 },
  { name: '−1K', words: '1 KiB to 64 KiB shorter', from: -65_535, below: -1023 },
  { name: '−64', words: '64 to 1 023 bytes shorter', from: -1023, below: -63 },
  { name: '−8', words: '8 to 63 bytes shorter', from: -63, below: -7 },
  { name: '−1', words: '1 to 7 bytes shorter', from: -7, below: 0 },
  { name: '0', words: 'of the same length', from: 0, below: 1 },
  { name: '+1', words: '1 to 7 bytes longer', from: 1, below: 8 },
  { name: '+8', words: '8 to 63 bytes longer', from: 8, below: 64 },
  { name: '+64', words: '64 to 1 023 bytes longer', from: 64, below: 1024 },
  { name: '+1K', words: '1 KiB to 64 KiB longer', from: 1024, below: 65_536 },
  { name: '+64K', words: '64 KiB or more longer', from: 65_536, below: Number.POSITIVE_INFINITY },
];

/** Goes through a report once. A line that is none of a report is a CliError that names it. */
export async function readReportFacts(file: string): Promise<ReportFacts> {
  const examples: Partial<Record<DiffClass, ReportRow[]>> = {};
  const counts = sizeBuckets.map(() => 0);
  let number = 0;
  const input = createReadStream(file);
  const failed = new Promise<never>((_, reject) => input.once('error', reject));
  failed.catch(() => undefined);
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([lines.next(), failed]);
    if (next.done) break;
    number++;
    if (next.value === '') continue;
    const row = parseRow(next.value, `${file}:${number}`);
    if (row === undefined) continue;
    keep(examples, row);
    count(counts, row);
  }
  return {
    examples,
    sizeDifferences: sizeBuckets.map(({ name, words }, at) => ({ name, words, keys: counts[at]! })),
  };
}

/** Undefined for the header and the footer. */
function parseRow(line: string, where: string): ReportRow | undefined {
  let row: ReportRow & { readonly format?: unknown; readonly end?: unknown };
  try {
    row = JSON.parse(line) as typeof row;
  } catch (cause) {
    throw new CliError(`${where} is not JSON`, { cause });
  }
  if (row.class === undefined && (row.format ?? row.end) !== undefined) return undefined;
  if (!diffClasses.includes(row.class)) throw new CliError(`${where} has no class of a difference`);
  return row;
}

function keep(examples: Partial<Record<DiffClass, ReportRow[]>>, row: ReportRow): void {
  const known = examples[row.class] ?? [];
  examples[row.class] = known;
  if (known.length === examplesPerClass && orderOf(row) >= orderOf(known.at(-1)!)) return;
  known.push(row);
  known.sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  if (known.length > examplesPerClass) known.pop();
}

/** Keys in the order of their bytes. */
function orderOf({ key, keyBase64 }: ReportRow): string {
  const bytes = key === undefined ? Buffer.from(keyBase64 ?? '', 'base64') : Buffer.from(key);
  return bytes.toString('latin1');
}

function count(counts: number[], { class: name, first, second }: ReportRow): void {
  if (name !== 'value-conflict' && name !== 'diverged') return;
  if (first?.bytes === undefined || second?.bytes === undefined) return;
  const difference = second.bytes - first.bytes;
  const at = sizeBuckets.findIndex(({ from, below }) => difference >= from && difference < below);
  if (at >= 0) counts[at]!++;
}
