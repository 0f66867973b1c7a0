import type { HotRodErrorCode } from '../hotrod-error.js';
import type { LatencySummary } from './latency-histogram.js';

/** What was asked of one operation. */
export interface OperationStats {
  /** Calls that are settled. */
  readonly calls: number;
  /** Those of them that failed. */
  readonly errors: number;
  /** From the call to its settlement, waiting and all attempts included, of those that succeeded. */
  readonly latency: LatencySummary;
}

/** What was asked of one server. */
export interface ServerStats extends OperationStats {
  /** Calls that were sent once more after an attempt was lost here. */
  readonly retries: number;
  /** By the operation's name in the protocol. */
  readonly operations: Readonly<Record<string, OperationStats>>;
}

/**
 * What a client has done since it was made. Memory is bounded: the first 64 servers are counted apart, later ones
 * together under `other`; calls that never got to a server stand under `none`.
 */
export interface ClientStats extends OperationStats {
  /** Calls that were sent once more after an attempt was lost. */
  readonly retries: number;
  /** Calls that wait for a connection or for their turn, and the bytes of their keys and values. */
  readonly waiting: number;
  /** Bytes of their keys and values. */
  readonly waitingBytes: number;
  /** Requests sent and not yet answered, also those whose callers have given up. */
  readonly inFlight: number;
  /** Over all connections there have been, logins and pings included. */
  readonly bytesReceived: number;
  /** As {@link bytesReceived}, in the other direction. */
  readonly bytesSent: number;
  /** How often calls failed, by the error's code. */
  readonly errorsByCode: Readonly<Partial<Record<HotRodErrorCode, number>>>;
  /** By the operation's name in the protocol. */
  readonly operations: Readonly<Record<string, OperationStats>>;
  /** By `host:port`. */
  readonly servers: Readonly<Record<string, ServerStats>>;
}
