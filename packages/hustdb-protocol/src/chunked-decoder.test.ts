import { chunkings } from '@kvtwin/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChunkedDecoder } from './chunked-decoder.js';
import { latin1ToBytes } from './latin1.js';

/** The body, how many bytes it took, and whether it ended; undefined where it is none. */
function decode(pieces: readonly Uint8Array[]): { body: string; read: number; done: boolean } | undefined {
  let body = '';
  let read = 0;
  const decoder = new ChunkedDecoder((bytes) => {
    body += String.fromCharCode(...bytes);
  });
  for (const piece of pieces) {
    const end = decoder.push(piece);
    if (end === undefined) return undefined;
    read += end;
    if (end < piece.length) break;
  }
  return { body, read, done: decoder.done };
}

describe('ChunkedDecoder', () => {
  it('takes a body however it is cut, and stops behind it', () => {
    const text = '3;name="x"\r\nabc\r\n00A\r\n0123456789\r\n0\r\nTrailer: yes\r\n\r\n';
    for (const { name, chunks } of chunkings(latin1ToBytes(`${text}GET / HTTP/1.1`))) {
      expect(decode(chunks), name).toEqual({ body: 'abc0123456789', read: text.length, done: true });
    }
  });

  it.each([
    ['a bare line feed', '3\nabc\r\n0\r\n\r\n'],
    ['a size of nothing', '\r\nabc\r\n0\r\n\r\n'],
    ['a size that is none', '0x3\r\nabc\r\n0\r\n\r\n'],
    ['a negative size', '-3\r\nabc\r\n0\r\n\r\n'],
    ['blanks around a size', '3 \r\nabc\r\n0\r\n\r\n'],
    ['a size of nine digits', '000000003\r\nabc\r\n0\r\n\r\n'],
    ['a chunk longer than its size', '3\r\nabcd\r\n0\r\n\r\n'],
    ['a carriage return within a line', '3\r;\r\nabc\r\n0\r\n\r\n'],
    ['a NUL in an extension', '3;\0\r\nabc\r\n0\r\n\r\n'],
    ['an extension without end', `3;${'x'.repeat(5000)}\r\nabc\r\n0\r\n\r\n`],
    ['trailers without end', `0\r\n${`${'x'.repeat(4000)}\r\n`.repeat(5)}\r\n`],
  ])('refuses %s, whole and byte by byte', (_name, text) => {
    expect(decode([latin1ToBytes(text)])).toBeUndefined();
    expect(decode(Array.from(text, latin1ToBytes))).toBeUndefined();
  });

  it('waits for the rest of what is cut off', () => {
    expect(decode([latin1ToBytes('ffffffff\r\nab')])).toEqual({ body: 'ab', read: 12, done: false });
  });

  it('gives back any bytes that were chunked', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 })), (chunks) => {
        const text = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
        const framed = chunks.map((bytes) => `${bytes.length.toString(16)}\r\n${text(bytes)}\r\n`);
        const whole = `${framed.join('')}0\r\n\r\n`;
        expect(decode([latin1ToBytes(whole)])).toEqual({
          body: chunks.map(text).join(''),
          read: whole.length,
          done: true,
        });
      }),
    );
  });

  it('never hangs nor throws on random bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => void decode([bytes])));
  });
});
