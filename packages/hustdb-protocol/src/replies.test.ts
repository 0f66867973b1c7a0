import { hustDbRecordings } from '@kvtwin/testkit';
import {
  type PairRead,
  pairReadToJson,
  type SideRead,
  StoreError,
  UNKNOWN_EXPIRATION,
} from '@kvtwin/versioned-value';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatHaRead,
  formatHaWrite,
  type HaRead,
  type HaWrite,
  parseHaRead,
  parseHaWrite,
} from './ha-reply.js';
import { HustDbProtocolError } from './hustdb-protocol-error.js';
import { formatNodeListing, type NodeListing, parseNodeListing } from './listing.js';
import { formatNodeRead, type NodeRead, parseNodeRead } from './node-read.js';
import { formatNodeWrite, type NodeWrite, parseNodeWrite } from './node-write.js';
import { parsePairReply } from './pair-reply.js';
import { formatPairReply } from './pair-reply-format.js';
import { parseRawHttpReply } from './raw-http-reply.js';
import { slotOf } from './slot.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const NOTHING = new Uint8Array(0);
const version = (token: string) => ({ scheme: 'counter' as const, token });
const present = (value: Uint8Array, token: string): SideRead => ({
  state: 'present',
  entry: { value, version: version(token), expiration: UNKNOWN_EXPIRATION },
});

describe('pair replies in both directions', () => {
  const value = fc.uint8Array({ minLength: 1, maxLength: 40 });
  const token = fc.integer({ min: 1, max: 4_194_303 }).map(String);

  it.each(['strict', 'extended'] as const)('reads what was formatted, %s', (dialect) => {
    fc.assert(
      fc.property(value, value, token, token, fc.integer({ min: 0, max: 3 }), (a, b, v, w, which) => {
        const same: [SideRead, SideRead] = [present(a, v), present(a, v)];
        const skewed: [SideRead, SideRead] = [present(a, v), present(a, w)];
        const conflict: [SideRead, SideRead] = [present(a, v), present(b, v)];
        const apart: [SideRead, SideRead] = [present(a, v), present(b, w)];
        const reads: PairRead[] = [
          { kind: 'agreed', value: a, version: version(v), sides: same, versionsCompared: true },
          {
            kind: 'version-skew',
            value: a,
            versions: [version(v), version(w)],
            sides: skewed,
            versionsCompared: true,
          },
          {
            kind: 'value-conflict',
            values: [a, b],
            version: version(v),
            sides: conflict,
            versionsCompared: true,
          },
          {
            kind: 'diverged',
            values: [a, b],
            versions: [version(v), version(w)],
            sides: apart,
            versionsCompared: true,
          },
        ];
        expect(parsePairReply('/hget2', formatPairReply('/hget2', reads[which]!, { dialect }))).toEqual(
          reads[which],
        );
      }),
    );
  });

  const oneSided: PairRead = {
    kind: 'one-sided',
    present: 'second',
    sides: [{ state: 'absent' }, present(bytes('v'), '3')],
    versionsCompared: true,
  };

  it('tells a one-sided key in the extended dialect only', () => {
    const extended = formatPairReply('/get2', oneSided, { dialect: 'extended' });
    expect(extended).toMatchObject({ status: 409, reason: 'Conflict' });
    expect(extended.headers.slice(2)).toEqual([
      ['Version2', '3'],
      ['X-Outcome', 'one-sided'],
    ]);
    expect(parsePairReply('/get2', extended)).toEqual(oneSided);
    const strict = formatPairReply('/get2', oneSided, { dialect: 'strict' });
    expect([strict.status, strict.headers.slice(2)]).toEqual([
      404,
      [
        ['Version', '0'],
        ['X-Outcome', 'one-sided'],
      ],
    ]);
  });

  it('answers a conflict with an empty value as each dialect can', () => {
    const read: PairRead = {
      kind: 'value-conflict',
      values: [NOTHING, bytes('v')],
      version: version('1'),
      sides: [present(NOTHING, '1'), present(bytes('v'), '1')],
      versionsCompared: true,
    };
    expect(formatPairReply('/get2', read, { dialect: 'strict' })).toMatchObject({
      status: 404,
      body: NOTHING,
    });
    expect(parsePairReply('/get2', formatPairReply('/get2', read, { dialect: 'extended' }))).toEqual(read);
  });

  it('writes a Hot Rod version as an unsigned decimal number', () => {
    const hotrod = { scheme: 'hotrod', token: 'ff00000000000001' } as const;
    const side: SideRead = {
      state: 'present',
      entry: { value: bytes('v'), version: hotrod, expiration: UNKNOWN_EXPIRATION },
    };
    const read: PairRead = {
      kind: 'agreed',
      value: bytes('v'),
      version: hotrod,
      sides: [side, side],
      versionsCompared: false,
    };
    const reply = formatPairReply('/get2', read, { dialect: 'extended' });
    expect(reply.headers).toContainEqual(['Version', '18374686479671623681']);
  });

  it('answers a skewed set member with 409 and no body', () => {
    const read: PairRead<null> = {
      kind: 'version-skew',
      value: null,
      versions: [version('5'), version('7')],
      sides: [{ state: 'unknown' }, { state: 'unknown' }],
      versionsCompared: true,
    };
    const reply = formatPairReply('/sismember2', read, { dialect: 'strict' });
    expect([reply.status, reply.body.length]).toEqual([409, 0]);
    expect(parsePairReply('/sismember2', reply).kind).toBe('version-skew');
  });

  it('shows a read as JSON, values as base64, versions as text', () => {
    const read = parsePairReply('/get2', {
      status: 409,
      headers: { Version1: '5', Version2: '05', 'Val-Offset': '1' },
      body: Uint8Array.from([0, 255, 254]),
    });
    expect(pairReadToJson(read)).toEqual({
      kind: 'diverged',
      values: ['AA==', '//4='],
      versions: ['5', '05'],
      sides: [
        { state: 'present', value: 'AA==', version: '5' },
        { state: 'present', value: '//4=', version: '05' },
      ],
      versionsCompared: true,
    });
    const failed: SideRead = {
      state: 'failed',
      error: new StoreError('gone', { code: 'STORE_UNREACHABLE' }),
    };
    const unreadable: PairRead = {
      kind: 'unreadable',
      sides: [failed, { state: 'unknown' }],
      versionsCompared: true,
    };
    expect(pairReadToJson(unreadable).sides).toEqual([
      { state: 'failed', error: { code: 'STORE_UNREACHABLE', message: 'gone' } },
      { state: 'unknown' },
    ]);
  });
});

describe('replies of a node in both directions', () => {
  it.each<NodeRead>([
    { outcome: 'found', version: '7', value: bytes('v') },
    { outcome: 'found', version: '', value: NOTHING },
    { outcome: 'absent', version: '0' },
    { outcome: 'wrong-table', version: '0' },
    { outcome: 'invalid', version: '0' },
    { outcome: 'missing-parameter' },
  ])('read: %o', (read) => expect(parseNodeRead(formatNodeRead(read))).toEqual(read));

  it.each<NodeWrite>([
    { outcome: 'applied', version: '7', body: bytes('12') },
    { outcome: 'stale', version: '7' },
    { outcome: 'mismatch', version: '7' },
    { outcome: 'rejected', version: '0' },
    { outcome: 'absent', version: '0' },
    { outcome: 'wrong-table', version: '0' },
    { outcome: 'invalid', version: '4294967295' },
    { outcome: 'refused', version: '0' },
    { outcome: 'missing-parameter' },
  ])('write: %o', (write) => expect(parseNodeWrite(formatNodeWrite(write))).toEqual(write));

  it.each<NodeListing>([
    { outcome: 'listed', entries: [] },
    {
      outcome: 'listed',
      entries: [
        { key: bytes('a'), version: '1' },
        { key: Uint8Array.from([0, 255]), value: bytes('v'), version: '2', table: 't', type: 'H' },
        { key: bytes('b'), value: Uint8Array.of(3, 0), version: '3', deflated: true },
      ],
    },
    { outcome: 'wrong-table' },
    { outcome: 'invalid' },
  ])('listing: %o', (listing) => expect(parseNodeListing(formatNodeListing(listing))).toEqual(listing));

  it('tells bad credentials from a version mismatch', () => {
    const headers = { 'WWW-Authenticate': 'Basic realm="libevhtp"', 'Content-Length': '0' };
    expect(() => parseNodeWrite({ status: 401, headers, body: NOTHING })).toThrow(
      expect.objectContaining({ code: 'HUSTDB_UNAUTHORIZED' }),
    );
  });

  it.each([
    ['no JSON', '<html>'],
    ['no array', '{}'],
    ['a key that is no base64', '[{"key":"a","ver":1}]'],
    ['an entry without a version', '[{"key":"YQ==","ver":"1"}]'],
    ['an entry that is null', '[null]'],
    ['an entry that is a number', '[1]'],
    ['a version with a fraction', '[{"key":"YQ==","ver":1.5}]'],
    ['a negative version', '[{"key":"YQ==","ver":-1}]'],
  ])('refuses a listing with %s', (_name, text) => {
    const run = () => parseNodeListing({ status: 200, headers: {}, body: bytes(text) });
    expect(run).toThrow(HustDbProtocolError);
  });
});

describe('replies of the HA in both directions', () => {
  it.each<HaRead>([
    { outcome: 'found', version: '7', value: bytes('v') },
    { outcome: 'found', version: '', value: NOTHING },
    { outcome: 'not-found-or-failed' },
  ])('read: %o', (read) => expect(parseHaRead(formatHaRead(read))).toEqual(read));

  it.each<HaWrite>([
    { outcome: 'applied', version: '7', body: NOTHING },
    { outcome: 'applied', version: '7', body: NOTHING, sync: '127.0.0.1:8087' },
    { outcome: 'applied', version: undefined, body: bytes('3') },
    { outcome: 'failed' },
    { outcome: 'conflict', versions: ['1', '2'] },
    { outcome: 'conflict', versions: [undefined, '2'] },
  ])('write: %o', (write) => expect(parseHaWrite(formatHaWrite(write))).toEqual(write));

  it('puts Sync before Version', () => {
    const reply = formatHaWrite({ outcome: 'applied', version: '2', body: NOTHING, sync: 'h:1' });
    expect(reply.headers.map(([name]) => name)).toEqual([
      'Content-Type',
      'Content-Length',
      'Sync',
      'Version',
    ]);
  });
});

describe('recorded replies to plain reads and writes', () => {
  const READS = ['/get', '/exist', '/hget', '/hexist'];
  const WRITES = ['/put', '/del', '/hset', '/hdel', '/hincrby'];
  const recordings = hustDbRecordings().filter(
    ({ endpoint, target, status, responseInfo }) =>
      [...READS, ...WRITES].includes(endpoint) &&
      target.startsWith('ha:') &&
      (status === 200 || status === 404) &&
      responseInfo.truncatedBodyTo === undefined,
  );

  it('covers the recordings', () => expect(recordings.length).toBeGreaterThan(150));

  it.each(recordings.map((recording) => [recording.name, recording] as const))('%s', (_name, recording) => {
    const head = recording.readRequest()[0] === 'H'.charCodeAt(0);
    const raw = parseRawHttpReply(recording.readResponse(), { head });
    if (head) return;
    const parsed = READS.includes(recording.endpoint) ? parseHaRead(raw) : parseHaWrite(raw);
    const good = recording.status === 200;
    expect(['found', 'applied'].includes(parsed.outcome)).toBe(good);
  });
});

it.each([
  ['', 0],
  ['a', 97],
  ['abc', 98],
  ['test_key', 306],
  ['test_table', 481],
  ['hustdbhakey', 282],
  ['hustdbhahashkey', 972],
  ['caf%C3%A9', 368],
  ['café', 526],
  ['key%201', 589],
])('routes %j to slot %i', (text, slot) => expect(slotOf(bytes(text))).toBe(slot));
