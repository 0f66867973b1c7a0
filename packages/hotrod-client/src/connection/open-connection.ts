import { performance } from 'node:perf_hooks';
import {
  type EventMessage,
  PROTOCOL_VERSIONS,
  Status,
  type Topology,
  versionByte,
} from '@kvtwin/hotrod-protocol';
import { HotRodError } from '../hotrod-error.js';
import { LOGIN_BY_CERTIFICATE, type ResolvedAuth } from '../options/auth-options.js';
import { formatServerAddress, type ServerAddress } from '../options/server-address.js';
import type { HotRodTlsOptions, TlsSource } from '../options/tls-options.js';
import type { PendingCall } from '../pending-call.js';
import { authenticate } from './authenticate.js';
import { Connection, type ConnectionEnd, type ConnectionLimits, type ConnectionOwner } from './connection.js';
import {
  FIRST_ASK,
  type NegotiateOptions,
  negotiateVersion,
  SHORT_ANSWER_VERSION,
} from './negotiate-version.js';
import { type OpenSocketOptions, openSocket } from './open-socket.js';
import { tlsFailureOf } from './tls-failure.js';
import { withinTime } from './within-time.js';

/** How a connection is opened. */
export interface OpenConnectionOptions
  extends Omit<OpenSocketOptions, 'tls'>,
    ConnectionLimits,
    Omit<NegotiateOptions, 'timeoutMs'> {
  /** Who hears of the connection once it is open. */
  readonly owner: ConnectionOwner;
  /** Milliseconds since the epoch. */
  readonly nowMs: () => number;
  readonly auth: ResolvedAuth | undefined;
  readonly tls: TlsSource | undefined;
}

/** A connection whose server has answered a ping, at the version that both speak, and knows who logs in. */
export async function openConnection(
  address: ServerAddress,
  options: OpenConnectionOptions,
): Promise<Connection> {
  const first = await attempt(address, options).catch((error: unknown) => {
    if (options.protocol === 'auto' && isUnknownVersion(error)) return 'unknown-version' as const;
    throw error;
  });
  if (first === 'unknown-version') return openOlder(address, options);
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

/** Servers that refuse the first ping's version do not say what they speak: the newest version that one takes is asked for. */
async function openOlder(address: ServerAddress, options: OpenConnectionOptions): Promise<Connection> {
  const older = PROTOCOL_VERSIONS.filter((version) => versionByte(version) < versionByte(FIRST_ASK));
  for (const protocol of older.reverse()) {
    try {
      const answer = await attempt(address, { ...options, protocol });
      if (answer !== 'short-answer') return answer;
    } catch (error) {
      if (!isUnknownVersion(error) || protocol === older.at(-1)) throw error;
    }
  }
  throw new HotRodError(`${formatServerAddress(address)} speaks no version of the protocol from 2.0 on`, {
    code: 'HOTROD_UNSUPPORTED',
    server: formatServerAddress(address),
  });
}

function isUnknownVersion(error: unknown): boolean {
  return HotRodError.is(error) && error.operation === 'ping' && error.status === Status.UNKNOWN_VERSION;
}

/** For servers that hang up without a word. */
const MUTE_HINT = '; if it wants TLS, use hotrods://';
const MUTE_TLS_HINT = '; it may want another client certificate';

async function attempt(
  address: ServerAddress,
  options: OpenConnectionOptions,
): Promise<Connection | 'short-answer'> {
  const startedMs = performance.now();
  const leftMs = (): number => Math.max(1, options.connectTimeoutMs - (performance.now() - startedMs));
  const tls = options.tls && (await loadTls(options.tls, options));
  const opened = await openSocket(address, { ...options, tls, connectTimeoutMs: Math.ceil(leftMs()) });
  const doorkeeper = new Doorkeeper(options.owner, tls !== undefined);
  const connection = new Connection(opened, formatServerAddress(address), doorkeeper, options, options.nowMs);
  const onAbort = (): void => connection.drop('HOTROD_CLOSED', 'the client was closed');
  options.signal.addEventListener('abort', onAbort, { once: true });
  try {
    const answer = await negotiateVersion(connection, { protocol: options.protocol, timeoutMs: leftMs() });
    if (answer === 'done') {
      await login(connection, options, tls, leftMs());
      doorkeeper.open();
      return connection;
    }
    connection.drop('HOTROD_CONNECT', 'the server answers pings in part only');
    return answer;
  } catch (error) {
    connection.drop('HOTROD_CONNECT', 'the first ping or the login failed', error);
    throw error;
  } finally {
    options.signal.removeEventListener('abort', onAbort);
  }
}

async function loadTls(
  source: TlsSource,
  { connectTimeoutMs: timeoutMs, signal }: OpenConnectionOptions,
): Promise<HotRodTlsOptions> {
  try {
    return await withinTime(source(), { timeoutMs, signal, what: 'the tls options' });
  } catch (cause) {
    if (HotRodError.is(cause)) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HotRodError(`the tls options cannot be had: ${why}`, { code: 'HOTROD_TLS', cause });
  }
}

async function login(
  connection: Connection,
  { auth, signal }: OpenConnectionOptions,
  tls: HotRodTlsOptions | undefined,
  timeoutMs: number,
): Promise<void> {
  const secure = tls !== undefined;
  if (auth !== undefined) {
    await authenticate(connection, { auth, optional: false, secure, timeoutMs, signal });
  } else if (tls?.cert !== undefined || tls?.pfx !== undefined) {
    await authenticate(connection, { auth: LOGIN_BY_CERTIFICATE, optional: true, secure, timeoutMs, signal });
  }
}

/** Keeps the owner out of it until the first ping is answered and the login made: only those can be lost before. */
class Doorkeeper implements ConnectionOwner {
  readonly #owner: ConnectionOwner;
  readonly #secure: boolean;
  #isOpen = false;

  constructor(owner: ConnectionOwner, secure: boolean) {
    this.#owner = owner;
    this.#secure = secure;
  }

  open(): void {
    this.#isOpen = true;
  }

  onProgress(): void {
    if (this.#isOpen) this.#owner.onProgress();
  }

  onTopology(connection: Connection, call: PendingCall, topology: Topology): void {
    if (this.#isOpen) this.#owner.onTopology(connection, call, topology);
  }

  onEvent(connection: Connection, event: EventMessage): void {
    if (this.#isOpen) this.#owner.onEvent(connection, event);
  }

  onUnavailable(call: PendingCall): boolean {
    return this.#isOpen && this.#owner.onUnavailable(call);
  }

  onEnd(connection: Connection, end: ConnectionEnd): void {
    if (this.#isOpen) {
      this.#owner.onEnd(connection, end);
      return;
    }
    // What a server of TLS 1.3 thinks of the client's certificate comes after the handshake.
    const distrust = this.#secure ? tlsFailureOf(end.cause) : undefined;
    const lost = end.code === 'HOTROD_CONNECTION_LOST' ? 'HOTROD_CONNECT' : end.code;
    const code = distrust === undefined ? lost : 'HOTROD_TLS';
    const hint = connection.bytesRead > 0 ? '' : this.#secure ? MUTE_TLS_HINT : MUTE_HINT;
    for (const call of end.calls) {
      call.fail(`got no answer: ${distrust ?? end.why + hint}`, {
        code,
        retryable: code === 'HOTROD_CONNECT',
        cause: end.cause,
      });
    }
  }
}
