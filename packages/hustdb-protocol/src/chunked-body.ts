import { ChunkedDecoder } from './chunked-decoder.js';
import { HustDbProtocolError } from './hustdb-protocol-error.js';

/** Takes the chunking off a body that begins at `start`. `end` is the offset behind the last trailer line. */
export function readChunkedBody(
  bytes: Uint8Array,
  start: number,
  status: number,
): { body: Uint8Array; end: number } {
  const chunks: Uint8Array[] = [];
  const decoder = new ChunkedDecoder((chunk) => chunks.push(chunk));
  const end = decoder.push(bytes, start);
  if (end === undefined) {
    const message = 'the body is not chunked, though its head says so: a size or a line end is malformed';
    throw new HustDbProtocolError(message, { code: 'HUSTDB_MALFORMED_REPLY', offset: start, status });
  }
  if (!decoder.done) {
    const message = `chunked body was cut off: its last chunk is missing after ${bytes.length - start} bytes`;
    throw new HustDbProtocolError(message, { code: 'HUSTDB_BODY_SHORT', status });
  }
  return { body: joined(chunks), end };
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  const body = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}
