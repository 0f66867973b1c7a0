import { METHODS } from 'node:http';
import {
  type BodyFraming,
  bodyFraming,
  type HeaderList,
  headerValue,
  headerValues,
  parseHeaderLines,
} from '@kvtwin/hustdb-protocol';

/** What the header lines of a request say, as far as anybody here asks. */
export interface RequestFields {
  readonly hasHost: boolean;
  readonly authorization: string | undefined;
  /** The caller's own name for the request, where there is exactly one. */
  readonly requestId: string | undefined;
  readonly framing: Exclude<BodyFraming, 'contradictory'>;
  /** Lower case; empty where there is none. */
  readonly connection: string;
  readonly expectsContinue: boolean;
}

/** A request without its body. */
export interface RequestHead {
  readonly method: string;
  /** As it was sent, one character per byte. */
  readonly target: string;
  readonly isHttp10: boolean;
  readonly fields: RequestFields;
}

/** Why what came is no request. `connect`: a method that wants a connection to somebody else. */
export type RequestFault = 'malformed' | 'line-too-long' | 'head-too-large' | 'connect';

/** What came so far: a head and the offset behind it, not all of one, or none. */
export type ReadHead =
  | { readonly head: RequestHead; readonly end: number }
  | { readonly fault: RequestFault }
  | undefined;

/** nginx gives a request line 4 KiB, line end included. */
const REQUEST_LINE_LIMIT_BYTES = 4096;
/** Request line and headers together; nginx takes four buffers of 4 KiB, and some callers send larger cookies. */
const HEAD_LIMIT_BYTES = 32 * 1024;

const HEAD_END = Buffer.from('\r\n\r\n');
const CR = 0x0d;
const LF = 0x0a;
/** HustDB HA takes raw bytes from 0x80 on in a target: `curl 'http://…/get?key=你'` sends them so. */
const TARGET = /^(?:\/|\*$|https?:\/\/)[!-~\x80-\xff]*$/i;
const KNOWN_METHODS: ReadonlySet<string> = new Set(METHODS);

/**
 * Reads the heads of the requests of one connection, strictly. Header lines that equal those of the request before are not read again:
 * a caller sends the same ones each time.
 *
 *     method SP target SP HTTP/1.x CRLF | (name: value CRLF)* | CRLF
 */
export class RequestDecoder {
  #lines = '';
  #fields: RequestFields | undefined;

  /** Reads the head that begins at `start`, where a byte is and no empty line. */
  read(bytes: Buffer, start: number): ReadHead {
    const end = bytes.indexOf(HEAD_END, start);
    if (end < 0) return faultOfBegun(bytes, start);
    if (end - start > HEAD_LIMIT_BYTES) return { fault: faultOfLength(bytes, start) };
    const text = bytes.toString('latin1', start, end + 2);
    const lineEnd = text.indexOf('\r\n');
    if (lineEnd + 2 > REQUEST_LINE_LIMIT_BYTES) return { fault: 'line-too-long' };
    const fields = this.#fieldsOf(text.slice(lineEnd + 2));
    const head = parseLine(text.slice(0, lineEnd), fields);
    return typeof head === 'string' ? { fault: head } : { head, end: end + HEAD_END.length };
  }

  #fieldsOf(lines: string): RequestFields | undefined {
    if (this.#fields === undefined || lines !== this.#lines) {
      this.#fields = parseFields(lines);
      this.#lines = lines;
    }
    return this.#fields;
  }
}

/** The offset behind any empty lines at `from`, which some callers send behind a body. */
export function behindEmptyLines(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === CR || bytes[at] === LF) at++;
  return at;
}

/** Refuses at once what cannot become a request any more. */
function faultOfBegun(bytes: Buffer, start: number): ReadHead {
  const length = bytes.length - start;
  const lineEnd = bytes.indexOf(LF, start);
  if (lineEnd < 0) {
    if (length > REQUEST_LINE_LIMIT_BYTES) return { fault: 'line-too-long' };
    return /^[A-Z-]/.test(String.fromCharCode(bytes[start]!)) ? undefined : { fault: 'malformed' };
  }
  if (lineEnd + 1 - start > REQUEST_LINE_LIMIT_BYTES) return { fault: 'line-too-long' };
  const line = bytes.toString('latin1', start, lineEnd);
  if (!line.endsWith('\r')) return { fault: 'malformed' };
  const head = parseLine(line.slice(0, -1), NO_FIELDS);
  if (typeof head === 'string') return { fault: head };
  return length > HEAD_LIMIT_BYTES ? { fault: 'head-too-large' } : undefined;
}

function faultOfLength(bytes: Buffer, start: number): RequestFault {
  const lineEnd = bytes.indexOf(LF, start);
  return lineEnd + 1 - start > REQUEST_LINE_LIMIT_BYTES ? 'line-too-long' : 'head-too-large';
}

const NO_FIELDS: RequestFields = {
  hasHost: false,
  authorization: undefined,
  requestId: undefined,
  framing: 'none',
  connection: '',
  expectsContinue: false,
};

function parseLine(line: string, fields: RequestFields | undefined): RequestHead | RequestFault {
  const methodEnd = line.indexOf(' ');
  const targetEnd = line.lastIndexOf(' ');
  const method = line.slice(0, methodEnd);
  const version = line.slice(targetEnd + 1);
  const isHttp10 = version === 'HTTP/1.0';
  if (!(isHttp10 || version === 'HTTP/1.1') || fields === undefined) return 'malformed';
  if (method === 'CONNECT') return 'connect';
  const target = line.slice(methodEnd + 1, targetEnd);
  if (!TARGET.test(target) || !(method === 'GET' || KNOWN_METHODS.has(method))) return 'malformed';
  return { method, target, isHttp10, fields };
}

function parseFields(lines: string): RequestFields | undefined {
  const headers = parseHeaderLines(lines);
  const framing = headers === undefined ? 'contradictory' : bodyFraming(headers);
  if (headers === undefined || framing === 'contradictory') return undefined;
  return {
    hasHost: headerValue(headers, 'host') !== undefined,
    authorization: headerValue(headers, 'authorization'),
    requestId: onlyValue(headers, 'x-request-id'),
    framing,
    connection: headerValues(headers, 'connection').join(',').toLowerCase(),
    expectsContinue: headerValue(headers, 'expect')?.toLowerCase() === '100-continue',
  };
}

function onlyValue(headers: HeaderList, name: string): string | undefined {
  const values = headerValues(headers, name);
  return values.length === 1 ? values[0] : undefined;
}
