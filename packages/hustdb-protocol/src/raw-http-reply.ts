import { readChunkedBody } from './chunked-body.js';
import { type HeaderList, headerValues } from './header-list.js';
import { HustDbProtocolError } from './hustdb-protocol-error.js';
import { bytesToLatin1 } from './latin1.js';

/** What frames a reply besides its own bytes. */
export interface RawHttpReplyOptions {
  /** The reply answers a HEAD request, so no body follows whatever its headers say. Default false. */
  readonly head?: boolean;
}

/** One HTTP reply read from raw bytes. */
export interface RawHttpReply {
  /** As sent, for instance `1.1`. */
  readonly httpVersion: string;
  readonly status: number;
  readonly reason: string;
  readonly headers: HeaderList;
  /** The body with any chunking taken off. Shares memory with the input where it stands there in one piece. */
  readonly body: Uint8Array;
  /** Length of the reply in the input; what follows is the next reply of the same connection. */
  readonly bytesRead: number;
}

const STATUS_LINE = /^HTTP\/(\d\.\d) (\d{3})(?: (.*))?$/;
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** A head longer than this is no HTTP reply that we know: nginx and libevhtp stay below 1 KiB. */
const MAX_HEAD_BYTES = 65_536;

/**
 * Reads one HTTP/1.x reply from the bytes that a connection gave: status line, headers, and a body framed by
 * Content-Length, by chunks, or by the end of the input. Interim replies (1xx) before it are skipped.
 *
 * Throws a HustDbProtocolError: `HUSTDB_CLOSED_WITHOUT_REPLY` for no bytes at all, `HUSTDB_BODY_SHORT`,
 * `HUSTDB_MALFORMED_REPLY`, `HUSTDB_MALFORMED_HEADER` (Content-Length, Transfer-Encoding).
 */
export function parseRawHttpReply(bytes: Uint8Array, options: RawHttpReplyOptions = {}): RawHttpReply {
  if (bytes.length === 0) {
    throw new HustDbProtocolError(
      'the connection was closed without a reply; HustDB HA does so when a required parameter is missing or invalid',
      { code: 'HUSTDB_CLOSED_WITHOUT_REPLY' },
    );
  }
  let start = 0;
  for (;;) {
    const head = parseHead(bytes, start);
    const interim = head.status >= 100 && head.status < 200;
    const bodyless = interim || options.head === true || head.status === 204 || head.status === 304;
    const { body, end } = bodyless
      ? { body: bytes.subarray(head.end, head.end), end: head.end }
      : readBody(bytes, head.end, head.headers, head.status);
    start = end;
    if (interim) continue;
    refuseStrayBytes(bytes, end);
    const { httpVersion, status, reason, headers } = head;
    return { httpVersion, status, reason, headers, body, bytesRead: end };
  }
}

interface Head {
  readonly httpVersion: string;
  readonly status: number;
  readonly reason: string;
  readonly headers: HeaderList;
  readonly end: number;
}

function parseHead(bytes: Uint8Array, start: number): Head {
  const end = findHeadEnd(bytes, start);
  const lines = bytesToLatin1(bytes.subarray(start, end.textEnd)).split(/\r?\n/);
  const match = STATUS_LINE.exec(lines[0] ?? '');
  if (match === null) {
    throw malformed(
      `no HTTP status line at offset ${start}: ${JSON.stringify((lines[0] ?? '').slice(0, 60))}`,
      start,
    );
  }
  const headers: [string, string][] = [];
  for (const line of lines.slice(1))
    headers.push(parseHeaderLine(line, headers.at(-1), start, Number(match[2])));
  return {
    httpVersion: match[1]!,
    status: Number(match[2]),
    reason: match[3] ?? '',
    headers,
    end: end.headEnd,
  };
}

function parseHeaderLine(
  line: string,
  previous: readonly [string, string] | undefined,
  offset: number,
  status: number,
): [string, string] {
  if (previous !== undefined && /^[ \t]/.test(line)) {
    throw malformedHeader(
      previous[0],
      `${previous[1]} ${line.trim()}`,
      'it goes on in a second line',
      status,
    );
  }
  const colon = line.indexOf(':');
  if (colon < 0) throw malformed(`malformed header line ${JSON.stringify(line.slice(0, 60))}`, offset);
  const name = line.slice(0, colon);
  const value = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '');
  if (HEADER_NAME.test(name)) return [name, value];
  throw malformedHeader(name, value, `${JSON.stringify(name)} is no header name`, status);
}

/** The empty line that ends a head: CRLF CRLF, or bare LF LF. */
function findHeadEnd(bytes: Uint8Array, start: number): { textEnd: number; headEnd: number } {
  const limit = Math.min(bytes.length, start + MAX_HEAD_BYTES);
  for (let at = start; at < limit; at++) {
    if (bytes[at] !== 0x0a) continue;
    const next = bytes[at + 1] === 0x0d ? at + 2 : at + 1;
    if (bytes[next] !== 0x0a) continue;
    return { textEnd: bytes[at - 1] === 0x0d ? at - 1 : at, headEnd: next + 1 };
  }
  const found = JSON.stringify(bytesToLatin1(bytes.subarray(start, start + 24)));
  throw malformed(`no end of the reply's head within ${limit - start} bytes; it begins with ${found}`, start);
}

function readBody(
  bytes: Uint8Array,
  start: number,
  headers: HeaderList,
  status: number,
): { body: Uint8Array; end: number } {
  const encodings = headerValues(headers, 'transfer-encoding');
  if (encodings.length > 0) {
    const value = encodings.join(', ');
    if (value.toLowerCase() === 'chunked') return readChunkedBody(bytes, start, status);
    throw malformedHeader('Transfer-Encoding', value, 'only "chunked" is understood', status);
  }
  const length = parseContentLength(headers, status);
  if (length === undefined) return { body: bytes.subarray(start), end: bytes.length };
  const available = bytes.length - start;
  if (available < length) throw bodyShort(available, length, status);
  return { body: bytes.subarray(start, start + length), end: start + length };
}

/** Content-Length as a number; `undefined` where the header is absent. */
export function parseContentLength(
  headers: Parameters<typeof headerValues>[0],
  status?: number,
): number | undefined {
  const values = headerValues(headers, 'content-length');
  if (values.length === 0) return undefined;
  const value = values[0]!;
  if (values.some((other) => other !== value)) {
    throw malformedHeader('Content-Length', values.join(', '), 'it is there more than once', status);
  }
  if (!/^\d{1,15}$/.test(value))
    throw malformedHeader('Content-Length', value, 'it must be a decimal number', status);
  return Number(value);
}

/** The error "body shorter than Content-Length". */
export function bodyShort(actual: number, expected: number, status?: number): HustDbProtocolError {
  return new HustDbProtocolError(
    `body shorter than Content-Length: ${actual} of ${expected} bytes; the reply was cut off`,
    { code: 'HUSTDB_BODY_SHORT', header: 'Content-Length', value: String(expected), status },
  );
}

/** Behind a reply only another one may follow; a line end is let pass, since editors and shells put one at a file's end. */
function refuseStrayBytes(bytes: Uint8Array, end: number): void {
  const rest = bytesToLatin1(bytes.subarray(end, end + 5));
  if (rest === '' || rest === 'HTTP/' || rest === '\n' || rest === '\r\n') return;
  throw malformed(`${bytes.length - end} bytes behind the end of the reply that are not another reply`, end);
}

function malformed(message: string, offset: number): HustDbProtocolError {
  return new HustDbProtocolError(message, { code: 'HUSTDB_MALFORMED_REPLY', offset });
}

function malformedHeader(header: string, value: string, why: string, status?: number): HustDbProtocolError {
  return new HustDbProtocolError(`malformed header ${header}: ${JSON.stringify(value)}: ${why}`, {
    code: 'HUSTDB_MALFORMED_HEADER',
    header,
    value,
    status,
  });
}
