import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { linesOf } from '../decode/lines-of.js';
import { entryOfRow, exchangeFields, type ImportedEntry, RowFault } from './exchange-row.js';
import type { ExchangeFormat } from './format-rows.js';

/** One row of a file: the entry, or what is wrong with it. */
export type ParsedRow =
  /** `line`: of the row's last line, from 1 on. */
  | { readonly line: number; readonly entry: ImportedEntry }
  | { readonly line: number; readonly fault: string };

/** Reads rows from a file, one after the other, as fast as they are taken. */
export function parseRows(
  input: AsyncIterable<Uint8Array>,
  format: ExchangeFormat,
): AsyncGenerator<ParsedRow> {
  return format === 'csv' ? csvRows(input) : ndjsonRows(input);
}

async function* ndjsonRows(input: AsyncIterable<Uint8Array>): AsyncGenerator<ParsedRow> {
  let line = 0;
  for await (const text of linesOf(input)) {
    line++;
    if (text.trim() === '') continue;
    yield rowOf(line, () => {
      const json = jsonOf(text);
      if (typeof json === 'object' && json !== null && !Array.isArray(json)) {
        return entryOfRow(json as Record<string, unknown>);
      }
      throw new RowFault('it is no JSON object');
    });
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RowFault(`it is no JSON: ${(error as Error).message}`);
  }
}

async function* csvRows(input: AsyncIterable<Uint8Array>): AsyncGenerator<ParsedRow> {
  const skipped: ParsedRow[] = [];
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error) => {
      skipped.push({
        line: Number(error?.lines ?? 0),
        fault: `it is no CSV: ${error?.message ?? 'unknown'}`,
      });
      return undefined;
    },
  });
  const source = Readable.from(input);
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  let columns: readonly string[] | undefined;
  for await (const { record, info } of parser as AsyncIterable<{
    record: string[];
    info: { lines: number };
  }>) {
    yield* skipped.splice(0);
    if (columns === undefined) {
      columns = record;
      const fault = headFault(columns);
      if (fault !== undefined) {
        yield { line: info.lines, fault };
        source.destroy();
        return;
      }
      continue;
    }
    yield rowOf(info.lines, () => entryOfRow(fieldsOf(columns!, record)));
  }
  yield* skipped.splice(0);
}

function headFault(columns: readonly string[]): string | undefined {
  const unknown = columns.find((name) => !(exchangeFields as readonly string[]).includes(name));
  if (unknown !== undefined) {
    return `the first line names a column ${JSON.stringify(unknown.slice(0, 40))}; known: ${exchangeFields.join(', ')}`;
  }
  const missing = ['type', 'key', 'value'].find((name) => !columns.includes(name));
  return missing === undefined ? undefined : `the first line names no column ${missing}`;
}

function fieldsOf(columns: readonly string[], record: readonly string[]): Record<string, unknown> {
  if (record.length !== columns.length) {
    throw new RowFault(`it has ${record.length} fields, and the first line ${columns.length} columns`);
  }
  return Object.fromEntries(columns.map((name, at) => [name, record[at]]));
}

function rowOf(line: number, read: () => ImportedEntry): ParsedRow {
  try {
    return { line, entry: read() };
  } catch (error) {
    if (!(error instanceof RowFault)) throw error;
    return { line, fault: error.message };
  }
}
