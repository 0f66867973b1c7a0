/**
 * Why a call failed. Match on `code`, never on the message:
 * - `HOTROD_INVALID_ARGUMENT`: an option, key or value outside its rules; nothing was sent.
 * - `HOTROD_INVALID_URI`: the URI cannot be read, or has a property that nobody knows.
 * - `HOTROD_UNSUPPORTED`: the protocol version in use lacks this, or this client does not do it yet; nothing was sent.
 * - `HOTROD_CONNECT`: no connection could be made (refused, no route, no answer to the first ping).
 * - `HOTROD_TLS`: no trust between the two sides (certificates, names, versions), or a server that speaks no TLS.
 * - `HOTROD_CONNECTION_LOST`: the connection ended while the call was under way.
 * - `HOTROD_TIMEOUT`: no answer within the call's time limit.
 * - `HOTROD_ABORTED`: the caller's signal fired.
 * - `HOTROD_OVERLOADED`: `maxInFlight` or `maxQueuedBytes` was reached with `overload: 'reject'`; nothing was sent.
 * - `HOTROD_CLOSED`: the client was closed by its owner.
 * - `HOTROD_PROTOCOL`: what came back is not Hot Rod, or not an answer to anything asked; the connection was dropped.
 * - `HOTROD_AUTH`: no login (wrong credentials, no mechanism in common, a server that cannot prove itself), or no right to do this.
 * - `HOTROD_CACHE_NOT_FOUND`: the server has no such cache (or no default cache, where none was named).
 * - `HOTROD_MEDIA_TYPE`: the server cannot convert between the cache's storage type and the type asked for.
 * - `HOTROD_REQUEST_REFUSED`: the server could not read the request (statuses 0x81 to 0x84); the connection was dropped.
 * - `HOTROD_SERVER_ERROR`: the server failed while executing it (status 0x85).
 * - `HOTROD_SERVER_TIMEOUT`: the server timed out inside its cluster (status 0x86); a write may have happened.
 * - `HOTROD_NODE_SUSPECTED`: a node of the cluster was lost meanwhile (status 0x87).
 * - `HOTROD_ILLEGAL_LIFECYCLE`: the cache or server is starting or stopping (status 0x88).
 * - `HOTROD_CONFLICT`: `update()` came second to other writers as often as it may try; its last attempt changed nothing.
 * - `HOTROD_CODEC`: a codec threw on a key or value.
 * - `HOTROD_ITERATION_LOST`: the server forgot the cursor (idle for minutes, or the connection to it ended).
 */
export type HotRodErrorCode =
  | 'HOTROD_INVALID_ARGUMENT'
  | 'HOTROD_INVALID_URI'
  | 'HOTROD_UNSUPPORTED'
  | 'HOTROD_CONNECT'
  | 'HOTROD_TLS'
  | 'HOTROD_CONNECTION_LOST'
  | 'HOTROD_TIMEOUT'
  | 'HOTROD_ABORTED'
  | 'HOTROD_OVERLOADED'
  | 'HOTROD_CLOSED'
  | 'HOTROD_PROTOCOL'
  | 'HOTROD_AUTH'
  | 'HOTROD_CACHE_NOT_FOUND'
  | 'HOTROD_MEDIA_TYPE'
  | 'HOTROD_REQUEST_REFUSED'
  | 'HOTROD_SERVER_ERROR'
  | 'HOTROD_SERVER_TIMEOUT'
  | 'HOTROD_NODE_SUSPECTED'
  | 'HOTROD_ILLEGAL_LIFECYCLE'
  | 'HOTROD_CONFLICT'
  | 'HOTROD_CODEC'
  | 'HOTROD_ITERATION_LOST';

/** Structured context of a {@link HotRodError}. */
export interface HotRodErrorDetails {
  /** What happened; match on this. */
  readonly code: HotRodErrorCode;
  /** Operation name as in the protocol: `get`, `putIfAbsent`, … */
  readonly operation?: string;
  /** Name of the cache. */
  readonly cache?: string;
  /** `host:port`. */
  readonly server?: string;
  /** The request's number on its connection. */
  readonly messageId?: number;
  /** The status byte of the server's answer. */
  readonly status?: number;
  /** Whether the server may have executed the operation all the same. Default false. */
  readonly mayHaveBeenApplied?: boolean;
  /** Whether the same call may succeed later without any change. Default false. */
  readonly retryable?: boolean;
  /** What it came from. */
  readonly cause?: unknown;
}

const BRAND = Symbol.for('@kvtwin/hotrod-client/HotRodError');

/** The one error type that this package throws. Misses and version mismatches are values, never errors. */
export class HotRodError extends Error {
  /** Always `HotRodError`. */
  override readonly name = 'HotRodError';
  /** What happened; match on this. */
  readonly code: HotRodErrorCode;
  /** Operation name as in the protocol. */
  readonly operation?: string;
  /** Name of the cache, where it is about one. */
  readonly cache?: string;
  /** `host:port`, where it is about one. */
  readonly server?: string;
  /** The request's number on its connection, where it was sent. */
  readonly messageId?: number;
  /** The status byte of the server's answer, where there was one. */
  readonly status?: number;
  /** Whether the server may have executed the operation all the same. */
  readonly mayHaveBeenApplied: boolean;
  /** Whether the same call may succeed later without any change. */
  readonly retryable: boolean;

  /** Made by this package. */
  constructor(message: string, details: HotRodErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.operation = details.operation;
    this.cache = details.cache;
    this.server = details.server;
    this.messageId = details.messageId;
    this.status = details.status;
    this.mayHaveBeenApplied = details.mayHaveBeenApplied ?? false;
    this.retryable = details.retryable ?? false;
    Object.defineProperty(this, BRAND, { value: true, enumerable: false });
  }

  /** Whether it is a HotRodError, of this copy of the package or of another one. */
  static is(value: unknown): value is HotRodError {
    return typeof value === 'object' && value !== null && BRAND in value;
  }
}
