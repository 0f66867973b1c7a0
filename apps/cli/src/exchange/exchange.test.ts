import type { LocatedEntry } from '@kvtwin/reconcile';
import type { Expiration, StoreType } from '@kvtwin/versioned-value';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ExchangeRow, rowOfEntry } from './exchange-row.js';
import { type ExchangeFormat, exchangeHead, formatRows } from './format-rows.js';
import { type ParsedRow, parseRows } from './parse-rows.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const formats: readonly ExchangeFormat[] = ['ndjson', 'csv'];

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function parsed(text: string, format: ExchangeFormat, size = 7): Promise<ParsedRow[]> {
  const rows: ParsedRow[] = [];
  for await (const row of parseRows(inPieces(utf8(text), size), format)) rows.push(row);
  return rows;
}

const faults = async (text: string, format: ExchangeFormat): Promise<[number, string][]> =>
  (await parsed(text, format)).flatMap((row) =>
    'fault' in row ? [[row.line, row.fault] as [number, string]] : [],
  );

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }).map(utf8),
  fc
    .constantFrom('', ' a ', 'a,b', '"', '""', "'", '\r', '\n', '\r\n', '\uFEFFx', 'x\0y', '#', '=1', 'ß中🙂')
    .map(utf8),
);
const expiration: fc.Arbitrary<Expiration> = fc.oneof(
  fc.constant<Expiration>({ kind: 'immortal' }),
  fc.constant<Expiration>({ kind: 'unknown' }),
  fc
    .record({ lifespanMs: fc.integer({ min: 1, max: 1e12 }), maxIdleMs: fc.integer({ min: 1, max: 1e12 }) })
    .map((times): Expiration => ({ kind: 'mortal', ...times })),
);
const entries: fc.Arbitrary<LocatedEntry> = fc
  .record({
    type: fc.constantFrom<StoreType>('kv', 'hash', 'set', 'zset'),
    table: fc.string({ minLength: 1, maxLength: 10, unit: 'grapheme' }),
    key: bytes,
    value: bytes,
    expiration,
    token: fc.stringMatching(/^[0-9a-f]{1,16}$/),
  })
  .map(({ type, table, key, value, token, expiration: until }) => ({
    type,
    ...(type === 'kv' ? {} : { table }),
    key,
    entry: { value, version: { scheme: 'hotrod', token }, expiration: until, createdAtMs: 1_700_000_000_000 },
  }));

describe.each(formats)('an export as %s', (format) => {
  it('reads back byte for byte, however it is split', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(entries, { maxLength: 8 }),
        fc.integer({ min: 1, max: 50 }),
        async (all, size) => {
          const text = exchangeHead(format) + formatRows(all.map(rowOfEntry), format);
          const rows = await parsed(text, format, size);
          expect(rows.map((row) => ('entry' in row ? row.entry : row.fault))).toEqual(
            all.map(({ type, table, key, entry }) => ({
              type,
              ...(table === undefined ? {} : { table }),
              key,
              value: entry.value,
              version: entry.version,
              lifespanMs: entry.expiration.kind === 'mortal' ? entry.expiration.lifespanMs : undefined,
              maxIdleMs: entry.expiration.kind === 'mortal' ? entry.expiration.maxIdleMs : undefined,
              expiresAtMs:
                entry.expiration.kind === 'mortal'
                  ? 1_700_000_000_000 + entry.expiration.lifespanMs!
                  : undefined,
            })),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it('never fails in another way than by a fault of a line, whatever it is given', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (text) => {
        for (const row of await parsed(text, format)) expect(row.line).toBeGreaterThan(0);
      }),
    );
  });
});

describe('a bad line', () => {
  const row: ExchangeRow = { type: 'kv', key: 'a', keyEncoding: 'utf8', value: '1', valueEncoding: 'utf8' };
  const line = (changes: object): string => `${JSON.stringify({ ...row, ...changes })}\n`;

  it.each([
    ['{', 'it is no JSON'],
    ['[1]\n', 'it is no JSON object'],
    [line({ type: 'list' }), 'type is "list"; one of kv, hash, set, zset is due'],
    [line({ type: undefined }), 'type is missing'],
    [line({ table: 't' }), 'kv has no table'],
    [line({ type: 'hash' }), 'a hash needs its table'],
    [line({ key: 7 }), 'key is 7; a text is due'],
    [line({ value: undefined }), 'value is missing; a text is due'],
    [line({ valueEncoding: 'hex' }), 'valueEncoding is "hex"; utf8 or base64 is due'],
    [line({ value: '*', valueEncoding: 'base64' }), 'value is no base64'],
    [line({ key: 'a\ud800' }), 'key holds half of a surrogate pair'],
    [line({ lifespanMs: -1 }), 'lifespanMs is -1; milliseconds greater than 0 are due'],
    [line({ expiresAt: 'soon' }), 'expiresAt is "soon"; a time such as'],
    [line({ version: '1', versionScheme: 'mine' }), 'versionScheme is "mine"'],
    [line({ ttl: 1 }), 'there is no field ttl; known: type, table, key'],
  ])('%j is named with its number', async (text, fault) => {
    const [found] = await faults(line({}) + text, 'ndjson');
    expect(found?.[0]).toBe(2);
    expect(found?.[1]).toContain(fault);
  });

  it.each([
    ['type,key\nkv,a\n', 1, 'the first line names no column value'],
    ['type,key,value,ttl\n', 1, 'the first line names a column "ttl"'],
    ['type,key,value\nkv,a,1\nkv,a\n', 3, 'it has 2 fields, and the first line 3 columns'],
    ['type,key,value\nkv,a,1\nkv,"a"x,1\nkv,b,1\n', 3, 'it is no CSV'],
    ['type,key,value,lifespanMs\nkv,a,1,1.5\n', 2, 'lifespanMs is "1.5"'],
  ])('of CSV %j too', async (text, number, fault) => {
    const [found] = await faults(text, 'csv');
    expect(found?.[0]).toBe(number);
    expect(found?.[1]).toContain(fault);
  });
});
