import { performance } from 'node:perf_hooks';
import { Connection, type ConnectionEnd, type ConnectionLimits, type ConnectionOwner } from './connection.js';
import { HotRodError } from './hotrod-error.js';
import { type NegotiateOptions, negotiateVersion, SHORT_ANSWER_VERSION } from './negotiate-version.js';
import { type OpenSocketOptions, openSocket } from './open-socket.js';
import { formatServerAddress, type ServerAddress } from './server-address.js';

/** How a connection is opened. */
export interface OpenConnectionOptions
  extends OpenSocketOptions,
    ConnectionLimits,
    Omit<NegotiateOptions, 'timeoutMs'> {
  /** Who hears of the connection once it is open. */
  readonly owner: ConnectionOwner;
  /** Milliseconds since the epoch. */
  readonly nowMs: () => number;
}

/** A connection whose server has answered a ping, at the version that both speak. */
export async function openConnection(
  address: ServerAddress,
  options: OpenConnectionOptions,
): Promise<Connection> {
  const first = await attempt(address, options);
  if (first !== 'short-answer') return first;
  const second = await attempt(address, { ...options, protocol: SHORT_ANSWER_VERSION });
  if (second !== 'short-answer') return second;
  throw new HotRodError(
    `${formatServerAddress(address)} answers pings in part only; pin the protocol version`,
    {
      code: 'HOTROD_CONNECT',
      server: formatServerAddress(address),
    },
  );
}

async function attempt(
  address: ServerAddress,
  options: OpenConnectionOptions,
): Promise<Connection | 'short-answer'> {
  const startedMs = performance.now();
  const socket = await openSocket(address, options);
  const timeoutMs = Math.max(1, options.connectTimeoutMs - (performance.now() - startedMs));
  const doorkeeper = new Doorkeeper(options.owner);
  const connection = new Connection(socket, formatServerAddress(address), doorkeeper, options, options.nowMs);
  const onAbort = (): void => connection.drop('HOTROD_CLOSED', 'the client was closed');
  options.signal.addEventListener('abort', onAbort, { once: true });
  try {
    const answer = await negotiateVersion(connection, { protocol: options.protocol, timeoutMs });
    if (answer === 'done') {
      doorkeeper.open();
      return connection;
    }
    connection.drop('HOTROD_CONNECT', 'the server answers pings in part only');
    return answer;
  } catch (error) {
    connection.drop('HOTROD_CONNECT', 'the first ping failed', error);
    throw error;
  } finally {
    options.signal.removeEventListener('abort', onAbort);
  }
}

/** Keeps the owner out of it until the first ping is answered: only that ping can be lost before. */
class Doorkeeper implements ConnectionOwner {
  readonly #owner: ConnectionOwner;
  #isOpen = false;

  constructor(owner: ConnectionOwner) {
    this.#owner = owner;
  }

  open(): void {
    this.#isOpen = true;
  }

  onProgress(): void {
    if (this.#isOpen) this.#owner.onProgress();
  }

  onEnd(connection: Connection, end: ConnectionEnd): void {
    if (this.#isOpen) {
      this.#owner.onEnd(connection, end);
      return;
    }
    const code = end.code === 'HOTROD_CONNECTION_LOST' ? 'HOTROD_CONNECT' : end.code;
    for (const call of end.calls) {
      call.fail(`got no answer: ${end.why}`, {
        code,
        retryable: code === 'HOTROD_CONNECT',
        cause: end.cause,
      });
    }
  }
}
