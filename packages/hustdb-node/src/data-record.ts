import { decodeBase64, encodeBase64 } from '@kvtwin/bytes';
import type { BinlogEntry } from './binlog.js';
import type { StoredState, TableType } from './stored-record.js';

/** Of the records in a node's journal. */
export const DATA_FORMAT = 1;

/**
 * One line of a node's journal. Fields are separated by one space; bytes are base64, what is absent is `-`:
 *
 *     node    1
 *     put     TYPE TABLE KEY STORED-VERSION EXPIRES-AT-MS VALUE
 *     del     TYPE TABLE KEY
 *     task    HOST TYPE TABLE KEY put|del
 *     done    HOST TYPE TABLE KEY
 *
 * TYPE is `H`, `S` or `Z`, and `-` for kv. Each tells a state, not a change: what stands later is what holds.
 */
export type DataRecord =
  | { readonly kind: 'node'; readonly format: number }
  | { readonly kind: 'put'; readonly state: StoredState }
  | { readonly kind: 'del'; readonly state: Pick<StoredState, 'type' | 'table' | 'key'> }
  | { readonly kind: 'task'; readonly entry: BinlogEntry }
  | { readonly kind: 'done'; readonly entry: BinlogEntry };

export function formatDataRecord(record: DataRecord): string {
  switch (record.kind) {
    case 'node':
      return `node ${record.format}`;
    case 'put': {
      const { storedVersion, expiresAtMs, value } = record.state;
      const expires = expiresAtMs === undefined ? '-' : Math.ceil(expiresAtMs);
      return `put ${placeText(record.state)} ${storedVersion} ${expires} ${encodeBase64(value)}`;
    }
    case 'del':
      return `del ${placeText(record.state)}`;
    case 'task':
      return `task ${record.entry.host} ${placeText(record.entry.place)} ${record.entry.isRemoval ? 'del' : 'put'}`;
    case 'done':
      return `done ${record.entry.host} ${placeText(record.entry.place)}`;
  }
}

/** Undefined for a line that is none. */
export function parseDataRecord(line: string): DataRecord | undefined {
  const [kind, ...fields] = line.split(' ') as [string, ...string[]];
  try {
    return recordOf(kind, fields);
  } catch {
    return undefined;
  }
}

function recordOf(kind: string, fields: readonly string[]): DataRecord | undefined {
  switch (kind) {
    case 'node':
      return { kind, format: wholeNumber(fields[0]) };
    case 'put': {
      const [type, table, key, version, expires, value] = fields;
      const state = {
        ...placeOf(type, table, key),
        storedVersion: wholeNumber(version),
        expiresAtMs: expires === '-' ? undefined : wholeNumber(expires),
        value: decodeBase64(present(value)),
      };
      return { kind, state };
    }
    case 'del':
      return { kind, state: placeOf(fields[0], fields[1], fields[2]) };
    case 'task':
    case 'done': {
      const [host, type, table, key, write] = fields;
      const place = placeOf(type, table, key);
      return { kind, entry: { host: present(host), place, isRemoval: write === 'del' } };
    }
    default:
      return undefined;
  }
}

interface NamedPlace {
  readonly type?: TableType | undefined;
  readonly table?: string | undefined;
  readonly key: Uint8Array;
}

function placeText({ type, table, key }: NamedPlace): string {
  if (table === undefined) return `- - ${encodeBase64(key)}`;
  return `${type ?? 'H'} ${table} ${encodeBase64(key)}`;
}

function placeOf(type: string | undefined, table: string | undefined, key: string | undefined) {
  if (type === '-' && table === '-') {
    return { type: undefined, table: undefined, key: decodeBase64(present(key)) };
  }
  if (type !== 'H' && type !== 'S' && type !== 'Z') throw new Error('no type');
  return { type: type as TableType, table: present(table), key: decodeBase64(present(key)) };
}

function present(field: string | undefined): string {
  if (field === undefined) throw new Error('a field is missing');
  return field;
}

function wholeNumber(field: string | undefined): number {
  const number = Number(present(field));
  if (!Number.isSafeInteger(number) || number < 0 || field === '') throw new Error('no number');
  return number;
}
