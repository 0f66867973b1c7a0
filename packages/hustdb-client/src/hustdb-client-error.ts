import { HustDbProtocolError, type HustDbProtocolErrorCode } from '@kvtwin/hustdb-protocol';

/**
 * Why a call to a HustDB server failed. Match on `code`: those of `@kvtwin/hustdb-protocol` for a reply that was not
 * understood and a request that was not sent (`HUSTDB_INVALID_REQUEST`), and
 * - `HUSTDB_UNREACHABLE`: refused, no route, no such host.
 * - `HUSTDB_RESET`: the connection broke before the reply began. HustDB HA also closes so on bad parameters.
 * - `HUSTDB_TIMEOUT`: no complete reply within the call's time limit.
 * - `HUSTDB_ABORTED`: the caller's signal fired.
 * - `HUSTDB_REPLY_TOO_LARGE`: the reply's body is longer than `maxReplyBytes`.
 * - `HUSTDB_OVERLOADED`: `maxPending` calls were under way already.
 * - `HUSTDB_CLOSED`: the client was closed by its owner.
 * - `HUSTDB_PEER_FAILED`: the HA's 404 to a listing or counters of one of its nodes: that node does not answer it.
 * - `HUSTDB_INVALID_URL`: the address is none.
 */
export type HustDbClientErrorCode =
  | HustDbProtocolErrorCode
  | 'HUSTDB_UNREACHABLE'
  | 'HUSTDB_RESET'
  | 'HUSTDB_TIMEOUT'
  | 'HUSTDB_ABORTED'
  | 'HUSTDB_REPLY_TOO_LARGE'
  | 'HUSTDB_OVERLOADED'
  | 'HUSTDB_CLOSED'
  | 'HUSTDB_PEER_FAILED'
  | 'HUSTDB_INVALID_URL';

/** Structured context of a {@link HustDbClientError}. */
export interface HustDbClientErrorDetails {
  readonly code: HustDbClientErrorCode;
  /** `host:port`. */
  readonly server?: string;
  /** The command: `get`, `hset`, … */
  readonly operation?: string;
  /** Whether a write may have happened all the same. */
  readonly mayHaveBeenApplied?: boolean;
  readonly status?: number;
  readonly cause?: unknown;
}

const brand = Symbol.for('@kvtwin/hustdb-client/HustDbClientError');

/** The one error type of this package's clients. Misses and version mismatches are results, not errors. */
export class HustDbClientError extends Error {
  readonly code: HustDbClientErrorCode;
  readonly server: string | undefined;
  readonly operation: string | undefined;
  readonly mayHaveBeenApplied: boolean;
  readonly status: number | undefined;

  constructor(message: string, details: HustDbClientErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'HustDbClientError';
    this.code = details.code;
    this.server = details.server;
    this.operation = details.operation;
    this.mayHaveBeenApplied = details.mayHaveBeenApplied ?? false;
    this.status = details.status;
    Object.defineProperty(this, brand, { value: true, enumerable: false });
  }

  /** Recognises a HustDbClientError, also one made by another copy of this package. */
  static is(value: unknown): value is HustDbClientError {
    return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true;
  }

  /**
   * A protocol error with the call's context added; anything else as it is. A server that answers a write with 3xx or 4xx
   * (its access check, another method, a page) did not do it, whatever the context says.
   */
  static fromProtocol(
    error: unknown,
    context: { readonly server: string; readonly operation: string; readonly mayHaveBeenApplied: boolean },
  ): unknown {
    if (!HustDbProtocolError.is(error)) return error;
    const { code, status } = error;
    const message = `${context.operation} at ${context.server}: ${error.message}`;
    const mayHaveBeenApplied = context.mayHaveBeenApplied && !isRefusal(error);
    return new HustDbClientError(message, { ...context, mayHaveBeenApplied, code, status, cause: error });
  }
}

function isRefusal({ code, status = 0 }: HustDbProtocolError): boolean {
  const understood =
    code === 'HUSTDB_UNAUTHORIZED' || code === 'HUSTDB_HTML' || code === 'HUSTDB_UNEXPECTED_STATUS';
  return understood && status >= 300 && status < 500 && status !== 408;
}
