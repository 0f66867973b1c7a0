import {
  type AnyReply,
  type EntryMetadata,
  type GetReply,
  type GetWithMetadataReply,
  hadPreviousEntry,
  type KeyValue,
  type OperationDefinition,
  operations,
  type PreviousValue,
  RequestFlag,
  type WireExpiration,
} from '@kvtwin/hotrod-protocol';
import { type CacheEntry, cacheEntry } from './cache-entry.js';
import type { CallSender } from './call-sender.js';
import { callTarget } from './call-target.js';
import type { CacheCodecs, Codec } from './codecs.js';
import { type Duration, parseDuration } from './duration.js';
import { HotRodError } from './hotrod-error.js';
import { type IterateOptions, iterateBatches } from './iterate-batches.js';
import type { CallOptions, CallTarget } from './pending-call.js';

/** What the server may leave out. Hot Rod §flags. */
export interface CacheFlags {
  /** Looks only into memory, not into the cache's stores. */
  readonly skipCacheLoad?: boolean;
  readonly skipIndexing?: boolean;
  readonly skipListenerNotification?: boolean;
}

/** Options of a call on a cache. */
export interface CacheCallOptions extends CallOptions, CacheFlags {}

/** Options of a write. Where a duration is not given, the cache's configured one applies. */
export interface CacheWriteOptions extends CacheCallOptions {
  /** How long the entry lives from now on. */
  readonly lifespan?: Duration;
  /** How long the entry may stay unread. */
  readonly maxIdle?: Duration;
}

type Operation<Request, Reply extends AnyReply> = OperationDefinition<Request, Reply>;

/** A cache on the server, typed by its codecs. It holds nothing: as many as you like may stand for the same cache. */
export class Cache<K, V> {
  readonly #client: CallSender;
  readonly #codecs: CacheCodecs<K, V>;
  readonly #target: CallTarget;

  /** Made by `client.cache()`. */
  constructor(
    client: CallSender,
    readonly name: string,
    codecs: CacheCodecs<K, V>,
  ) {
    this.#client = client;
    this.#codecs = codecs;
    this.#target = callTarget({
      cacheName: name,
      keyType: codecs.key.mediaType,
      valueType: codecs.value.mediaType,
    });
  }

  /** The same cache with other codecs: `cache.as({ value: codecs.bytes }).get(key)`. */
  as<K2 = K, V2 = V>(given: { readonly key?: Codec<K2>; readonly value?: Codec<V2> }): Cache<K2, V2> {
    return new Cache(this.#client, this.name, { ...this.#codecs, ...given } as CacheCodecs<K2, V2>);
  }

  /** The value, or undefined where there is no entry. It counts as a use of the entry, for max idle. */
  get(key: K, options?: CacheCallOptions): Promise<V | undefined> {
    return this.#runOnKey(operations.get, key, options, this.#valueOf);
  }

  /** The value with its version and expiration. It counts as a use of the entry. */
  getEntry(key: K, options?: CacheCallOptions): Promise<CacheEntry<V> | undefined> {
    return this.#runOnKey(operations.getWithMetadata, key, options, this.#entryOf);
  }

  has(key: K, options?: CacheCallOptions): Promise<boolean> {
    return this.#runOnKey(operations.containsKey, key, options, isOk);
  }

  /** Stores the value, whatever was there. */
  set(key: K, value: V, options?: CacheWriteOptions): Promise<void> {
    return this.#run(operations.put, () => this.#write(key, value, options), options, nothing);
  }

  /** Whether it was stored: false where the key has an entry. */
  setIfAbsent(key: K, value: V, options?: CacheWriteOptions): Promise<boolean> {
    return this.#run(operations.putIfAbsent, () => this.#write(key, value, options), options, isOk);
  }

  /** Whether it was stored: false where the key has no entry. */
  replace(key: K, value: V, options?: CacheWriteOptions): Promise<boolean> {
    return this.#run(operations.replace, () => this.#write(key, value, options), options, isOk);
  }

  /** Whether it was stored: false where the entry has another version, or is gone. */
  replaceIf(key: K, value: V, version: bigint, options?: CacheWriteOptions): Promise<boolean> {
    const build = () => ({ ...this.#write(key, value, options), entryVersion: checkVersion(version) });
    return this.#run(operations.replaceIfUnmodified, build, options, isOk);
  }

  /** Whether there was an entry. */
  delete(key: K, options?: CacheCallOptions): Promise<boolean> {
    return this.#runOnKey(operations.remove, key, options, isOk);
  }

  /** Whether it was removed: false where the entry has another version, or is gone. */
  deleteIf(key: K, version: bigint, options?: CacheCallOptions): Promise<boolean> {
    const build = () => ({ key: this.#key(key), entryVersion: checkVersion(version) });
    return this.#run(operations.removeIfUnmodified, build, options, isOk);
  }

  /**
   * Stores the value and answers the one before. Below protocol 4.0 an empty one before looks like none and is
   * answered as undefined.
   */
  getAndSet(key: K, value: V, options?: CacheWriteOptions): Promise<V | undefined> {
    const build = () => this.#write(key, value, options);
    return this.#run(operations.put, build, options, (reply) => this.#previous(reply), RETURN_PREVIOUS);
  }

  /** Removes the entry and answers its value. */
  getAndDelete(key: K, options?: CacheCallOptions): Promise<V | undefined> {
    const build = () => ({ key: this.#key(key) });
    const interpret = (reply: AnyReply & { readonly previous?: PreviousValue }): V | undefined =>
      reply.previous === undefined ? undefined : this.#codecs.value.decode(reply.previous.value);
    return this.#run(operations.remove, build, options, interpret, RETURN_PREVIOUS);
  }

  /** The values of those keys that have one, in the order of `keys`, under the keys that were given. Protocol 2.1 on. */
  getMany(keys: Iterable<K>, options?: CacheCallOptions): Promise<Map<K, V>> {
    const given = [...keys];
    const encoded: Uint8Array[] = [];
    const build = () => {
      for (const key of given) encoded.push(this.#key(key));
      return { keys: encoded };
    };
    return this.#run(operations.getAll, build, options, ({ entries }) =>
      this.#found(given, encoded, entries),
    );
  }

  /** Stores many values, all with the same expiration. Of two values for one key it is open which stays. Protocol 2.1 on. */
  setMany(entries: Iterable<readonly [K, V]>, options?: CacheWriteOptions): Promise<void> {
    const build = () => ({
      expiration: expirationOf(options),
      entries: Array.from(entries, ([key, value]) => ({ key: this.#key(key), value: this.#value(value) })),
    });
    return this.#run(operations.putAll, build, options, nothing);
  }

  /** How many of the keys had an entry. The protocol has no such operation: the removals are pipelined, none atomic with another. */
  async deleteMany(keys: Iterable<K>, options?: CacheCallOptions): Promise<number> {
    const removed = await Promise.all(Array.from(keys, (key) => this.delete(key, options)));
    return removed.filter(Boolean).length;
  }

  /** Entries in the whole cluster; it can be slow. */
  size(options?: CacheCallOptions): Promise<number> {
    return this.#run(
      operations.size,
      () => ({}),
      options,
      ({ size }) => Number(size),
    );
  }

  /** Removes every entry. */
  clear(options?: CacheCallOptions): Promise<void> {
    return this.#run(operations.clear, () => ({}), options, nothing);
  }

  /** The server's figures about the cache by name; −1 where it does not collect one. */
  stats(options?: CacheCallOptions): Promise<Record<string, number>> {
    return this.#run(
      operations.stats,
      () => ({}),
      options,
      ({ statistics }) => Object.fromEntries(statistics.map(({ name, value }) => [name, Number(value)])),
    );
  }

  /** All entries, in no order; what is written meanwhile shows or not. Protocol 2.3 on. `break` ends the server's cursor. */
  async *entries(options: IterateOptions = {}): AsyncGenerator<[K, V], void, undefined> {
    for await (const batch of iterateBatches(this.#client, this.#target, { ...options, metadata: false })) {
      for (const { key, values } of batch.entries) yield [this.#decodeKey(key), this.#decodeValue(values[0])];
    }
  }

  /** All entries with version and expiration; it does not count as a use of them. Protocol 2.5 on. */
  async *entriesWithMetadata(
    options: IterateOptions = {},
  ): AsyncGenerator<CacheEntry<V> & { readonly key: K }, void, undefined> {
    for await (const batch of iterateBatches(this.#client, this.#target, { ...options, metadata: true })) {
      for (const { key, values, metadata } of batch.entries) {
        yield {
          key: this.#decodeKey(key),
          ...cacheEntry(this.#decodeValue(values[0]), metadata ?? this.#noMetadata()),
        };
      }
    }
  }

  async *keys(options: IterateOptions = {}): AsyncGenerator<K, void, undefined> {
    for await (const [key] of this.entries(options)) yield key;
  }

  async *values(options: IterateOptions = {}): AsyncGenerator<V, void, undefined> {
    for await (const [, value] of this.entries(options)) yield value;
  }

  [Symbol.asyncIterator](): AsyncGenerator<[K, V], void, undefined> {
    return this.entries();
  }

  /** {@link #run} for what is asked most: nothing is made for the call but the call. */
  #runOnKey<Reply extends AnyReply, Result>(
    operation: Operation<{ readonly key: Uint8Array }, Reply>,
    key: K,
    options: CacheCallOptions | undefined,
    interpret: (reply: Reply) => Result,
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      const request = { key: this.#key(key) };
      const flags = options === undefined ? 0 : flagsOf(options);
      const payloadBytes = request.key.length;
      this.#client.submit(
        { operation, request, target: this.#target, flags, payloadBytes, options, interpret },
        resolve,
        reject,
      );
    });
  }

  #run<Request, Reply extends AnyReply, Result>(
    operation: Operation<Request, Reply>,
    build: () => Request,
    options: CacheCallOptions | undefined,
    interpret: (reply: Reply) => Result,
    flags = 0,
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      const request = build();
      this.#client.submit(
        {
          operation,
          request,
          target: this.#target,
          flags: options === undefined ? flags : flags | flagsOf(options),
          payloadBytes: payloadBytes(request as Payload),
          options,
          interpret,
        },
        resolve,
        reject,
      );
    });
  }

  readonly #valueOf = (reply: GetReply): V | undefined =>
    reply.outcome === 'ok' ? this.#codecs.value.decode(reply.value) : undefined;

  readonly #entryOf = (reply: GetWithMetadataReply): CacheEntry<V> | undefined =>
    reply.outcome === 'ok' ? cacheEntry(this.#codecs.value.decode(reply.value), reply.metadata) : undefined;

  #write(key: K, value: V, options: CacheWriteOptions | undefined) {
    return { key: this.#key(key), expiration: expirationOf(options), value: this.#value(value) };
  }

  #key(key: K): Uint8Array {
    return encode(this.#codecs.key, key, 'key');
  }

  #value(value: V): Uint8Array {
    return encode(this.#codecs.value, value, 'value');
  }

  #decodeKey(bytes: Uint8Array): K {
    return decode(this.#codecs.key, bytes, 'key');
  }

  #decodeValue(bytes: Uint8Array | undefined): V {
    return decode(this.#codecs.value, bytes ?? new Uint8Array(), 'value');
  }

  #previous(reply: AnyReply & { readonly previous?: PreviousValue }): V | undefined {
    const { previous } = reply;
    return previous !== undefined && hadPreviousEntry(previous) === true
      ? this.#codecs.value.decode(previous.value)
      : undefined;
  }

  /** Keys come back as bytes in any order; the caller's own keys go into the result. */
  #found(given: readonly K[], encoded: readonly Uint8Array[], entries: readonly KeyValue[]): Map<K, V> {
    const values = new Map<string, Uint8Array>();
    for (const { key, value } of entries) values.set(latin1(key), value);
    const found = new Map<K, V>();
    given.forEach((key, index) => {
      const value = values.get(latin1(encoded[index] as Uint8Array));
      if (value !== undefined) found.set(key, this.#codecs.value.decode(value));
    });
    return found;
  }

  #noMetadata(): EntryMetadata {
    throw new HotRodError('entries with metadata need protocol 2.5', {
      code: 'HOTROD_UNSUPPORTED',
      operation: 'iterationNext',
      cache: this.name,
    });
  }
}

const RETURN_PREVIOUS = RequestFlag.FORCE_RETURN_PREVIOUS_VALUE;

interface Payload {
  readonly key?: Uint8Array;
  readonly value?: Uint8Array;
  readonly keys?: readonly Uint8Array[];
  readonly entries?: readonly KeyValue[];
}

function payloadBytes({ key, value, keys, entries }: Payload): number {
  let bytes = (key?.length ?? 0) + (value?.length ?? 0);
  if (keys !== undefined) for (const each of keys) bytes += each.length;
  if (entries !== undefined) for (const each of entries) bytes += each.key.length + each.value.length;
  return bytes;
}

function expirationOf(options: CacheWriteOptions | undefined): WireExpiration {
  return {
    lifespan: parseDuration('lifespan', options?.lifespan),
    maxIdle: parseDuration('maxIdle', options?.maxIdle),
  };
}

function flagsOf(options: CacheFlags): number {
  return (
    (options.skipCacheLoad ? RequestFlag.SKIP_CACHE_LOAD : 0) |
    (options.skipIndexing ? RequestFlag.SKIP_INDEXING : 0) |
    (options.skipListenerNotification ? RequestFlag.SKIP_LISTENER_NOTIFICATION : 0)
  );
}

function checkVersion(version: bigint): bigint {
  if (typeof version === 'bigint' && BigInt.asIntN(64, version) === version) return version;
  throw new HotRodError(`version is ${String(version)}; give the bigint that an entry came with`, {
    code: 'HOTROD_INVALID_ARGUMENT',
  });
}

function encode<T>(codec: Codec<T>, value: T, what: string): Uint8Array {
  try {
    return codec.encode(value);
  } catch (cause) {
    throw codecError(`the ${what} cannot be encoded`, cause);
  }
}

function decode<T>(codec: Codec<T>, bytes: Uint8Array, what: string): T {
  try {
    return codec.decode(bytes);
  } catch (cause) {
    throw codecError(`a ${what} cannot be decoded`, cause);
  }
}

function codecError(what: string, cause: unknown): HotRodError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new HotRodError(`${what}: ${why}`, { code: 'HOTROD_CODEC', cause });
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

function isOk({ outcome }: AnyReply): boolean {
  return outcome === 'ok' || outcome === 'ok-with-previous';
}

function nothing(): void {}
