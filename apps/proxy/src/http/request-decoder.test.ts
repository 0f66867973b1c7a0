import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { behindEmptyLines, RequestDecoder, type RequestFault } from './request-decoder.js';

function read(text: string, decoder = new RequestDecoder()) {
  return decoder.read(Buffer.from(text, 'latin1'), 0);
}

function faultOf(text: string): RequestFault | 'none' | 'incomplete' {
  const seen = read(text);
  if (seen === undefined) return 'incomplete';
  return 'fault' in seen ? seen.fault : 'none';
}

const HEAD = 'GET /get?key=a%20b HTTP/1.1\r\nHost: proxy\r\n\r\n';

describe('RequestDecoder', () => {
  it('reads a head and tells where it ends', () => {
    expect(read(`${HEAD}GET /next`)).toEqual({
      head: {
        method: 'GET',
        target: '/get?key=a%20b',
        isHttp10: false,
        fields: {
          hasHost: true,
          authorization: undefined,
          requestId: undefined,
          framing: 'none',
          connection: '',
          expectsContinue: false,
        },
      },
      end: HEAD.length,
    });
  });

  it('reads what the header lines say, anew where they are others', () => {
    const decoder = new RequestDecoder();
    const fieldsOf = (lines: string) => {
      const seen = read(`POST /put?key=a HTTP/1.0\r\n${lines}\r\n`, decoder);
      return seen !== undefined && 'head' in seen ? seen.head.fields : seen;
    };
    const lines =
      'AUTHORIZATION: Basic abc\r\nX-Request-Id: one\r\nContent-Length: 12\r\nConnection: Keep-Alive, X\r\nExpect: 100-Continue\r\n';
    const fields = {
      hasHost: false,
      authorization: 'Basic abc',
      requestId: 'one',
      framing: 12,
      connection: 'keep-alive, x',
      expectsContinue: true,
    };
    expect([fieldsOf(lines), fieldsOf(lines)]).toEqual([fields, fields]);
    expect(fieldsOf('Host: a\r\nX-Request-Id: one\r\nX-Request-Id: two\r\n')).toMatchObject({
      hasHost: true,
      requestId: undefined,
      framing: 'none',
    });
  });

  it('has a head only once it is whole', () => {
    for (let length = 1; length < HEAD.length; length++) {
      expect([length, faultOf(HEAD.slice(0, length))]).toEqual([length, 'incomplete']);
    }
    expect(faultOf(HEAD)).toBe('none');
  });

  it('takes targets of raw bytes, in absolute form, and a star', () => {
    for (const target of ['/get?key=\xe4\xbd\xa0', 'http://host/get?key=a', '*', '/a#b', '/~"<>^`{|}']) {
      expect([target, faultOf(`GET ${target} HTTP/1.1\r\n\r\n`)]).toEqual([target, 'none']);
    }
  });

  it.each<[RequestFault, string, string]>([
    ['malformed', 'no method', ' /get HTTP/1.1\r\n\r\n'],
    ['malformed', 'a method that HTTP does not know', 'FOO /get HTTP/1.1\r\n\r\n'],
    ['malformed', 'a method in lower case', 'get /get HTTP/1.1\r\n\r\n'],
    ['malformed', 'no target', 'GET HTTP/1.1\r\n\r\n'],
    ['malformed', 'a relative target', 'GET get?key=a HTTP/1.1\r\n\r\n'],
    ['malformed', 'a blank in the target', 'GET /get?key=a b HTTP/1.1\r\n\r\n'],
    ['malformed', 'a tab in the target', 'GET /get?key=a\tb HTTP/1.1\r\n\r\n'],
    ['malformed', 'a control character in the target', 'GET /get?key=\x01 HTTP/1.1\r\n\r\n'],
    ['malformed', 'no version', 'GET /get\r\n\r\n'],
    ['malformed', 'another version', 'GET /get HTTP/2.0\r\n\r\n'],
    ['malformed', 'the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['malformed', 'a greeting of TLS', '\x16\x03\x01\x02'],
    ['malformed', 'bare line feeds', 'GET /get HTTP/1.1\n\n'],
    ['malformed', 'a bare line feed in the headers', 'GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n'],
    ['malformed', 'a header without a colon', 'GET / HTTP/1.1\r\nHost\r\n\r\n'],
    ['malformed', 'a blank before a colon', 'POST / HTTP/1.1\r\nContent-Length : 5\r\n\r\n'],
    ['malformed', 'a line that goes on', 'GET / HTTP/1.1\r\nX: a\r\n b\r\n\r\n'],
    ['malformed', 'two lengths', 'POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    [
      'malformed',
      'a length and chunks',
      'POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    ],
    ['malformed', 'another coding', 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked, gzip\r\n\r\n'],
    ['malformed', 'a length that is none', 'POST / HTTP/1.1\r\nContent-Length: 0x5\r\n\r\n'],
    ['connect', 'CONNECT', 'CONNECT a:1 HTTP/1.1\r\n\r\n'],
    ['line-too-long', 'a line above 4 KiB', `GET /${'k'.repeat(4096)} HTTP/1.1\r\n\r\n`],
    ['line-too-long', 'such a line without an end', `GET /${'k'.repeat(4096)}`],
    ['head-too-large', 'headers above 32 KiB', `GET / HTTP/1.1\r\nX: ${'x'.repeat(33_000)}\r\n\r\n`],
    ['head-too-large', 'such headers without an end', `GET / HTTP/1.1\r\nX: ${'x'.repeat(33_000)}`],
  ])('tells %s: %s', (fault, _name, text) => {
    expect(faultOf(text)).toBe(fault);
  });

  it('passes over empty lines', () => {
    expect(behindEmptyLines(Buffer.from('\r\n\r\n\nGET'), 0)).toBe(5);
    expect(behindEmptyLines(Buffer.from('\r\n'), 0)).toBe(2);
  });

  it('never throws, and never reads past the end, on random bytes', () => {
    const begin = fc.constantFrom('', 'GET ', 'GET / HTTP/1.1\r\n', HEAD.slice(0, -2));
    fc.assert(
      fc.property(begin, fc.uint8Array({ maxLength: 60 }), (text, rest) => {
        const bytes = Buffer.concat([Buffer.from(text), rest]);
        if (bytes.length === 0) return;
        const seen = new RequestDecoder().read(bytes, 0);
        if (seen !== undefined && 'end' in seen) expect(seen.end).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});
