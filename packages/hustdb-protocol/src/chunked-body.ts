import { HustDbProtocolError } from './hustdb-protocol-error.js';
import { bytesToLatin1 } from './latin1.js';

/** Longest accepted chunk-size or trailer line; longer ones are no HTTP that we know. */
const MAX_LINE_BYTES = 4096;

/**
 * Takes the chunking off a body that begins at `start`. `end` is the offset behind the last trailer line.
 *
 *     size in hex [;extension] CRLF | bytes CRLF | … | 0 CRLF | trailers | CRLF
 */
export function readChunkedBody(
  bytes: Uint8Array,
  start: number,
  status: number,
): { body: Uint8Array; end: number } {
  const chunks: Uint8Array[] = [];
  let total = 0;
  let at = start;
  for (;;) {
    const line = readLine(bytes, at, status);
    const size = /^([0-9A-Fa-f]{1,8})[ \t]*(?:;.*)?$/.exec(line.text)?.[1];
    if (size === undefined) throw malformed(`malformed chunk size ${JSON.stringify(line.text)}`, at, status);
    const length = Number.parseInt(size, 16);
    at = line.end;
    if (length === 0) break;
    if (bytes.length < at + length) throw cutOff(bytes.length - at, length, status);
    chunks.push(bytes.subarray(at, at + length));
    total += length;
    at += length;
    const after = readLine(bytes, at, status);
    if (after.text !== '') throw malformed('a chunk is longer than its size', at, status);
    at = after.end;
  }
  for (;;) {
    const trailer = readLine(bytes, at, status);
    at = trailer.end;
    if (trailer.text === '') return { body: join(chunks, total), end: at };
  }
}

function readLine(bytes: Uint8Array, start: number, status: number): { text: string; end: number } {
  const limit = Math.min(bytes.length, start + MAX_LINE_BYTES);
  let end = start;
  while (end < limit && bytes[end] !== 0x0a) end++;
  if (end === bytes.length) throw cutOff(bytes.length - start, undefined, status);
  if (end === limit) throw malformed('a chunk line does not end', start, status);
  const textEnd = end > start && bytes[end - 1] === 0x0d ? end - 1 : end;
  return { text: bytesToLatin1(bytes.subarray(start, textEnd)), end: end + 1 };
}

function join(chunks: readonly Uint8Array[], total: number): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  const body = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}

function cutOff(actual: number, expected: number | undefined, status: number): HustDbProtocolError {
  const detail =
    expected === undefined ? 'its last chunk is missing' : `a chunk has ${actual} of ${expected} bytes`;
  return new HustDbProtocolError(`chunked body was cut off: ${detail}`, {
    code: 'HUSTDB_BODY_SHORT',
    status,
  });
}

function malformed(message: string, offset: number, status: number): HustDbProtocolError {
  return new HustDbProtocolError(message, { code: 'HUSTDB_MALFORMED_REPLY', offset, status });
}
