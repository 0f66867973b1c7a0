import { HustDbProtocolError } from '@kvtwin/hustdb-protocol';
import { chunkings } from '@kvtwin/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HttpReplyDecoder } from './http-reply-decoder.js';

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

interface Seen {
  readonly status: number;
  readonly body: string;
  readonly keepAlive: boolean;
}

/** Every reply in the pieces; `rest`: bytes of one that is not whole. */
function decode(pieces: readonly Uint8Array[], maxBodyBytes = 1000): { replies: Seen[]; rest: number } {
  const decoder = new HttpReplyDecoder(maxBodyBytes);
  const replies: Seen[] = [];
  let rest = 0;
  const take = (): void => {
    const { status, body, keepAlive } = decoder.take();
    replies.push({ status, body: Buffer.from(body).toString('latin1'), keepAlive });
    rest = 0;
  };
  for (let piece of pieces) {
    while (piece.length > 0) {
      const end = decoder.push(piece, piece.length);
      rest += end;
      if (decoder.isWhole) take();
      // What it took it must have copied.
      piece.fill(0x21, 0, end);
      piece = piece.slice(end);
    }
  }
  if (decoder.end()) take();
  return { replies, rest };
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return HustDbProtocolError.is(error) ? error.code : `untyped ${String(error)}`;
  }
  return 'ok';
}

const OK = 'HTTP/1.1 200 OK\r\n';

describe('HttpReplyDecoder', () => {
  it.each<[string, string, Seen]>([
    ['a length', `${OK}Version: 1\r\nContent-Length: 3\r\n\r\nabc`, seen(200, 'abc')],
    ['no body', 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n', seen(404, '')],
    ['no reason', 'HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n', seen(404, '')],
    [
      'chunks',
      `${OK}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n2;x\r\nbc\r\n0\r\nT: 1\r\n\r\n`,
      seen(200, 'abc'),
    ],
    ['a body up to the end', `${OK}\r\nabc\r\n\r\n`, seen(200, 'abc\r\n\r\n', false)],
    ['204 without a length', 'HTTP/1.1 204 No Content\r\n\r\n', seen(204, '')],
    ['304 with a length', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n', seen(304, '')],
    [
      'an interim reply before',
      `HTTP/1.1 100 Continue\r\n\r\n${OK}Content-Length: 1\r\n\r\na`,
      seen(200, 'a'),
    ],
    ['Connection: close', `${OK}Connection: Close\r\nContent-Length: 1\r\n\r\na`, seen(200, 'a', false)],
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na', seen(200, 'a', false)],
    [
      'HTTP/1.0 that stays',
      'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\na',
      seen(200, 'a'),
    ],
    ['bytes from 0x80 on in a header', `${OK}X: \xe4\xff\r\nContent-Length: 1\r\n\r\na`, seen(200, 'a')],
  ])('reads a reply with %s however it is cut', (_name, text, reply) => {
    for (const { name, chunks } of chunkings(bytes(text))) {
      expect(decode(chunks), name).toEqual({ replies: [reply], rest: 0 });
    }
  });

  it('reads one reply after the other, with heads that are the same and ones that are not', () => {
    const one = `${OK}Content-Length: 2\r\n\r\n`;
    const other = 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n';
    for (const { name, chunks } of chunkings(bytes(`${one}ab${one}cd${other}${one}ef`), { random: 30 })) {
      const bodies = decode(chunks).replies.map(({ status, body }) => `${status}${body}`);
      expect(bodies, name).toEqual(['200ab', '200cd', '404', '200ef']);
    }
  });

  it.each([
    ['no HTTP', 'SSH-2.0-OpenSSH\r\n'],
    ['another version', 'HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n'],
    ['a status below 100', 'HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n'],
    ['another protocol to switch to', 'HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n'],
    ['bare line feeds', 'HTTP/1.1 200 OK\nContent-Length: 0\n\r\n\r\n'],
    ['a line that goes on', `${OK}X: a\r\n b\r\nContent-Length: 0\r\n\r\n`],
    ['a blank before a colon', `${OK}Content-Length : 0\r\n\r\n`],
    ['two lengths', `${OK}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`],
    ['a length and chunks', `${OK}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['a negative length', `${OK}Content-Length: -1\r\n\r\n`],
    ['another coding', `${OK}Transfer-Encoding: gzip\r\n\r\n`],
    ['a chunk that is none', `${OK}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`],
    ['a head without end', `${OK}X: ${'x'.repeat(70_000)}`],
  ])('refuses %s however it is cut', (_name, text) => {
    const pieces = [...chunkings(bytes(text), { random: 3, maxSplits: 50 })];
    for (const { name, chunks } of pieces) {
      expect(
        codeOf(() => decode(chunks)),
        name,
      ).toBe('HUSTDB_MALFORMED_REPLY');
    }
  });

  it('says that a body is too long before it is kept, whatever frames it', () => {
    for (const text of [
      `${OK}Content-Length: 2147483648\r\n\r\nab`,
      `${OK}Transfer-Encoding: chunked\r\n\r\n3e9\r\n${'x'.repeat(1001)}`,
      `${OK}\r\n${'x'.repeat(1001)}`,
    ]) {
      const decoder = new HttpReplyDecoder(1000);
      const piece = bytes(text);
      expect([decoder.push(piece, piece.length), decoder.isTooLong, decoder.isWhole]).toEqual([
        piece.length,
        true,
        false,
      ]);
    }
  });

  it('keeps long bodies that come in many pieces', () => {
    const body = 'x'.repeat(300_000);
    for (const head of ['Content-Length: 300000\r\n\r\n', '\r\n']) {
      const text = bytes(`${OK}${head}${body}`);
      const pieces = Array.from({ length: 41 }, (_, at) => text.slice(at * 7500, (at + 1) * 7500));
      expect(decode(pieces, 1_000_000).replies[0]!.body).toBe(body);
    }
  });

  it('never hangs, and throws nothing untyped, on random bytes behind the beginning of a reply', () => {
    const begin = fc.constantFrom('', 'HTTP/1.1 ', OK, `${OK}Transfer-Encoding: chunked\r\n\r\n`);
    fc.assert(
      fc.property(begin, fc.uint8Array({ maxLength: 80 }), (text, rest) => {
        const code = codeOf(() => decode([bytes(text), rest]));
        expect(['ok', 'HUSTDB_MALFORMED_REPLY']).toContain(code);
      }),
    );
  });
});

function seen(status: number, body: string, keepAlive = true): Seen {
  return { status, body, keepAlive };
}
