import { HustDbClientError } from './hustdb-client-error.js';

/** Credentials of HTTP Basic. */
export interface HustDbCredentials {
  readonly user: string;
  readonly password: string;
}

/** What every call takes. */
export interface HustDbCallOptions {
  readonly signal?: AbortSignal;
  /** For this call, in milliseconds; without it the client's own default applies. */
  readonly timeoutMs?: number;
}

/** The part of larger options that is about the call. */
export function callOf({ signal, timeoutMs }: HustDbCallOptions): HustDbCallOptions {
  return {
    ...(signal === undefined ? {} : { signal }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

/** How a client connects. */
export interface HustDbClientOptions {
  readonly host: string;
  readonly port: number;
  readonly auth?: HustDbCredentials;
  /** Connections at a time. Default 16: a node answers in tens of microseconds, so more would only wait elsewhere. */
  readonly connections?: number;
  /**
   * Reads under way on one connection at a time, for when all connections are in use. Default 1, as HustDB's storage nodes are not
   * known to answer requests in order that come before the answer to the one in front; nginx and kvtwin's own node do.
   */
  readonly pipelining?: number;
  /** Calls under way or waiting at a time; one more is refused. Default 10,000. */
  readonly maxPending?: number;
  /** Default time limit of a call in milliseconds, connecting included. Default 5000. */
  readonly timeoutMs?: number;
  /** Longest reply body in bytes. Default 67,108,864 + 65,536: two values of 32 MiB, as a conflict has them. */
  readonly maxReplyBytes?: number;
}

/** Options with every default filled in. */
export interface CheckedClientOptions {
  readonly host: string;
  readonly port: number;
  readonly authorization: string | undefined;
  readonly connections: number;
  readonly pipelining: number;
  readonly maxPending: number;
  readonly timeoutMs: number;
  readonly maxReplyBytes: number;
}

/** Checks and fills in options; throws `HUSTDB_INVALID_URL` for an address or credentials that are none. */
export function checkClientOptions(options: HustDbClientOptions): CheckedClientOptions {
  const { host, port, auth } = options;
  if (host === '' || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw invalid(
      `${JSON.stringify(`${host}:${port}`)} is no address: a host and a port from 1 to 65535 are due`,
    );
  }
  if (auth?.user.includes(':') === true) throw invalid('a user name must not contain ":"');
  return {
    host,
    port,
    authorization: auth === undefined ? undefined : basicToken(auth),
    connections: positive('connections', options.connections ?? 16),
    pipelining: positive('pipelining', options.pipelining ?? 1),
    maxPending: positive('maxPending', options.maxPending ?? 10_000),
    timeoutMs: positive('timeoutMs', options.timeoutMs ?? 5000),
    maxReplyBytes: positive('maxReplyBytes', options.maxReplyBytes ?? 2 ** 26 + 65_536),
  };
}

function basicToken({ user, password }: HustDbCredentials): string {
  return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
}

function positive(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw invalid(`${name} must be a positive integer, not ${value}`);
}

function invalid(message: string): HustDbClientError {
  return new HustDbClientError(message, { code: 'HUSTDB_INVALID_URL' });
}
