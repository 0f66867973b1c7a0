import { hustDbRecordings } from '@kvtwin/testkit';
import { describe, expect, it } from 'vitest';
import type { HttpReplyInput } from './http-message.js';
import { HustDbProtocolError } from './hustdb-protocol-error.js';
import { isPairEndpoint, type PairEndpoint } from './pair-endpoint.js';
import { parsePairReply } from './pair-reply.js';
import { parseRawPairReply } from './raw-pair-reply.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array): string => new TextDecoder().decode(value);

/** Headers as nginx sends them, then those of the endpoint. */
function reply(status: number, headers: Record<string, string>, body = ''): HttpReplyInput {
  return {
    status,
    headers: {
      Server: 'nginx/1.12.0',
      'Content-Type': 'text/plain',
      'Content-Length': String(body.length),
      ...headers,
    },
    body: bytes(body),
  };
}

function errorOf(run: () => unknown): HustDbProtocolError {
  try {
    run();
  } catch (error) {
    if (HustDbProtocolError.is(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('the four documented return values of /hget2', () => {
  const parse = (status: number, headers: Record<string, string>, body: string) =>
    parsePairReply('/hget2', reply(status, headers, body));

  it('reads 200 with Version as agreed', () => {
    const read = parse(200, { Version: '1' }, 'hustdbhavalue');
    expect(read.kind).toBe('agreed');
    if (read.kind !== 'agreed') return;
    expect(text(read.value)).toBe('hustdbhavalue');
    expect(read.version).toEqual({ scheme: 'counter', token: '1' });
    expect(read.sides.map((side) => side.state)).toEqual(['present', 'present']);
    expect(read.versionsCompared).toBe(true);
  });

  it('reads 200 with Version1 and Version2 as version-skew', () => {
    const read = parse(200, { Version1: '1', Version2: '2' }, 'hustdbhavalue');
    expect(read).toMatchObject({ kind: 'version-skew', versions: [{ token: '1' }, { token: '2' }] });
  });

  it('cuts the values of a 409 with Version at Val-Offset', () => {
    const read = parse(409, { Version: '1', 'Val-Offset': '13' }, 'hustdbhavalue1111111111111');
    expect(read.kind).toBe('value-conflict');
    if (read.kind !== 'value-conflict') return;
    expect(read.values.map(text)).toEqual(['hustdbhavalue', '1111111111111']);
    expect(read.version.token).toBe('1');
  });

  it('reads 409 with both versions and Val-Offset as diverged', () => {
    const read = parse(
      409,
      { Version1: '1', Version2: '2', 'Val-Offset': '13' },
      'hustdbhavalue1111111111111',
    );
    expect(read).toMatchObject({
      kind: 'diverged',
      versions: [{ token: '1' }, { token: '2' }],
      sides: [{ entry: { version: { token: '1' } } }, { entry: { version: { token: '2' } } }],
    });
  });
});

describe('malformed headers name header and value', () => {
  const cases: [string, PairEndpoint, ReturnType<typeof reply>, string, string | undefined][] = [
    ['Val-Offset 0', '/get2', reply(409, { Version: '1', 'Val-Offset': '0' }, 'ab'), 'Val-Offset', '0'],
    [
      'Val-Offset at the end',
      '/get2',
      reply(409, { Version: '1', 'Val-Offset': '2' }, 'ab'),
      'Val-Offset',
      '2',
    ],
    [
      'Val-Offset behind the end',
      '/get2',
      reply(409, { Version: '1', 'Val-Offset': '9' }, 'ab'),
      'Val-Offset',
      '9',
    ],
    [
      'Val-Offset in hex',
      '/get2',
      reply(409, { Version: '1', 'Val-Offset': '0x1' }, 'ab'),
      'Val-Offset',
      '0x1',
    ],
    [
      'a negative Val-Offset',
      '/get2',
      reply(409, { Version: '1', 'Val-Offset': '-1' }, 'ab'),
      'Val-Offset',
      '-1',
    ],
    [
      'a signed Val-Offset',
      '/get2',
      reply(409, { Version: '1', 'Val-Offset': '+1' }, 'ab'),
      'Val-Offset',
      '+1',
    ],
    ['an empty Val-Offset', '/get2', reply(409, { Version: '1', 'Val-Offset': '' }, 'ab'), 'Val-Offset', ''],
    ['no Val-Offset', '/hget2', reply(409, { Version1: '1', Version2: '2' }, 'ab'), 'Val-Offset', undefined],
    ['Val-Offset on 200', '/get2', reply(200, { Version: '1', 'Val-Offset': '1' }, 'ab'), 'Val-Offset', '1'],
    ['Version and Version1', '/get2', reply(200, { Version: '1', Version1: '1' }, 'a'), 'Version1', '1'],
    ['Version and Version2', '/get2', reply(200, { Version: '1', Version2: '3' }, 'a'), 'Version2', '3'],
    ['only Version1', '/get2', reply(200, { Version1: '1' }, 'a'), 'Version2', undefined],
    ['only Version2 on 409', '/get2', reply(409, { Version2: '1' }, 'ab'), 'Version1', undefined],
    ['no version at all', '/get2', reply(200, {}, 'a'), 'Version', undefined],
    ['a version that is no number', '/get2', reply(200, { Version: 'one' }, 'a'), 'Version', 'one'],
    ['a negative version', '/get2', reply(200, { Version: '-1' }, 'a'), 'Version', '-1'],
    ['a 404 whose version is no number', '/get2', reply(404, { Version: 'none' }), 'Version', 'none'],
    ['a set conflict of values', '/sismember2', reply(409, { Version: '1' }), 'Version1', undefined],
    [
      'a set conflict with an offset',
      '/sismember2',
      reply(409, { Version1: '1', Version2: '2', 'Val-Offset': '1' }),
      'Val-Offset',
      '1',
    ],
    [
      'a length that is none',
      '/get2',
      { ...reply(200, { Version: '1' }, 'a'), headers: { Version: '1', 'Content-Length': 'x' } },
      'Content-Length',
      'x',
    ],
  ];
  it.each(cases)('%s', (_name, endpoint, input, header, value) => {
    const error = errorOf(() => parsePairReply(endpoint, input));
    expect(error.code).toBe('HUSTDB_MALFORMED_HEADER');
    expect(error.header).toBe(header);
    expect(error.value).toBe(value);
    expect(error.message).toContain(header);
    if (value) expect(error.message).toContain(value);
  });

  it('refuses a header that stands twice', () => {
    const headers = [
      ['Version', '1'],
      ['Version', '2'],
    ] as const;
    const error = errorOf(() => parsePairReply('/get2', { status: 200, headers, body: bytes('a') }));
    expect([error.header, error.value]).toEqual(['Version', '1, 2']);
  });
});

describe('headers as transports have them', () => {
  it.each([
    ['a list', Object.entries({ Version1: '1', version2: '2', 'VAL-OFFSET': '1' })],
    ['a record with arrays', { version1: ['1'], version2: '2', 'val-offset': ['1'], via: undefined }],
    ['Headers of fetch', new Headers({ Version1: '1', Version2: '2', 'Val-Offset': '1' })],
    ['a Map', new Map(Object.entries({ Version1: '1', Version2: '2', 'Val-Offset': '1' }))],
  ])('reads %s', (_name, headers) => {
    const read = parsePairReply('/get2', { status: 409, headers, body: bytes('ab') });
    expect(read).toMatchObject({ kind: 'diverged', versions: [{ token: '1' }, { token: '2' }] });
  });
});

describe('the extended dialect', () => {
  it('reads 409 with one version as one-sided where X-Outcome says so', () => {
    const read = parsePairReply('/get2', reply(409, { Version2: '7', 'X-Outcome': 'one-sided' }, 'v'));
    expect(read).toMatchObject({
      kind: 'one-sided',
      present: 'second',
      sides: [{ state: 'absent' }, { state: 'present', entry: { version: { token: '7' } } }],
    });
  });

  it('keeps to the rules where X-Outcome says something else', () => {
    const input = reply(409, { Version1: '7', 'X-Outcome': 'diverged' }, 'v');
    expect(errorOf(() => parsePairReply('/get2', input)).header).toBe('Version2');
  });

  it('refuses one-sided with both versions and no offset', () => {
    const input = reply(409, { Version1: '7', Version2: '8', 'X-Outcome': 'one-sided' }, 'v');
    expect(errorOf(() => parsePairReply('/get2', input)).header).toBe('Val-Offset');
  });

  it('lets a conflict with an empty value through where it is marked', () => {
    const read = parsePairReply(
      '/get2',
      reply(409, { Version: '1', 'Val-Offset': '0', 'X-Outcome': 'value-conflict' }, 'v'),
    );
    expect(read.kind === 'value-conflict' && read.values.map(text)).toEqual(['', 'v']);
  });
});

describe('errors of the front', () => {
  const html = { 'Content-Type': 'text/html' };
  it.each([
    [
      '401',
      reply(401, { ...html, 'WWW-Authenticate': 'Basic realm="Authentication"' }, '<html>'),
      'HUSTDB_UNAUTHORIZED',
    ],
    ['401 without a realm', reply(401, {}), 'HUSTDB_UNAUTHORIZED'],
    ['304', reply(304, { Version: '5' }), 'HUSTDB_NOT_MODIFIED'],
    ['500', reply(500, html, '<html>'), 'HUSTDB_SERVER_ERROR'],
    ['503 of the extended dialect', reply(503, { 'X-Outcome': 'unreadable' }), 'HUSTDB_SERVER_ERROR'],
    ['a page', reply(200, { ...html, Version: '1' }, '<html>'), 'HUSTDB_HTML'],
    ['a 404 page', reply(404, { 'Content-Type': 'text/html; charset=utf-8' }, '<html>'), 'HUSTDB_HTML'],
    ['302', reply(302, { Location: '/' }), 'HUSTDB_UNEXPECTED_STATUS'],
    ['405', reply(405, {}), 'HUSTDB_UNEXPECTED_STATUS'],
    ['deflate', reply(200, { Version: '1', 'Content-Encoding': 'deflate' }, 'x'), 'HUSTDB_ENCODED_BODY'],
  ] as const)('%s', (_name, input, code) => {
    expect(errorOf(() => parsePairReply('/get2', input)).code).toBe(code);
  });
});

describe('replies to HEAD', () => {
  it('has kind and versions and no values', () => {
    const input = {
      ...reply(409, { Version1: '5', Version2: '7', 'Val-Offset': '5' }),
      body: new Uint8Array(0),
    };
    const read = parsePairReply(
      '/hget2',
      { ...input, headers: { ...input.headers, 'Content-Length': '11' } },
      { head: true },
    );
    expect(read).toMatchObject({
      kind: 'diverged',
      values: [null, null],
      versions: [{ token: '5' }, { token: '7' }],
    });
  });

  it('still checks Val-Offset against the declared length', () => {
    const headers = { Version: '1', 'Val-Offset': '11', 'Content-Length': '11' };
    const run = () =>
      parsePairReply('/get2', { status: 409, headers, body: new Uint8Array(0) }, { head: true });
    expect(errorOf(run).header).toBe('Val-Offset');
  });
});

describe('every recorded pair reply of a real HustDB', () => {
  const recordings = hustDbRecordings().filter(({ endpoint }) => isPairEndpoint(endpoint));

  it('covers the recordings', () => expect(recordings.length).toBeGreaterThan(90));

  it.each(recordings.map((recording) => [recording.name, recording] as const))('%s', (_name, recording) => {
    const endpoint = recording.endpoint as PairEndpoint;
    const head = text(recording.readRequest().subarray(0, 5)) === 'HEAD ';
    const raw = recording.readResponse();
    const parse = () => parseRawPairReply(endpoint, raw, { head });
    if (raw.length === 0) {
      expect(errorOf(parse).code).toBe('HUSTDB_CLOSED_WITHOUT_REPLY');
      return;
    }
    if (recording.responseInfo.truncatedBodyTo !== undefined) {
      expect(errorOf(parse).code).toBe('HUSTDB_BODY_SHORT');
      expect(errorOf(parse).message).toContain('body shorter than Content-Length');
      return;
    }
    const headText = text(raw).split('\r\n\r\n')[0]!;
    if (recording.status === 304 || recording.status === 401) {
      expect(errorOf(parse).code).toMatch(/HUSTDB_(NOT_MODIFIED|UNAUTHORIZED)/);
      return;
    }
    const read = parse();
    expect(read.kind).toBe(expectedKind(endpoint, recording.status, headText));
    expect(read.sides.map((side) => side.state)).toEqual(
      recording.status === 404 ? ['unknown', 'unknown'] : ['present', 'present'],
    );
    const both = /\r\nVersion1: (.*)\r\nVersion2: (.*)/.exec(headText);
    if ('versions' in read) expect(read.versions.map(({ token }) => token)).toEqual([both?.[1], both?.[2]]);
    if ('version' in read) expect(read.version.token).toBe(/\r\nVersion: ?(.*)/.exec(headText)?.[1]);
    if ('values' in read && read.values[0] !== null && read.values[1] !== null) {
      expect(read.values[0].length).toBe(Number(/Val-Offset: (\d+)/.exec(headText)?.[1]));
      expect(read.values[0].length + read.values[1].length).toBe(
        Number(/Content-Length: (\d+)/.exec(headText)?.[1]),
      );
    }
  });

  function expectedKind(endpoint: PairEndpoint, status: number | undefined, head: string): string {
    if (status === 404) return 'unreadable';
    const skewed = head.includes('\r\nVersion1: ');
    if (status === 200 || endpoint === '/sismember2') return skewed ? 'version-skew' : 'agreed';
    return skewed ? 'diverged' : 'value-conflict';
  }
});

describe('recordings with one byte changed, left out or doubled, and cut off anywhere', () => {
  const small = hustDbRecordings().filter(({ endpoint, responseInfo }) => {
    return isPairEndpoint(endpoint) && responseInfo.bytes > 0 && responseInfo.bytes < 400;
  });
  const shapes = new Map(
    small.map((one) => [`${one.endpoint} ${one.status} ${one.responseInfo.bytes}`, one]),
  );

  it.each([...shapes.values()].map((one) => [one.name, one] as const))('%s', (_name, recording) => {
    const { endpoint } = recording;
    const response = recording.readResponse();
    const check = (raw: Uint8Array): void => {
      try {
        parseRawPairReply(endpoint as PairEndpoint, raw);
      } catch (error) {
        if (!HustDbProtocolError.is(error)) throw error;
      }
    };
    for (let at = 0; at < response.length; at++) {
      check(response.subarray(0, at));
      check(Uint8Array.from([...response.subarray(0, at), ...response.subarray(at + 1)]));
      check(Uint8Array.from([...response.subarray(0, at + 1), ...response.subarray(at)]));
      for (const byte of [0x00, 0x0a, 0x0d, 0x20, 0x2d, 0x31, 0x3a, 0xff]) {
        const changed = Uint8Array.from(response);
        changed[at] = byte;
        check(changed);
      }
    }
  });
});
