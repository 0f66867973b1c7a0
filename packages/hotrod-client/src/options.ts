import { PROTOCOL_VERSIONS, type ProtocolVersion } from '@kvtwin/hotrod-protocol';
import { type HotRodAuthOptions, type ResolvedAuth, resolveAuth } from './auth-options.js';
import { HotRodError } from './hotrod-error.js';
import { DEFAULT_PORT, parseServerAddress, type ServerAddress } from './server-address.js';
import { type HotRodTls, mergeTls, resolveTls, type TlsSource } from './tls-options.js';

/** How a client connects and behaves. Times are milliseconds, sizes bytes. */
export interface HotRodClientOptions {
  /** Addresses to try in order, `host`, `host:port` or parts. Default `127.0.0.1:11222`. */
  readonly servers?: readonly (string | ServerAddress)[];
  /** Cache of `client.cache()` without a name. Default: the server's default cache. */
  readonly cache?: string;
  /** `'auto'` (default) asks the server with one 3.1 ping; a version pins it, for servers that cannot be asked. */
  readonly protocol?: ProtocolVersion | 'auto';
  /** Who logs in, on every connection before anything else. Default: nobody, or a client certificate where the server asks for one. */
  readonly auth?: HotRodAuthOptions;
  /** TLS: `true`, or options of node:tls. Default: none, or `true` for `hotrods://`. */
  readonly tls?: HotRodTls;
  /** Limit of making a connection, its TLS, first ping and login included. Default 2,000, as the Java client has it. */
  readonly connectTimeoutMs?: number;
  /** Limit of a call that gives none. Default 5,000: outlasts a server's garbage collection, not a user's patience. */
  readonly timeoutMs?: number;
  /** How often a call is sent again after a connection loss, if that is safe. Default 3, as the Java client has it. */
  readonly maxRetries?: number;
  /** Pause before a second attempt to connect; it doubles up to `reconnectMaxMs`, less up to half of it at random. Default 50. */
  readonly reconnectMinMs?: number;
  /** Longest pause between two attempts. Default 2,000: a restarted server is found within that time. */
  readonly reconnectMaxMs?: number;
  /** Requests that await their answer on one connection. Default 4,096: beyond it more only adds latency. */
  readonly maxInFlight?: number;
  /**
   * Bytes of keys and values of the calls that wait, past which `overload: 'reject'` refuses more. Default 64 MiB. A call
   * that waits is not encoded yet: with `'wait'` it holds what its caller gave and no more.
   */
  readonly maxQueuedBytes?: number;
  /** What a call does that cannot be sent at once: wait its turn (default), or fail with `HOTROD_OVERLOADED` past the two limits. */
  readonly overload?: 'wait' | 'reject';
  /**
   * After so long without a word from the server a connection is pinged, and dropped when the ping stays unanswered
   * as long as a call may take. 0 turns it off. Default 30,000, as the Java client has it.
   */
  readonly keepAliveMs?: number;
  /** Whether small packets go out at once (TCP_NODELAY). Default true. */
  readonly tcpNoDelay?: boolean;
  /** Whether the kernel probes idle connections too. Default true. */
  readonly tcpKeepAlive?: boolean;
  /** Longest value that is accepted from a server. Default 256 MiB. */
  readonly maxValueBytes?: number;
  /** Connects with the first call instead of in `connect()`, which then cannot fail. Default false. */
  readonly lazy?: boolean;
}

/** Options with every default filled in. */
export type ResolvedOptions = Required<Omit<HotRodClientOptions, 'servers' | 'cache' | 'auth' | 'tls'>> & {
  readonly servers: readonly ServerAddress[];
  readonly cache: string;
  readonly auth: ResolvedAuth | undefined;
  readonly tls: TlsSource | undefined;
};

const MAX_TIMER_MS = 0x7fff_ffff;
const MAX_WIRE_LENGTH = 0x7fff_ffff;

/** Fills in defaults and refuses what is out of range (`HOTROD_INVALID_ARGUMENT`). */
export function resolveOptions(given: HotRodClientOptions = {}): ResolvedOptions {
  const resolved: ResolvedOptions = {
    servers: resolveServers(given.servers),
    cache: given.cache ?? '',
    auth: given.auth && resolveAuth(given.auth, given.tls !== undefined),
    tls: resolveTls(given.tls),
    protocol: resolveProtocol(given.protocol ?? 'auto'),
    connectTimeoutMs: whole('connectTimeoutMs', given.connectTimeoutMs ?? 2_000, 1, MAX_TIMER_MS),
    timeoutMs: whole('timeoutMs', given.timeoutMs ?? 5_000, 1, MAX_TIMER_MS),
    maxRetries: whole('maxRetries', given.maxRetries ?? 3, 0, 1_000),
    reconnectMinMs: whole('reconnectMinMs', given.reconnectMinMs ?? 50, 1, MAX_TIMER_MS),
    reconnectMaxMs: whole('reconnectMaxMs', given.reconnectMaxMs ?? 2_000, 1, MAX_TIMER_MS),
    maxInFlight: whole('maxInFlight', given.maxInFlight ?? 4_096, 1, 1_000_000),
    maxQueuedBytes: whole(
      'maxQueuedBytes',
      given.maxQueuedBytes ?? 64 * 1024 * 1024,
      1,
      Number.MAX_SAFE_INTEGER,
    ),
    overload: oneOf('overload', given.overload ?? 'wait', ['wait', 'reject']),
    keepAliveMs: whole('keepAliveMs', given.keepAliveMs ?? 30_000, 0, MAX_TIMER_MS),
    tcpNoDelay: given.tcpNoDelay ?? true,
    tcpKeepAlive: given.tcpKeepAlive ?? true,
    maxValueBytes: whole('maxValueBytes', given.maxValueBytes ?? 256 * 1024 * 1024, 1, MAX_WIRE_LENGTH),
    lazy: given.lazy ?? false,
  };
  if (resolved.reconnectMinMs > resolved.reconnectMaxMs) {
    throw invalid(
      `reconnectMinMs (${resolved.reconnectMinMs}) is above reconnectMaxMs (${resolved.reconnectMaxMs})`,
    );
  }
  return resolved;
}

/** Both together; `second` goes before `first`. Login and TLS are put together field by field, so that none is lost. */
export function mergeOptions(first: HotRodClientOptions, second: HotRodClientOptions): HotRodClientOptions {
  const auth = first.auth && second.auth ? { ...first.auth, ...second.auth } : (second.auth ?? first.auth);
  return { ...first, ...second, auth, tls: mergeTls(first.tls, second.tls) };
}

/** Refuses a time limit that is none; undefined passes. */
export function checkTimeout(timeoutMs: number | undefined): void {
  if (timeoutMs !== undefined && !(timeoutMs > 0 && timeoutMs <= MAX_TIMER_MS)) {
    throw invalid(`timeoutMs is ${timeoutMs}; give milliseconds above 0, at most ${MAX_TIMER_MS}`);
  }
}

function resolveServers(given: HotRodClientOptions['servers']): ServerAddress[] {
  const servers = (given ?? [{ host: '127.0.0.1', port: DEFAULT_PORT }]).map((server) => {
    if (typeof server === 'string') return parseServerAddress(server);
    whole('port', server.port, 1, 65_535);
    if (typeof server.host === 'string' && server.host !== '') return server;
    throw invalid('a server has no host');
  });
  if (servers.length > 0) return servers;
  throw invalid('servers is empty; name at least one');
}

function resolveProtocol(given: string): ProtocolVersion | 'auto' {
  const known = PROTOCOL_VERSIONS.find((version) => version === given);
  if (known !== undefined) return known;
  if (given === 'auto') return given;
  throw invalid(
    `protocol is ${JSON.stringify(given)}; give 'auto' or one of ${PROTOCOL_VERSIONS.join(', ')}`,
  );
}

function whole(name: string, value: number, min: number, max: number): number {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw invalid(`${name} is ${value}; give a whole number from ${min} to ${max}`);
}

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const known = allowed.find((each) => each === value);
  if (known !== undefined) return known;
  throw invalid(`${name} is ${JSON.stringify(value)}; give one of ${allowed.join(', ')}`);
}

function invalid(message: string): HotRodError {
  return new HotRodError(message, { code: 'HOTROD_INVALID_ARGUMENT' });
}
