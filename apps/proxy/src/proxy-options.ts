import type { PairSource, StoreFamily } from '@kvtwin/versioned-value';
import { ProxyError } from './proxy-error.js';
import type { RepairOptions } from './repair/repair-options.js';

/** `strict` answers as HustDB HA answers; `extended` also tells one-sided keys and failing sides apart. */
export type Compatibility = 'strict' | 'extended';

/** How versions of the two sides relate. `auto`: `counter` where both sides count as HustDB does, else `opaque`. */
export type VersionsOption = 'counter' | 'opaque' | 'auto';

/** A user of the data listener; asked for by HTTP Basic authentication as HustDB HA asks. */
export interface ProxyUser {
  readonly name: string;
  readonly password: string;
}

/** What the data listener and the limits of one proxy need. */
export interface ListenerOptions {
  /** Default 127.0.0.1: the dialect has no transport security, so nothing else is a safe default. */
  readonly host?: string;
  /** Default 8082, HustDB HA's. 0 takes a free one. */
  readonly port?: number;
  /** Default `strict`. */
  readonly compat?: Compatibility;
  /** Without it no credentials are asked for. */
  readonly users?: readonly ProxyUser[];
  /** How long one side may take, in ms. Default 5000: well below the 60 s after which HustDB HA gives up. */
  readonly sideTimeoutMs?: number;
  /** Requests worked on at once; the next one is answered at once as overloaded. Default 1024. */
  readonly maxConcurrentRequests?: number;
  /** Bytes of request bodies and of large answers held at once. Default 256 MiB: eight of the largest values. */
  readonly maxBufferedBytes?: number;
  /** How long a client may pause within its request body, in ms. Default 30 000. */
  readonly bodyIdleTimeoutMs?: number;
  /** How long `close()` waits for requests under way, in ms. Default 10 000: both sides may take their time-out. */
  readonly drainTimeoutMs?: number;
  /** Hears what should never happen: an exception that a request ran into. Default: a line on the process's warnings. */
  readonly onError?: (error: unknown) => void;
}

/** One side: its URL, or a family opened by the caller (who then closes it). */
export type SideOption = string | StoreFamily;

/** The two sides of a proxy, or the pair as a whole. */
export interface SidesOptions {
  /** `memory:NAME`, `hotrod://…`, `hotrods://…`, `hustdb://…`. */
  readonly first?: SideOption;
  readonly second?: SideOption;
  /** Instead of `first` and `second`: `hustdb+ha://host:8082`, or a pair opened by the caller (who then closes it). */
  readonly pair?: string | PairSource;
  /** Default `auto`. */
  readonly versions?: VersionsOption;
}

/** A cluster of many pairs of HustDB nodes. */
export interface TableOptions {
  /** Instead of two sides or a pair: the path of a `hustdbtable.json`, whose pairs share the slots. */
  readonly table?: string;
  /** Credentials of the table's nodes. Default: none are sent. */
  readonly nodeUser?: ProxyUser;
  /** PEM of the RSA public key for `/set_table`. Default: the table is not set over HTTP. */
  readonly setTableKey?: string;
}

export interface ProxyOptions extends ListenerOptions, SidesOptions, TableOptions, RepairOptions {}

export type ResolvedListenerOptions = Required<ListenerOptions>;

/** Fills in the defaults and refuses what is out of range with `PROXY_INVALID_OPTIONS`. */
export function resolveListenerOptions(options: ListenerOptions): ResolvedListenerOptions {
  const resolved: ResolvedListenerOptions = {
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 8082,
    compat: options.compat ?? 'strict',
    users: options.users ?? [],
    sideTimeoutMs: options.sideTimeoutMs ?? 5000,
    maxConcurrentRequests: options.maxConcurrentRequests ?? 1024,
    maxBufferedBytes: options.maxBufferedBytes ?? 256 * 1024 * 1024,
    bodyIdleTimeoutMs: options.bodyIdleTimeoutMs ?? 30_000,
    drainTimeoutMs: options.drainTimeoutMs ?? 10_000,
    onError: options.onError ?? warn,
  };
  inRange('port', resolved.port, 0, 65_535);
  inRange('sideTimeoutMs', resolved.sideTimeoutMs, 1, 3_600_000);
  inRange('maxConcurrentRequests', resolved.maxConcurrentRequests, 1, 1_000_000);
  inRange('maxBufferedBytes', resolved.maxBufferedBytes, 1, Number.MAX_SAFE_INTEGER);
  inRange('bodyIdleTimeoutMs', resolved.bodyIdleTimeoutMs, 1, 3_600_000);
  inRange('drainTimeoutMs', resolved.drainTimeoutMs, 0, 3_600_000);
  if (resolved.compat !== 'strict' && resolved.compat !== 'extended') {
    throw invalid(`compat must be strict or extended, not ${JSON.stringify(resolved.compat)}`);
  }
  if (resolved.users.some((user) => user.name === '' || user.name.includes(':'))) {
    throw invalid('a user name must not be empty and must not contain ":"');
  }
  return resolved;
}

function inRange(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw invalid(`${name} must be an integer from ${min} to ${max}, not ${value}`);
}

function invalid(message: string): ProxyError {
  return new ProxyError('PROXY_INVALID_OPTIONS', message);
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error), 'KvtwinProxyWarning');
}
