import { type Clock, type StoreFamily, systemClock } from '@kvtwin/versioned-value';

/** One user that a node lets in. */
export interface NodeUser {
  readonly user: string;
  readonly password: string;
}

/** Defects of the real node that this one shows on request. */
export interface NodeQuirks {
  /** Versions from 64 on read back differently from what the write answered. Default false: a plain counter. */
  readonly versions?: boolean;
}

/** How a node is started. */
export interface HustDbNodeOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. A real node listens on 8085. */
  readonly port?: number;
  /** Who is let in by HTTP Basic (realm `libevhtp`). Default: everybody. */
  readonly auth?: NodeUser | readonly NodeUser[];
  readonly quirks?: NodeQuirks;
  /** For times to live. Default: the machine's clock. */
  readonly clock?: Clock;
  /** Files that `keys` lists. Default 10, as a real node's `md5db.count`. */
  readonly fileCount?: number;
  /** Bytes of keys and values together; a write past it is answered 403. Default 1 GiB: it is memory. */
  readonly maxBytes?: number;
  /** Longest request body; a longer one counts as none. Default 33,554,432, as a real node's `tcp.max_body_size`. */
  readonly maxBodyBytes?: number;
  /** Tables at a time; one more is answered 412. Default 8190, as a real node. */
  readonly maxTables?: number;
  /** Bytes in the cache (`/hustcache/*`); beyond it what was not used for longest is forgotten. Default 256 MiB. */
  readonly maxCacheBytes?: number;
  /** Bytes of keys and values in exports (`export`, to list from with `async=true`); beyond it the oldest ones go. Default 256 MiB. */
  readonly maxExportBytes?: number;
  /** How often writes that another node missed (`binlog`) are sent to it, in milliseconds. Default 20,000, as a real node. */
  readonly binlogIntervalMs?: number;
  /** Writes that wait to be sent; one more is refused. Default 100,000. */
  readonly maxBinlogTasks?: number;
  /**
   * Directory that keeps the data: kv, hashes, sets, sorted sets, their versions and times to live, and the binlog; not the
   * cache. A write is answered once it is synced to disk, so what was acknowledged is there after `kill -9`. One process at
   * a time. Default: nothing is kept.
   */
  readonly data?: string;
  /**
   * Bytes that the journal in `data` may take, beyond twice what it tells, before it is cleaned up. Default 64 MiB: a
   * clean-up writes everything that holds once more.
   */
  readonly dataSlackBytes?: number;
  /** Hears why nothing more can be written to `data` (a full disk). Writes are answered 500 then. Default: a process warning. */
  readonly onDataFailure?: (error: unknown) => void;
  /**
   * Serves the data of this family instead of its own memory: kv, hashes, sets and sorted sets; the cache stays in memory. Its
   * stores must count versions as HustDB does (a HustDB node, or a store behind a counter envelope). The node closes it.
   */
  readonly store?: StoreFamily | undefined;
  /** How long one call of `store` may take, in milliseconds. Default 5000: well below the 60 s that HustDB HA waits. */
  readonly storeTimeoutMs?: number;
  /** Hears what a request ran into, such as a call of `store` that failed; it is answered 500. Default: a process warning, once a code. */
  readonly onError?: (error: unknown) => void;
  /** How long `close` lets requests under way finish, in milliseconds. Default 1000. */
  readonly closeGraceMs?: number;
}

/** Options with every default filled in. */
export interface CheckedNodeOptions {
  readonly host: string;
  readonly port: number;
  readonly users: readonly NodeUser[];
  readonly quirks: Required<NodeQuirks>;
  readonly clock: Clock;
  readonly fileCount: number;
  readonly maxBytes: number;
  readonly maxBodyBytes: number;
  readonly maxTables: number;
  readonly maxCacheBytes: number;
  readonly maxExportBytes: number;
  readonly binlogIntervalMs: number;
  readonly maxBinlogTasks: number;
  readonly data: string | undefined;
  readonly dataSlackBytes: number;
  readonly onDataFailure: (error: unknown) => void;
  readonly store: StoreFamily | undefined;
  readonly storeTimeoutMs: number;
  readonly onError: (error: unknown) => void;
  readonly closeGraceMs: number;
}

/** Fills in the defaults; throws a RangeError for a number out of range and a TypeError for credentials that are none. */
export function checkNodeOptions(options: HustDbNodeOptions): CheckedNodeOptions {
  const users = options.auth === undefined ? [] : isUser(options.auth) ? [options.auth] : options.auth;
  for (const { user, password } of users) {
    if (user === '' || user.includes(':') || password === '') {
      throw new TypeError('a user needs a name without ":" and a password');
    }
  }
  return {
    host: options.host ?? '127.0.0.1',
    port: within('port', options.port ?? 0, 0, 65_535),
    users,
    quirks: { versions: options.quirks?.versions ?? false },
    clock: options.clock ?? systemClock,
    fileCount: within('fileCount', options.fileCount ?? 10, 1, 1000),
    maxBytes: within('maxBytes', options.maxBytes ?? 2 ** 30, 1, Number.MAX_SAFE_INTEGER),
    maxBodyBytes: within('maxBodyBytes', options.maxBodyBytes ?? 33_554_432, 1, 2 ** 31 - 1),
    maxTables: within('maxTables', options.maxTables ?? 8190, 1, 2 ** 31 - 1),
    maxCacheBytes: within('maxCacheBytes', options.maxCacheBytes ?? 2 ** 28, 1, Number.MAX_SAFE_INTEGER),
    maxExportBytes: within('maxExportBytes', options.maxExportBytes ?? 2 ** 28, 0, Number.MAX_SAFE_INTEGER),
    binlogIntervalMs: within('binlogIntervalMs', options.binlogIntervalMs ?? 20_000, 1, 2 ** 31 - 1),
    maxBinlogTasks: within('maxBinlogTasks', options.maxBinlogTasks ?? 100_000, 1, 2 ** 24),
    data: options.data,
    dataSlackBytes: within('dataSlackBytes', options.dataSlackBytes ?? 2 ** 26, 1, Number.MAX_SAFE_INTEGER),
    onDataFailure: options.onDataFailure ?? warn,
    store: options.store,
    storeTimeoutMs: within('storeTimeoutMs', options.storeTimeoutMs ?? 5000, 1, 3_600_000),
    onError: options.onError ?? warnOnce(),
    closeGraceMs: within('closeGraceMs', options.closeGraceMs ?? 1000, 0, 600_000),
  };
}

function isUser(auth: NodeUser | readonly NodeUser[]): auth is NodeUser {
  return !Array.isArray(auth);
}

function within(name: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new RangeError(`${name} must be an integer from ${min} to ${max}, not ${value}`);
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error), 'KvtwinHustDbNodeWarning');
}

function warnOnce(): (error: unknown) => void {
  const told = new Set<unknown>();
  return (error) => {
    const code = (error as { code?: unknown } | null)?.code;
    if (told.has(code)) return;
    told.add(code);
    warn(error);
  };
}
