import { stringify } from 'csv-stringify/sync';
import { type ExchangeRow, exchangeFields } from './exchange-row.js';

/** The text formats of exports. */
export type ExchangeFormat = 'ndjson' | 'csv';

/** What stands before the first row. */
export function exchangeHead(format: ExchangeFormat): string {
  return format === 'csv' ? `${exchangeFields.join(',')}\n` : '';
}

/** Rows as text. */
export function formatRows(rows: readonly ExchangeRow[], format: ExchangeFormat): string {
  if (format === 'ndjson') return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  // Lines that end in LF, and quotes wherever a text is none of plain characters: a lone CR in it must stay what it is.
  return stringify(
    rows.map((row) => exchangeFields.map((name) => row[name])),
    { record_delimiter: '\n', quoted_match: /[^\x20-\x7e]/, quoted_empty: false },
  );
}
