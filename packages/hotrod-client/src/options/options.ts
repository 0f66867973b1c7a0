import { ClientIntelligence, PROTOCOL_VERSIONS, type ProtocolVersion } from '@kvtwin/hotrod-protocol';
import type { TraceContext } from '../connection/trace-context.js';
import { HotRodError } from '../hotrod-error.js';
import { type HotRodAuthOptions, type ResolvedAuth, resolveAuth } from './auth-options.js';
import { checkOptionShapes, type OptionShape } from './check-option-shapes.js';
import { DEFAULT_PORT, parseServerAddress, type ServerAddress } from './server-address.js';
import { type HotRodTls, mergeTls, resolveTls, type TlsSource } from './tls-options.js';

/** How a client connects and behaves. Times are milliseconds, sizes bytes. */
export interface HotRodClientOptions {
  /**
   * Addresses to begin with, `host`, `host:port` or parts, tried in order; servers name the other members of their
   * cluster themselves. Default `127.0.0.1:11222`.
   */
  readonly servers?: readonly (string | ServerAddress)[];
  /**
   * Other clusters that hold the same data, by name: their addresses. When no server of the site in use can be reached,
   * the client goes on with the first site of which one answers. The site of `servers` is called `default`.
   */
  readonly sites?: Readonly<Record<string, SiteOptions | readonly (string | ServerAddress)[]>>;
  /**
   * What the client makes of the cluster. `hash` (default): it knows the members and sends each key to its owner;
   * `topology`: it knows the members and uses them in turn; `basic`: it uses the addresses given in turn, and no others.
   */
  readonly intelligence?: Intelligence;
  /**
   * Where a member of the cluster is reached, by the address that the servers name it by: for servers in containers or
   * behind address translation. Default: there.
   */
  readonly mapAddress?: (host: string, port: number) => ServerAddress;
  /** Name of the client in diagnostics. Default: none. */
  readonly name?: string;
  /**
   * The trace that calls belong to, sent along from protocol 4.0 on so that the server's spans join it. Default: none.
   * {@link TraceContext}
   */
  readonly traceContext?: TraceContext;
  /** Cache of `client.cache()` without a name. Default: the server's default cache. */
  readonly cache?: string;
  /** `'auto'` (default) asks the server with one 3.1 ping, and with older ones where it does not know that; a version pins it. */
  readonly protocol?: ProtocolVersion | 'auto';
  /** Who logs in, on every connection before anything else. Default: nobody, or a client certificate where the server asks for one. */
  readonly auth?: HotRodAuthOptions;
  /** TLS: `true`, or options of node:tls. Default: none, or `true` for `hotrods://`. */
  readonly tls?: HotRodTls;
  /** Limit of making a connection, its TLS, first ping and login included. Default 2,000, as the Java client has it. */
  readonly connectTimeoutMs?: number;
  /** Limit of a call that gives none. Default 5,000: outlasts a server's garbage collection, not a user's patience. */
  readonly timeoutMs?: number;
  /**
   * How often a call is sent again, to another server where there is one, after a connection loss or a server that says
   * "not here, not now", if that is safe. Default 3, as the Java client has it.
   */
  readonly maxRetries?: number;
  /**
   * Whether writes are sent again too when their answer was lost, if twice is the same as once (`set`, `setMany`,
   * `replace`, `clear`; never `setIfAbsent`, `replaceIf`, `delete`, `deleteIf` or what answers a previous value). Default
   * true. With false such a call fails with `mayHaveBeenApplied`: for several writers of a key, where one's repeated
   * write must not hide another's.
   */
  readonly retryWrites?: boolean;
  /** Pause before a second attempt to connect; it doubles up to `reconnectMaxMs`, less up to half of it at random. Default 50. */
  readonly reconnectMinMs?: number;
  /**
   * Longest pause between two attempts. Default 2,000: a restarted server is found within that time. Calls are kept away
   * from a server that failed until an attempt in the background succeeds.
   */
  readonly reconnectMaxMs?: number;
  /** Requests that await their answer on one connection, of which there is one to each server. Default 4,096: beyond it more only adds latency. */
  readonly maxInFlight?: number;
  /**
   * Bytes of keys and values of all calls of the client that wait, past which `overload: 'reject'` refuses more. Default 64 MiB. A call
   * that waits is not encoded yet: with `'wait'` it holds what its caller gave and no more.
   */
  readonly maxQueuedBytes?: number;
  /** What a call does that cannot be sent at once: wait its turn (default), or fail with `HOTROD_OVERLOADED` past the two limits. */
  readonly overload?: 'wait' | 'reject';
  /**
   * After so long without a word from the server an idle connection is pinged. 0 turns it off. Default 30,000, as the Java
   * client has it. While calls await an answer, a second of silence is enough: calls then go to other owners. A connection
   * whose ping stays unanswered is dropped: after `connectTimeoutMs` where other servers can do the work, else after as
   * long as a call may take.
   */
  readonly keepAliveMs?: number;
  /** Whether small packets go out at once (TCP_NODELAY). Default true. */
  readonly tcpNoDelay?: boolean;
  /** Whether the kernel probes idle connections too. Default true. */
  readonly tcpKeepAlive?: boolean;
  /** Longest value that is accepted from a server. Default 256 MiB. */
  readonly maxValueBytes?: number;
  /** Gives up `connect()` with `HOTROD_ABORTED` when it fires; a client that is connected does not look at it. */
  readonly signal?: AbortSignal;
  /** Connects with the first call instead of in `connect()`, which then cannot fail. Default false. */
  readonly lazy?: boolean;
}

/** What a client makes of the cluster. */
export type Intelligence = 'basic' | 'topology' | 'hash';

/** Another cluster that holds the same data. */
export interface SiteOptions {
  /** Its addresses, as in `HotRodClientOptions.servers`. */
  readonly servers: readonly (string | ServerAddress)[];
  /** Default: the client's. */
  readonly intelligence?: Intelligence;
}

/** One cluster, with defaults filled in. */
export interface ResolvedSite {
  readonly name: string;
  readonly servers: readonly ServerAddress[];
  /** Header `ClientIntelligence`. */
  readonly intelligence: ClientIntelligence;
}

/** Options with every default filled in. */
export type ResolvedOptions = Required<
  Omit<
    HotRodClientOptions,
    'servers' | 'sites' | 'intelligence' | 'cache' | 'auth' | 'tls' | 'traceContext' | 'signal'
  >
> & {
  /** The default site first. */
  readonly sites: readonly [ResolvedSite, ...ResolvedSite[]];
  readonly cache: string;
  readonly auth: ResolvedAuth | undefined;
  readonly tls: TlsSource | undefined;
  readonly traceContext: TraceContext | undefined;
  readonly signal: AbortSignal | undefined;
};

const MAX_TIMER_MS = 0x7fff_ffff;
const MAX_WIRE_LENGTH = 0x7fff_ffff;

/** Fills in defaults and refuses what is out of range (`HOTROD_INVALID_ARGUMENT`). */
export function resolveOptions(given: HotRodClientOptions = {}): ResolvedOptions {
  checkOptions(given);
  const resolved: ResolvedOptions = {
    sites: resolveSites(given),
    mapAddress: given.mapAddress ?? ((host, port) => ({ host, port })),
    name: given.name ?? '',
    traceContext: given.traceContext,
    signal: given.signal,
    cache: given.cache ?? '',
    auth: given.auth && resolveAuth(given.auth, given.tls !== undefined),
    tls: resolveTls(given.tls),
    protocol: resolveProtocol(given.protocol ?? 'auto'),
    connectTimeoutMs: whole('connectTimeoutMs', given.connectTimeoutMs ?? 2_000, 1, MAX_TIMER_MS),
    timeoutMs: whole('timeoutMs', given.timeoutMs ?? 5_000, 1, MAX_TIMER_MS),
    maxRetries: whole('maxRetries', given.maxRetries ?? 3, 0, 1_000),
    retryWrites: given.retryWrites ?? true,
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

/** Every option there is, and what it must be where its own check does not say that. */
const SHAPES: Readonly<Record<keyof HotRodClientOptions, OptionShape | undefined>> = {
  servers: 'list',
  sites: 'object',
  intelligence: undefined,
  mapAddress: 'function',
  name: 'string',
  traceContext: 'function',
  cache: 'string',
  protocol: undefined,
  auth: 'object',
  tls: undefined,
  connectTimeoutMs: undefined,
  timeoutMs: undefined,
  maxRetries: undefined,
  retryWrites: 'boolean',
  reconnectMinMs: undefined,
  reconnectMaxMs: undefined,
  maxInFlight: undefined,
  maxQueuedBytes: undefined,
  overload: undefined,
  keepAliveMs: undefined,
  tcpNoDelay: 'boolean',
  tcpKeepAlive: 'boolean',
  maxValueBytes: undefined,
  lazy: 'boolean',
  signal: undefined,
};

/** Refuses names that no option has, and values of another kind (`HOTROD_INVALID_ARGUMENT`). */
export function checkOptions(given: HotRodClientOptions): void {
  checkOptionShapes(given, SHAPES);
}

/** Both together; `second` goes before `first`. Login and TLS are put together field by field, so that none is lost. */
export function mergeOptions(first: HotRodClientOptions, second: HotRodClientOptions): HotRodClientOptions {
  const auth = first.auth && second.auth ? { ...first.auth, ...second.auth } : (second.auth ?? first.auth);
  return { ...first, ...second, auth, tls: mergeTls(first.tls, second.tls) };
}

/** Refuses a time limit that is none; undefined passes. */
export function checkTimeout(timeoutMs: unknown): void {
  if (timeoutMs === undefined) return;
  if (typeof timeoutMs !== 'number' || !(timeoutMs > 0 && timeoutMs <= MAX_TIMER_MS)) {
    throw invalid(`timeoutMs is ${String(timeoutMs)}; give milliseconds above 0, at most ${MAX_TIMER_MS}`);
  }
}

const INTELLIGENCE: Readonly<Record<Intelligence, ClientIntelligence>> = {
  basic: ClientIntelligence.BASIC,
  topology: ClientIntelligence.TOPOLOGY_AWARE,
  hash: ClientIntelligence.HASH_DISTRIBUTION_AWARE,
};

/** Name of the site of `servers`. */
export const DEFAULT_SITE = 'default';

function resolveSites(given: HotRodClientOptions): [ResolvedSite, ...ResolvedSite[]] {
  const { servers = [{ host: '127.0.0.1', port: DEFAULT_PORT }], intelligence = 'hash' } = given;
  const others = Object.entries(given.sites ?? {}).map(([name, site]) => {
    if (name === DEFAULT_SITE || name === '') {
      throw invalid(
        `sites has one called ${JSON.stringify(name)}, which is the site of servers; give it another name`,
      );
    }
    const options: SiteOptions = isList(site) ? { servers: site } : site;
    return resolveSite(name, options.servers, options.intelligence ?? intelligence);
  });
  return [resolveSite(DEFAULT_SITE, servers, intelligence), ...others];
}

function isList(
  site: SiteOptions | readonly (string | ServerAddress)[],
): site is readonly (string | ServerAddress)[] {
  return Array.isArray(site);
}

function resolveSite(name: string, given: SiteOptions['servers'], intelligence: Intelligence): ResolvedSite {
  const what = name === DEFAULT_SITE ? 'servers' : `sites.${name}`;
  oneOf('intelligence', intelligence, Object.keys(INTELLIGENCE));
  if (!Array.isArray(given)) throw invalid(`${what} is no list; give addresses, ['host:port', …]`);
  if (given.length === 0) throw invalid(`${what} is empty; name at least one server`);
  return { name, servers: given.map(resolveServer), intelligence: INTELLIGENCE[intelligence] };
}

function resolveServer(server: string | ServerAddress): ServerAddress {
  if (typeof server === 'string') return parseServerAddress(server);
  if (typeof server !== 'object' || server === null) {
    throw invalid(`a server is ${String(server)}; give host:port, or { host, port }`);
  }
  whole('port', server.port, 1, 65_535);
  if (typeof server.host === 'string' && server.host !== '') return server;
  throw invalid('a server has no host');
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
  throw invalid(`${name} is ${String(value)}; give a whole number from ${min} to ${max}`);
}

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const known = allowed.find((each) => each === value);
  if (known !== undefined) return known;
  throw invalid(`${name} is ${JSON.stringify(value)}; give one of ${allowed.join(', ')}`);
}

function invalid(message: string): HotRodError {
  return new HotRodError(message, { code: 'HOTROD_INVALID_ARGUMENT' });
}
