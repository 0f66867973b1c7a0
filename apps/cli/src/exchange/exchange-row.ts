import type { LocatedEntry, Place } from '@kvtwin/reconcile';
import { type EntryVersion, expiryInstantMs, type StoreType } from '@kvtwin/versioned-value';
import { utf8TextOf } from '../output/key-text.js';

/**
 * One entry as text, the same in NDJSON and CSV. Bytes that are UTF-8 stand as text, others as base64. What a store does
 * not tell is absent.
 */
export interface ExchangeRow {
  readonly type: StoreType;
  readonly table?: string;
  readonly key: string;
  readonly keyEncoding: 'utf8' | 'base64';
  readonly value: string;
  readonly valueEncoding: 'utf8' | 'base64';
  readonly version?: string;
  readonly versionScheme?: EntryVersion['scheme'];
  readonly lifespanMs?: number;
  readonly maxIdleMs?: number;
  /** When the lifespan ends, ISO 8601. */
  readonly expiresAt?: string;
}

/** The columns of a CSV file, in this order, and the fields of a line of NDJSON. */
export const exchangeFields = [
  'type',
  'table',
  'key',
  'keyEncoding',
  'value',
  'valueEncoding',
  'version',
  'versionScheme',
  'lifespanMs',
  'maxIdleMs',
  'expiresAt',
] as const satisfies readonly (keyof ExchangeRow)[];

/** An entry of a store as a row. */
export function rowOfEntry({ type, table, key, entry }: LocatedEntry): ExchangeRow {
  const { expiration, value, version } = entry;
  const endsMs = expiryInstantMs(entry);
  const mortal = expiration.kind === 'mortal' ? expiration : undefined;
  const keyText = textOf(key);
  const valueText = textOf(value);
  return {
    type,
    ...(table === undefined ? {} : { table }),
    key: keyText.text,
    keyEncoding: keyText.encoding,
    value: valueText.text,
    valueEncoding: valueText.encoding,
    version: version.token,
    versionScheme: version.scheme,
    ...(mortal?.lifespanMs === undefined ? {} : { lifespanMs: mortal.lifespanMs }),
    ...(mortal?.maxIdleMs === undefined ? {} : { maxIdleMs: mortal.maxIdleMs }),
    ...(endsMs !== undefined && Number.isFinite(endsMs) ? { expiresAt: new Date(endsMs).toISOString() } : {}),
  };
}

/** A row that was read and found good. */
export interface ImportedEntry extends Place {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly version: EntryVersion | undefined;
  readonly lifespanMs: number | undefined;
  readonly maxIdleMs: number | undefined;
  readonly expiresAtMs: number | undefined;
}

const types: readonly string[] = ['kv', 'hash', 'set', 'zset'];
const schemes: readonly string[] = ['hotrod', 'counter', 'memory'];

/** What is wrong with a row. */
export class RowFault extends Error {}

/** Reads the fields of a row, from JSON (values of any kind) or CSV (texts; empty ones count as absent). Throws a RowFault. */
export function entryOfRow(row: Readonly<Record<string, unknown>>): ImportedEntry {
  for (const name of Object.keys(row)) {
    if (!(exchangeFields as readonly string[]).includes(name)) {
      throw new RowFault(`there is no field ${name}; known: ${exchangeFields.join(', ')}`);
    }
  }
  const { type, table, version, versionScheme, expiresAt } = row;
  if (typeof type !== 'string' || !types.includes(type)) {
    throw new RowFault(`type is ${shown(type)}; one of ${types.join(', ')} is due`);
  }
  const named = typeof table === 'string' && table !== '';
  if (type === 'kv' && named) throw new RowFault('kv has no table');
  if (type !== 'kv' && !named) throw new RowFault(`a ${type} needs its table`);
  const expiresAtMs = expiresAt === undefined || expiresAt === '' ? undefined : Date.parse(String(expiresAt));
  if (expiresAtMs !== undefined && Number.isNaN(expiresAtMs)) {
    throw new RowFault(`expiresAt is ${shown(expiresAt)}; a time such as 2026-01-31T12:00:00.000Z is due`);
  }
  return {
    type: type as StoreType,
    ...(named ? { table } : {}),
    key: bytesOf(row, 'key'),
    value: bytesOf(row, 'value'),
    version: versionOf(version, versionScheme),
    lifespanMs: durationOf(row, 'lifespanMs'),
    maxIdleMs: durationOf(row, 'maxIdleMs'),
    expiresAtMs,
  };
}

function textOf(bytes: Uint8Array): { readonly text: string; readonly encoding: 'utf8' | 'base64' } {
  const text = utf8TextOf(bytes);
  return text === undefined
    ? { text: Buffer.from(bytes).toString('base64'), encoding: 'base64' }
    : { text, encoding: 'utf8' };
}

function bytesOf(row: Readonly<Record<string, unknown>>, name: 'key' | 'value'): Uint8Array {
  const text = row[name];
  const encoding = row[`${name}Encoding`] ?? 'utf8';
  if (typeof text !== 'string') throw new RowFault(`${name} is ${shown(text)}; a text is due`);
  if (encoding === 'utf8' || encoding === '') return new TextEncoder().encode(wellFormed(text, name));
  if (encoding !== 'base64')
    throw new RowFault(`${name}Encoding is ${shown(encoding)}; utf8 or base64 is due`);
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/.test(text)) {
    throw new RowFault(`${name} is no base64`);
  }
  return new Uint8Array(Buffer.from(text, 'base64'));
}

/** A lone half of a surrogate pair has no bytes in UTF-8; it would silently become another character. */
function wellFormed(text: string, name: string): string {
  if (/\p{Cs}/u.test(text)) throw new RowFault(`${name} holds half of a surrogate pair, which is no UTF-8`);
  return text;
}

function durationOf(
  row: Readonly<Record<string, unknown>>,
  name: 'lifespanMs' | 'maxIdleMs',
): number | undefined {
  const value = row[name];
  if (value === undefined || value === '') return undefined;
  const ms = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof ms === 'number' && Number.isSafeInteger(ms) && ms > 0) return ms;
  throw new RowFault(`${name} is ${shown(value)}; milliseconds greater than 0 are due`);
}

function versionOf(version: unknown, scheme: unknown): EntryVersion | undefined {
  if (version === undefined || version === '' || scheme === undefined || scheme === '') return undefined;
  if (typeof version !== 'string') throw new RowFault(`version is ${shown(version)}; a text is due`);
  if (typeof scheme !== 'string' || !schemes.includes(scheme)) {
    throw new RowFault(`versionScheme is ${shown(scheme)}; one of ${schemes.join(', ')} is due`);
  }
  return { scheme: scheme as EntryVersion['scheme'], token: version };
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : String(JSON.stringify(value)).slice(0, 60);
}
