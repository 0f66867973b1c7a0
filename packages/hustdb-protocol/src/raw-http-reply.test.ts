import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HustDbProtocolError } from './hustdb-protocol-error.js';
import { parseRawHttpReply } from './raw-http-reply.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array): string => new TextDecoder().decode(value);

function codeOf(raw: string | Uint8Array, head = false): string {
  try {
    parseRawHttpReply(typeof raw === 'string' ? bytes(raw) : raw, { head });
  } catch (error) {
    return HustDbProtocolError.is(error) ? error.code : `untyped ${String(error)}`;
  }
  return 'ok';
}

describe('parseRawHttpReply', () => {
  it('reads status line, headers in order, and a body by Content-Length', () => {
    const reply = parseRawHttpReply(
      bytes('HTTP/1.1 409 Conflict\r\nVersion:  1 \r\nVersion: 2\r\nContent-Length: 2\r\n\r\nab'),
    );
    expect(reply).toMatchObject({ httpVersion: '1.1', status: 409, reason: 'Conflict', bytesRead: 72 });
    expect(reply.headers).toEqual([
      ['Version', '1'],
      ['Version', '2'],
      ['Content-Length', '2'],
    ]);
    expect(text(reply.body)).toBe('ab');
  });

  it('reads bare line feeds, and a status line without a reason', () => {
    expect(parseRawHttpReply(bytes('HTTP/1.0 200\nContent-Length: 1\n\nx'))).toMatchObject({
      status: 200,
      reason: '',
    });
  });

  it('takes chunking off, with extensions and trailers', () => {
    const raw =
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\nA\r\n0123456789\r\n0\r\nX: y\r\n\r\n';
    expect(text(parseRawHttpReply(bytes(raw)).body)).toBe('abc0123456789');
  });

  it('takes all that is left where nothing frames the body', () => {
    expect(text(parseRawHttpReply(bytes('HTTP/1.1 200 OK\r\n\r\nrest\r\n\r\nmore')).body)).toBe(
      'rest\r\n\r\nmore',
    );
  });

  it('passes over interim replies, and stops before the next reply', () => {
    const raw =
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 400 Bad Request\r\n\r\n';
    const reply = parseRawHttpReply(bytes(raw));
    expect([reply.status, text(reply.body), raw.slice(reply.bytesRead, reply.bytesRead + 12)]).toEqual([
      200,
      'a',
      'HTTP/1.1 400',
    ]);
  });

  it('lets one line end pass behind the body, as a file written by hand has it', () => {
    expect(codeOf('HTTP/1.1 200 OK\nContent-Length: 1\n\na\n')).toBe('ok');
    expect(codeOf('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na\r\n')).toBe('ok');
    expect(codeOf('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na\n\n')).toBe('HUSTDB_MALFORMED_REPLY');
  });

  it('expects no body of a reply to HEAD, of 304 and of 204', () => {
    expect(codeOf('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', true)).toBe('ok');
    expect(codeOf('HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n')).toBe('ok');
    expect(codeOf('HTTP/1.1 204 No Content\r\n\r\n')).toBe('ok');
  });

  it.each([
    ['nothing', '', 'HUSTDB_CLOSED_WITHOUT_REPLY'],
    ['half a head', 'HTTP/1.1 200 OK\r\nVersion: 1\r\n', 'HUSTDB_MALFORMED_REPLY'],
    ['something else', 'SSH-2.0-OpenSSH_9.6\r\n\r\n', 'HUSTDB_MALFORMED_REPLY'],
    ['HTML without a head', '<html>\n\n</html>', 'HUSTDB_MALFORMED_REPLY'],
    ['a header without a colon', 'HTTP/1.1 200 OK\r\nVersion\r\n\r\n', 'HUSTDB_MALFORMED_REPLY'],
    ['a folded header', 'HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n', 'HUSTDB_MALFORMED_HEADER'],
    ['a short body', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab', 'HUSTDB_BODY_SHORT'],
    ['bytes behind the body', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nabc', 'HUSTDB_MALFORMED_REPLY'],
    ['a length with a sign', 'HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\na', 'HUSTDB_MALFORMED_HEADER'],
    [
      'two lengths',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
      'HUSTDB_MALFORMED_HEADER',
    ],
    [
      'an unknown transfer coding',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n',
      'HUSTDB_MALFORMED_HEADER',
    ],
    [
      'a chunk that is cut off',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab',
      'HUSTDB_BODY_SHORT',
    ],
    [
      'a missing last chunk',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n',
      'HUSTDB_BODY_SHORT',
    ],
    [
      'a chunk size that is none',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n',
      'HUSTDB_MALFORMED_REPLY',
    ],
    [
      'a chunk longer than its size',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n',
      'HUSTDB_MALFORMED_REPLY',
    ],
  ])('refuses %s', (_name, raw, code) => {
    expect(codeOf(raw)).toBe(code);
  });

  it.each([
    ['Version : 1', 'Version ', '1'],
    ['Ver sion:1', 'Ver sion', '1'],
    [': 1', '', '1'],
    ['Version: 1\r\n\t2', 'Version', '1 2'],
  ])('names the malformed header of %j and its value', (line, header, value) => {
    expect(() => parseRawHttpReply(bytes(`HTTP/1.1 409 Conflict\r\n${line}\r\n\r\n`))).toThrow(
      expect.objectContaining({ code: 'HUSTDB_MALFORMED_HEADER', status: 409, header, value }),
    );
  });

  it('answers any bytes with a reply or a typed error', () => {
    const prefix = fc.constantFrom(
      '',
      'HTTP/1.1 200 OK\r\n',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    fc.assert(
      fc.property(prefix, fc.uint8Array({ maxLength: 200 }), fc.boolean(), (start, tail, head) => {
        expect(codeOf(Uint8Array.from([...bytes(start), ...tail]), head)).not.toMatch(/^untyped/);
      }),
    );
  });
});
