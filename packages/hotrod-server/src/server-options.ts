import { randomBytes } from 'node:crypto';
import { LATEST_VERSION, PROTOCOL_VERSIONS, type ProtocolVersion } from '@kvtwin/hotrod-protocol';
import { type Clock, systemClock } from '@kvtwin/versioned-value';
import { checkCaches, checkNames } from './check-names.js';
import { HotRodServerError } from './hot-rod-server-error.js';

/** One cache of an embedded server. */
export interface CacheOptions {
  /** Storage format of keys and of values, for instance `text/plain`; `application/octet-stream` by default. */
  readonly mediaType?: string;
  /** Where keys are stored in another format than values. */
  readonly keyMediaType?: string;
  /** What a write gets that asks for the default lifespan, in milliseconds; for ever by default. */
  readonly lifespanMs?: number;
  /** What a write gets that asks for the default max idle, in milliseconds; for ever by default. */
  readonly maxIdleMs?: number;
  /** How many segments the keys fall into, 1 to 65,536; 256 by default, as in Infinispan. */
  readonly segments?: number;
  /** Writes past this many entries are refused; 1,000,000 by default. */
  readonly maxEntries?: number;
  /** Writes past this many bytes of keys and values are refused; 1 GiB by default. */
  readonly maxBytes?: number;
}

/** SASL mechanisms that the server can be asked to offer. */
export type AuthMechanism = 'SCRAM-SHA-256' | 'PLAIN';

/** Who may use the server. Meant for tests: passwords are in the open, and there is no TLS. */
export interface AuthOptions {
  /** Passwords by user name. */
  readonly users: Readonly<Record<string, string>>;
  /** What is offered, in this order; SCRAM-SHA-256 by default. */
  readonly mechanisms?: readonly AuthMechanism[];
}

/** What callers may make the server hold. */
export interface ServerLimits {
  /**
   * Longest request, header included, in bytes. One that is longer, or announces to be, is answered with an error, and
   * its connection is closed. 10 MiB by default, as in Infinispan.
   */
  readonly maxRequestBytes: number;
  /** Further connections are closed as they come; 1,024 by default. */
  readonly maxConnections: number;
  /**
   * Replies that wait for a slow reader, in bytes per connection: past it, nothing more is read from that connection
   * until it caught up. One reply is always allowed. 4 MiB by default: some batches of an iteration.
   */
  readonly maxQueuedBytes: number;
  /**
   * Events that wait for a slow reader, in bytes per connection: past it the connection is reset, for its listener would
   * miss events without a word. 16 MiB by default: some hundred thousand plain events.
   */
  readonly maxQueuedEventBytes: number;
  /** Listeners of all connections together; 1,024 by default. */
  readonly maxListeners: number;
  /** Open iterations of all connections together; 1,024 by default. */
  readonly maxIterations: number;
  /**
   * A connection on which nothing moved for this long, in milliseconds, is closed. None by default, as in Infinispan:
   * a caller may well keep an idle connection.
   */
  readonly idleTimeoutMs?: number;
}

/** Options of {@link HotRodServer.listen}. */
export interface HotRodServerOptions {
  /** Address to bind; 127.0.0.1 by default, so that a test server is not on the network. */
  readonly host?: string;
  /** Port to bind; 0, the default, takes a free one. */
  readonly port?: number;
  /** The caches by name. */
  readonly caches: Readonly<Record<string, CacheOptions>>;
  /** The cache that an empty cache name means; none by default. */
  readonly defaultCache?: string;
  /** Time for expiration; the machine's by default. */
  readonly clock?: Clock;
  readonly limits?: Partial<ServerLimits>;
  /** Users; with them everything but ping and the login itself needs a login. None by default: everybody may do everything. */
  readonly auth?: AuthOptions;
  /** The newest protocol that the server claims and takes, `2.0` to `4.1`; `4.1` by default. */
  readonly maxVersion?: ProtocolVersion;
  /** Closes the server when it fires. */
  readonly signal?: AbortSignal;
  /** Fixes the entry versions that the server hands out; random by default. */
  readonly seed?: bigint;
}

const limitDefaults: ServerLimits = {
  maxRequestBytes: 10 * 1024 * 1024,
  maxConnections: 1024,
  maxQueuedBytes: 4 * 1024 * 1024,
  maxQueuedEventBytes: 16 * 1024 * 1024,
  maxListeners: 1024,
  maxIterations: 1024,
};

const OPTIONS: readonly (keyof HotRodServerOptions)[] = [
  'host',
  'port',
  'caches',
  'defaultCache',
  'clock',
  'limits',
  'auth',
  'maxVersion',
  'signal',
  'seed',
];

/** Names of a cache's options. */
export const CACHE_OPTIONS: readonly (keyof CacheOptions)[] = [
  'mediaType',
  'keyMediaType',
  'lifespanMs',
  'maxIdleMs',
  'segments',
  'maxEntries',
  'maxBytes',
];

/** A cache's options with the defaults filled in. */
export interface ResolvedCacheOptions {
  readonly keyMediaType: string;
  readonly valueMediaType: string;
  readonly lifespanMs: number | undefined;
  readonly maxIdleMs: number | undefined;
  readonly segments: number;
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/** The options with the defaults filled in. */
export interface ResolvedServerOptions {
  readonly host: string;
  readonly port: number;
  readonly caches: ReadonlyMap<string, ResolvedCacheOptions>;
  readonly defaultCache: string | undefined;
  readonly clock: Clock;
  readonly limits: ServerLimits;
  readonly maxVersion: ProtocolVersion;
  readonly seed: bigint;
  readonly auth: ResolvedAuthOptions | undefined;
}

/** Users by name, and the mechanisms offered. */
export interface ResolvedAuthOptions {
  readonly users: ReadonlyMap<string, string>;
  readonly mechanisms: readonly AuthMechanism[];
}

/** Fills in the defaults; throws `HOTROD_SERVER_INVALID_OPTION` naming the first option that is out of its range. */
export function resolveServerOptions(options: HotRodServerOptions): ResolvedServerOptions {
  checkNames('the options', options, OPTIONS);
  checkCaches(options.caches, CACHE_OPTIONS);
  checkNames('limits', options.limits ?? {}, [...Object.keys(limitDefaults), 'idleTimeoutMs']);
  const limits = { ...limitDefaults, ...options.limits };
  for (const [name, value] of Object.entries<number | undefined>({ ...limits })) {
    if (value !== undefined) {
      checkInteger(`limits.${name}`, value, 1, 2 ** 31 - 1);
    }
  }
  checkInteger('port', options.port ?? 0, 0, 65_535);
  const caches = new Map(
    Object.entries(options.caches).map(([name, cache]) => [name, resolveCacheOptions(name, cache)]),
  );
  if (options.defaultCache !== undefined && !caches.has(options.defaultCache)) {
    throw invalid(`defaultCache is '${options.defaultCache}', which is none of the caches`);
  }
  const maxVersion = options.maxVersion ?? LATEST_VERSION;
  if (!PROTOCOL_VERSIONS.includes(maxVersion)) {
    throw invalid(`maxVersion is '${maxVersion}'; give one of ${PROTOCOL_VERSIONS.join(', ')}`);
  }
  return {
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    caches,
    defaultCache: options.defaultCache,
    clock: options.clock ?? systemClock,
    limits,
    maxVersion,
    seed: options.seed ?? randomBytes(8).readBigUInt64BE(),
    auth: options.auth && resolveAuthOptions(options.auth),
  };
}

function resolveAuthOptions({ users, mechanisms = ['SCRAM-SHA-256'] }: AuthOptions): ResolvedAuthOptions {
  checkNames('auth.users', users, Object.keys(users ?? {}));
  const unknown = mechanisms.find((mechanism) => !/^(?:SCRAM-SHA-256|PLAIN)$/.test(mechanism));
  if (unknown !== undefined || mechanisms.length === 0) {
    const given = unknown === undefined ? 'empty' : `'${unknown}'`;
    throw invalid(`auth.mechanisms is ${given}; give SCRAM-SHA-256, PLAIN or both`);
  }
  return { users: new Map(Object.entries(users)), mechanisms };
}

function resolveCacheOptions(name: string, options: CacheOptions): ResolvedCacheOptions {
  if (name === '') {
    throw invalid("a cache is named '', which means the default cache; name it and set defaultCache");
  }
  const segments = options.segments ?? 256;
  const maxEntries = options.maxEntries ?? 1_000_000;
  const maxBytes = options.maxBytes ?? 2 ** 30;
  checkInteger(`caches.${name}.segments`, segments, 1, 65_536);
  checkInteger(`caches.${name}.maxEntries`, maxEntries, 1, Number.MAX_SAFE_INTEGER);
  checkInteger(`caches.${name}.maxBytes`, maxBytes, 1, Number.MAX_SAFE_INTEGER);
  for (const field of ['lifespanMs', 'maxIdleMs'] as const) {
    if (options[field] !== undefined) {
      checkInteger(`caches.${name}.${field}`, options[field], 1, Number.MAX_SAFE_INTEGER);
    }
  }
  const valueMediaType = checkedMediaType(name, options.mediaType ?? 'application/octet-stream');
  return {
    keyMediaType: checkedMediaType(name, options.keyMediaType ?? valueMediaType),
    valueMediaType,
    lifespanMs: options.lifespanMs,
    maxIdleMs: options.maxIdleMs,
    segments,
    maxEntries,
    maxBytes,
  };
}

function checkedMediaType(cache: string, mediaType: string): string {
  const type = mediaType.toLowerCase();
  if (!/^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/.test(type)) {
    throw invalid(`caches.${cache}: '${mediaType}' is no media type; give type/subtype without parameters`);
  }
  return type;
}

function checkInteger(name: string, value: number, least: number, most: number): void {
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw invalid(`${name} is ${value}; give a whole number from ${least} to ${most}`);
  }
}

function invalid(message: string): HotRodServerError {
  return new HotRodServerError('HOTROD_SERVER_INVALID_OPTION', message);
}
