import { type CacheCommands, HUSTDB_LIMITS, type NodeCacheReply } from '@kvtwin/hustdb-protocol';
import { addDecimals } from './decimal-sum.js';

/** What a cache is made of. */
export interface NodeCacheOptions {
  /** Bytes of keys, fields and values together; beyond it what was not used for longest is forgotten. */
  readonly maxBytes: number;
  nowMs(): number;
}

interface CachedValue {
  readonly kind: 'value';
  value: Uint8Array;
  expiresAtMs: number | undefined;
}

interface CachedHash {
  readonly kind: 'hash';
  readonly fields: Map<string, Uint8Array>;
  expiresAtMs: number | undefined;
}

type Cached = CachedValue | CachedHash;

const NOTHING = new Uint8Array(0);
const DONE: NodeCacheReply = { outcome: 'done', body: NOTHING };
const FAILED: NodeCacheReply = { outcome: 'failed' };

/**
 * The cache of one node (`/hustcache/*`): keys and hashes in one name space, without versions, lost when the node stops. A
 * hash is one key named by its table, so `del`, `expire` and the like work on it; it is gone with its last field. Names and
 * fields are one character per byte. Arrays that are handed in are kept, and those that come out are the ones kept.
 */
export class NodeCache implements CacheCommands {
  readonly #options: NodeCacheOptions;
  /** In order of last use. */
  readonly #entries = new Map<string, Cached>();
  #bytes = 0;

  constructor(options: NodeCacheOptions) {
    this.#options = options;
  }

  /** Bytes of all keys, fields and values. */
  get bytes(): number {
    return this.#bytes;
  }

  exist(name: string): NodeCacheReply {
    return this.#use(name) === undefined ? FAILED : DONE;
  }

  get(name: string): NodeCacheReply {
    const entry = this.#use(name);
    return entry?.kind === 'value' ? { outcome: 'done', body: entry.value } : FAILED;
  }

  /** Seconds that are left, rounded; -1 without an expiry. */
  ttl(name: string): NodeCacheReply {
    const entry = this.#use(name);
    if (entry === undefined) return FAILED;
    const { expiresAtMs } = entry;
    return text(
      expiresAtMs === undefined ? '-1' : String(Math.round((expiresAtMs - this.#options.nowMs()) / 1000)),
    );
  }

  /** Replaces whatever has the name. `ttlSeconds`: 0 is refused; undefined: no expiry. */
  put(name: string, value: Uint8Array, ttlSeconds: number | undefined): NodeCacheReply {
    if (ttlSeconds === 0) return FAILED;
    if (isTooLarge(name, value)) return { outcome: 'too-large' };
    this.#forget(name);
    const expiresAtMs = ttlSeconds === undefined ? undefined : this.#options.nowMs() + ttlSeconds * 1000;
    this.#entries.set(name, { kind: 'value', value, expiresAtMs });
    this.#account(name.length + value.length);
    return DONE;
  }

  /** Creates where there is nothing; keeps the expiry. */
  append(name: string, tail: Uint8Array): NodeCacheReply {
    const entry = this.#use(name);
    if (entry === undefined) return this.put(name, tail, undefined);
    if (entry.kind === 'hash') return FAILED;
    const value = new Uint8Array(entry.value.length + tail.length);
    value.set(entry.value);
    value.set(tail, entry.value.length);
    entry.value = value;
    this.#account(tail.length);
    return DONE;
  }

  del(name: string): NodeCacheReply {
    if (this.#use(name) === undefined) return FAILED;
    this.#forget(name);
    return DONE;
  }

  /** A time that is not above 0 is refused, and the key stays. */
  expire(name: string, ttlSeconds: number): NodeCacheReply {
    const entry = this.#use(name);
    if (entry === undefined || ttlSeconds === 0) return FAILED;
    entry.expiresAtMs = this.#options.nowMs() + ttlSeconds * 1000;
    return DONE;
  }

  persist(name: string): NodeCacheReply {
    const entry = this.#use(name);
    if (entry?.expiresAtMs === undefined) return FAILED;
    entry.expiresAtMs = undefined;
    return DONE;
  }

  hexist(name: string, field: string): NodeCacheReply {
    return this.#fields(name)?.has(field) === true ? DONE : FAILED;
  }

  hget(name: string, field: string): NodeCacheReply {
    const value = this.#fields(name)?.get(field);
    return value === undefined ? FAILED : { outcome: 'done', body: value };
  }

  hset(name: string, field: string, value: Uint8Array): NodeCacheReply {
    if (isTooLarge(name, value) || isTooLarge(field, value)) return { outcome: 'too-large' };
    const entry = this.#use(name);
    if (entry?.kind === 'value') return FAILED;
    const fields = entry?.fields ?? this.#newHash(name);
    const before = fields.get(field);
    fields.set(field, value);
    this.#account(value.length - (before === undefined ? -field.length : before.length));
    return DONE;
  }

  hdel(name: string, field: string): NodeCacheReply {
    const fields = this.#fields(name);
    const value = fields?.get(field);
    if (fields === undefined || value === undefined) return FAILED;
    fields.delete(field);
    this.#account(-field.length - value.length);
    if (fields.size === 0) this.#forget(name);
    return DONE;
  }

  /** Refuses what is no signed 64-bit integer, and a sum that is none. */
  hincrby(name: string, field: string, amount: string): NodeCacheReply {
    return this.#increment(name, field, (before) => {
      const [stored, added] = [int64(before), int64(amount)];
      if (stored === undefined || added === undefined) return undefined;
      return int64((stored + added).toString())?.toString();
    });
  }

  /** Adds decimals; refuses what is no number. */
  hincrbyfloat(name: string, field: string, amount: string): NodeCacheReply {
    return this.#increment(name, field, (before) => addDecimals(before, amount));
  }

  /** Forgets what has expired; reads and writes do so for what they meet, this for what nobody asks for. */
  sweep(): void {
    for (const [name, entry] of this.#entries) if (this.#isExpired(entry)) this.#forget(name);
  }

  #increment(name: string, field: string, sum: (before: string) => string | undefined): NodeCacheReply {
    const before = this.#fields(name)?.get(field);
    const after = sum(before === undefined ? '0' : new TextDecoder('latin1').decode(before));
    if (after === undefined) return FAILED;
    const written = this.hset(name, field, new TextEncoder().encode(after));
    return written.outcome === 'done' ? text(after) : written;
  }

  #fields(name: string): Map<string, Uint8Array> | undefined {
    const entry = this.#use(name);
    return entry?.kind === 'hash' ? entry.fields : undefined;
  }

  #newHash(name: string): Map<string, Uint8Array> {
    const fields = new Map<string, Uint8Array>();
    this.#entries.set(name, { kind: 'hash', fields, expiresAtMs: undefined });
    this.#account(name.length);
    return fields;
  }

  /** The entry if it is there, moved to the end: used last. */
  #use(name: string): Cached | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined) return undefined;
    if (this.#isExpired(entry)) {
      this.#forget(name);
      return undefined;
    }
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    return entry;
  }

  #forget(name: string): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    this.#entries.delete(name);
    this.#bytes -= name.length + bytesOf(entry);
  }

  /** Books bytes, and makes room; what was written last goes last. */
  #account(bytes: number): void {
    this.#bytes += bytes;
    for (const name of this.#entries.keys()) {
      if (this.#bytes <= this.#options.maxBytes || this.#entries.size === 1) return;
      this.#forget(name);
    }
  }

  #isExpired({ expiresAtMs }: Cached): boolean {
    return expiresAtMs !== undefined && expiresAtMs <= this.#options.nowMs();
  }
}

function bytesOf(entry: Cached): number {
  if (entry.kind === 'value') return entry.value.length;
  let bytes = 0;
  for (const [field, value] of entry.fields) bytes += field.length + value.length;
  return bytes;
}

function isTooLarge(name: string, value: Uint8Array): boolean {
  return name.length > HUSTDB_LIMITS.cacheKeyBytes || value.length > HUSTDB_LIMITS.cacheValueBytes;
}

function int64(decimal: string): bigint | undefined {
  if (!/^(0|-?[1-9]\d{0,19})$/.test(decimal)) return undefined;
  const number = BigInt(decimal);
  return number === BigInt.asIntN(64, number) ? number : undefined;
}

function text(body: string): NodeCacheReply {
  return { outcome: 'done', body: new TextEncoder().encode(body) };
}
