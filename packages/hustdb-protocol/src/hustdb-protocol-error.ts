/**
 * Why a HustDB reply or request was not understood. Match on `code`:
 * - `HUSTDB_CLOSED_WITHOUT_REPLY`: the connection ended without a single byte (the HA does so on bad parameters).
 * - `HUSTDB_BODY_SHORT`: the body is shorter than its Content-Length.
 * - `HUSTDB_MALFORMED_REPLY`: not an HTTP reply, or bytes behind it that are no reply.
 * - `HUSTDB_MALFORMED_HEADER`: a header is missing, repeated, or its value impossible; see `header` and `value`.
 * - `HUSTDB_ENCODED_BODY`: a Content-Encoding that was not asked for.
 * - `HUSTDB_UNAUTHORIZED`: 401 of the front or of a node's own access check: the credentials are missing or wrong.
 * - `HUSTDB_NOT_MODIFIED`: 304, which only conditional headers bring about.
 * - `HUSTDB_SERVER_ERROR`: 5xx.
 * - `HUSTDB_HTML`: a page where data was due; this is no HustDB endpoint.
 * - `HUSTDB_UNEXPECTED_STATUS`: any other status that the endpoint does not have.
 * - `HUSTDB_INVALID_REQUEST`: the request would be refused, cut or misread by HustDB; nothing was sent. See `parameter`.
 * - `HUSTDB_INVALID_TABLE`: a cluster's table file that HustDB HA would not start with.
 */
export type HustDbProtocolErrorCode =
  | 'HUSTDB_CLOSED_WITHOUT_REPLY'
  | 'HUSTDB_BODY_SHORT'
  | 'HUSTDB_MALFORMED_REPLY'
  | 'HUSTDB_MALFORMED_HEADER'
  | 'HUSTDB_ENCODED_BODY'
  | 'HUSTDB_UNAUTHORIZED'
  | 'HUSTDB_NOT_MODIFIED'
  | 'HUSTDB_SERVER_ERROR'
  | 'HUSTDB_HTML'
  | 'HUSTDB_UNEXPECTED_STATUS'
  | 'HUSTDB_INVALID_REQUEST'
  | 'HUSTDB_INVALID_TABLE';

/** Structured context of a {@link HustDbProtocolError}. */
export interface HustDbProtocolErrorDetails {
  readonly code: HustDbProtocolErrorCode;
  /** The HTTP status, where one was read. */
  readonly status?: number;
  /** Name of the header at fault, as the documents spell it. */
  readonly header?: string;
  /** The header's value as it was sent; absent where the header is missing. */
  readonly value?: string;
  /** Name of the request parameter at fault. */
  readonly parameter?: string;
  /** Offset into the raw reply in bytes, where one is known. */
  readonly offset?: number;
  readonly cause?: unknown;
}

const brand = Symbol.for('@kvtwin/hustdb-protocol/HustDbProtocolError');

/** The one error type of this package. */
export class HustDbProtocolError extends Error {
  readonly code: HustDbProtocolErrorCode;
  readonly status: number | undefined;
  readonly header: string | undefined;
  readonly value: string | undefined;
  readonly parameter: string | undefined;
  readonly offset: number | undefined;

  constructor(message: string, details: HustDbProtocolErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'HustDbProtocolError';
    this.code = details.code;
    this.status = details.status;
    this.header = details.header;
    this.value = details.value;
    this.parameter = details.parameter;
    this.offset = details.offset;
    Object.defineProperty(this, brand, { value: true, enumerable: false });
  }

  /** Recognises a HustDbProtocolError, also one made by another copy of this package. */
  static is(value: unknown): value is HustDbProtocolError {
    return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true;
  }
}
