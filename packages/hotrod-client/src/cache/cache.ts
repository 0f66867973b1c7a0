import {
  type EntryMetadata,
  type IterationEntry,
  operations,
  type PutReply,
  RequestFlag,
  type SizeReply,
  type StatsReply,
} from '@kvtwin/hotrod-protocol';
import { CacheEventStream } from '../events/cache-event-stream.js';
import type {
  CacheEntryEvent,
  CacheEventInfo,
  ConvertedCacheEvent,
  ConvertedEventHandlers,
  EntryEventHandlers,
  EventStreamOptions,
  ListenerOptions,
  WithConverter,
  WithValues,
} from '../events/cache-events.js';
import { type AnyEventHandlers, CacheSubscription, handledTypes } from '../events/cache-subscription.js';
import { type AnyListenerOptions, eventReading, wantedTypes } from '../events/event-decoder.js';
import { HotRodError } from '../hotrod-error.js';
import { checkCodec } from './apply-codec.js';
import { deleteMany, getMany, setMany } from './bulk-calls.js';
import {
  type CacheCallOptions,
  type CacheFlags,
  type CacheWriteOptions,
  checkVersion,
  expirationOf,
  flagsOf,
} from './cache-call-options.js';
import { CacheCalls, isOk, nothing } from './cache-calls.js';
import { type CacheEntry, cacheEntry } from './cache-entry.js';
import { CacheIteration } from './cache-iteration.js';
import type { CacheSender } from './cache-sender.js';
import type { Codec } from './codec.js';
import type { CacheCodecs } from './codecs.js';
import type { IterateOptions } from './iterate-batches.js';
import { iterateEntries } from './iterate-entries.js';
import { iterateKeys } from './iterate-keys.js';
import { listOf } from './list-of.js';
import { type Updated, type UpdateOptions, updateEntry } from './update-entry.js';

/** A cache on the server, typed by its codecs. It holds nothing: as many as you like may stand for the same cache. */
export class Cache<K, V> {
  readonly #calls: CacheCalls<K, V>;

  /** Made by `client.cache()`. `flags`: `RequestFlag` bits of every call. */
  constructor(
    client: CacheSender,
    readonly name: string,
    codecs: CacheCodecs<K, V>,
    flags = 0,
  ) {
    if (typeof name !== 'string') throw noName(name);
    checkCodec(codecs.key, 'key');
    checkCodec(codecs.value, 'value');
    this.#calls = new CacheCalls(client, name, codecs, flags);
  }

  /** The same cache with other codecs: `cache.as({ value: codecs.bytes }).get(key)`. */
  as<K2 = K, V2 = V>(given: { readonly key?: Codec<K2>; readonly value?: Codec<V2> }): Cache<K2, V2> {
    const { client, codecs, flags } = this.#calls;
    return new Cache(client, this.name, { ...codecs, ...given } as CacheCodecs<K2, V2>, flags);
  }

  /** The same cache with these flags on every call: `cache.withFlags({ skipIndexing: true })`. */
  withFlags(flags: CacheFlags): Cache<K, V> {
    const { client, codecs } = this.#calls;
    return new Cache(client, this.name, codecs, flagsOf(flags));
  }

  /** The value, or undefined where there is no entry. It counts as a use of the entry, for max idle. */
  get(key: K, options?: CacheCallOptions): Promise<V | undefined> {
    return this.#calls.runOnKey(this.#calls.get, key, options);
  }

  /** The value with its version and expiration. It counts as a use of the entry. */
  getEntry(key: K, options?: CacheCallOptions): Promise<CacheEntry<V> | undefined> {
    return this.#calls.runOnKey(this.#calls.getEntry, key, options);
  }

  /** Whether the key has an entry. It does not count as a use of it. */
  has(key: K, options?: CacheCallOptions): Promise<boolean> {
    return this.#calls.runOnKey(this.#calls.has, key, options);
  }

  /** Stores the value, whatever was there. */
  set(key: K, value: V, options?: CacheWriteOptions): Promise<void> {
    return this.#calls.set(key, value, options);
  }

  /** Whether it was stored: false where the key has an entry. */
  setIfAbsent(key: K, value: V, options?: CacheWriteOptions): Promise<boolean> {
    const build = () => this.#calls.write(key, value, options);
    return this.#calls.run(operations.putIfAbsent, { build, options, interpret: isOk });
  }

  /** Whether it was stored: false where the key has no entry. */
  replace(key: K, value: V, options?: CacheWriteOptions): Promise<boolean> {
    const build = () => this.#calls.write(key, value, options);
    return this.#calls.run(operations.replace, { build, options, interpret: isOk });
  }

  /** Whether it was stored: false where the entry has another version, or is gone. */
  replaceIf(key: K, value: V, version: bigint, options?: CacheWriteOptions): Promise<boolean> {
    const build = () => ({ ...this.#calls.write(key, value, options), entryVersion: checkVersion(version) });
    return this.#calls.run(operations.replaceIfUnmodified, { build, options, interpret: isOk });
  }

  /** Whether there was an entry. */
  delete(key: K, options?: CacheCallOptions): Promise<boolean> {
    return this.#calls.runOnKey(this.#calls.remove, key, options);
  }

  /** Whether it was removed: false where the entry has another version, or is gone. */
  deleteIf(key: K, version: bigint, options?: CacheCallOptions): Promise<boolean> {
    const build = () => ({ key: this.#calls.key(key), entryVersion: checkVersion(version) });
    return this.#calls.run(operations.removeIfUnmodified, { build, options, interpret: isOk });
  }

  /**
   * Stores the value and answers the one before. Below protocol 4.0 an empty one before looks like none and is
   * answered as undefined.
   */
  getAndSet(key: K, value: V, options?: CacheWriteOptions): Promise<V | undefined> {
    const build = () => this.#calls.write(key, value, options);
    const interpret = (reply: PutReply) => this.#calls.previous(reply);
    return this.#calls.run(operations.put, { build, options, interpret, flags: RETURN_PREVIOUS });
  }

  /** Removes the entry and answers its value. */
  getAndDelete(key: K, options?: CacheCallOptions): Promise<V | undefined> {
    const build = () => ({ key: this.#calls.key(key) });
    const { heldBefore: interpret } = this.#calls;
    return this.#calls.run(operations.remove, { build, options, interpret, flags: RETURN_PREVIOUS });
  }

  /** Stores the value where the key has an entry, and answers the value before; undefined where it has none. */
  getAndReplace(key: K, value: V, options?: CacheWriteOptions): Promise<V | undefined> {
    const build = () => this.#calls.write(key, value, options);
    const { heldBefore: interpret } = this.#calls;
    return this.#calls.run(operations.replace, { build, options, interpret, flags: RETURN_PREVIOUS });
  }

  /** Stores the value where the key has no entry, and answers the value that stood in the way; undefined where none did. */
  getOrSet(key: K, value: V, options?: CacheWriteOptions): Promise<V | undefined> {
    const build = () => this.#calls.write(key, value, options);
    const { heldBefore: interpret } = this.#calls;
    return this.#calls.run(operations.putIfAbsent, { build, options, interpret, flags: RETURN_PREVIOUS });
  }

  /**
   * The values of those keys that have one, in the order of `keys`, under the keys that were given. Each owner is asked for
   * its keys, all at the same time. Protocol 2.1 on.
   */
  async getMany(keys: Iterable<K>, options?: CacheCallOptions): Promise<Map<K, V>> {
    const given = [...listOf('keys', keys)];
    const encoded = given.map((key) => this.#calls.key(key));
    const values = new Array<V | typeof NO_VALUE>(given.length).fill(NO_VALUE);
    await getMany(this.#calls.bulk(options), encoded, (index, value) => {
      values[index] = this.#calls.codecs.value.decode(value);
    });
    const found = new Map<K, V>();
    for (const [index, value] of values.entries())
      if (value !== NO_VALUE) found.set(given[index] as K, value);
    return found;
  }

  /**
   * Stores many values, all with the same expiration; each owner gets its entries, in requests of about a mebibyte, all at the
   * same time. Of two values for one key the later one stays. When it fails, `mayHaveBeenApplied` says whether some may be
   * stored. Protocol 2.1 on.
   */
  async setMany(entries: Iterable<readonly [K, V]>, options?: CacheWriteOptions): Promise<void> {
    const encoded = listOf('entries', entries).map((entry) => {
      if (!Array.isArray(entry)) throw notAPair(entry);
      return { key: this.#calls.key(entry[0] as K), value: this.#calls.value(entry[1] as V) };
    });
    await setMany(this.#calls.bulk(options), encoded, expirationOf(options));
  }

  /**
   * Removes the keys, and answers how many had an entry. The protocol has no such operation: each removal is a request to the
   * key's owner, 512 at a time, none atomic with another. When some fail, the error tells how many; no more are begun then,
   * and the others are done. `timeoutMs` limits them all together.
   */
  async deleteMany(keys: Iterable<K>, options?: CacheCallOptions): Promise<number> {
    const encoded = listOf('keys', keys).map((key) => this.#calls.key(key));
    return deleteMany(this.#calls.bulk(options), encoded);
  }

  /** Entries in the whole cluster; it can be slow. */
  size(options?: CacheCallOptions): Promise<number> {
    const interpret = ({ size }: SizeReply) => Number(size);
    return this.#calls.run(operations.size, { build: emptyBody, options, interpret });
  }

  /** Removes every entry. */
  clear(options?: CacheCallOptions): Promise<void> {
    return this.#calls.run(operations.clear, { build: emptyBody, options, interpret: nothing });
  }

  /** The server's figures about the cache by name; −1 where it does not collect one. */
  stats(options?: CacheCallOptions): Promise<Record<string, number>> {
    const interpret = ({ statistics }: StatsReply) =>
      Object.fromEntries(statistics.map(({ name, value }) => [name, Number(value)]));
    return this.#calls.run(operations.stats, { build: emptyBody, options, interpret });
  }

  /**
   * All entries, in no order; what is written meanwhile shows or not. It does not count as a use of them. Protocol 2.3
   * on. `break` ends the server's cursor. When the server with the cursor is lost, it goes on at another one of the cluster,
   * without coming twice to an entry; where that cannot be, it rejects with `HOTROD_ITERATION_LOST` or
   * `HOTROD_CONNECTION_LOST`.
   */
  entries(options: IterateOptions = {}): CacheIteration<[K, V]> {
    return this.#iterate(
      (entry) => [this.#calls.decodeKey(entry.key), this.#calls.decodeValue(entry.values[0])],
      options,
    );
  }

  /** All entries with version and expiration. Protocol 2.5 on. Otherwise as {@link entries}. */
  entriesWithMetadata(options: IterateOptions = {}): CacheIteration<CacheEntry<V> & { readonly key: K }> {
    const decode = ({ key, values, metadata = this.#noMetadata() }: IterationEntry) => ({
      key: this.#calls.decodeKey(key),
      ...cacheEntry(this.#calls.decodeValue(values[0]), metadata),
    });
    return this.#iterate(decode, { ...options, metadata: true });
  }

  /** All keys; the values stay on the server. Otherwise as {@link entries}. */
  keys(options: IterateOptions = {}): CacheIteration<K> {
    const { name: cacheName } = this;
    const { mediaType: keyType } = this.#calls.codecs.key;
    const decode = ({ key }: IterationEntry): K => this.#calls.decodeKey(key);
    return new CacheIteration(iterateKeys(this.#calls.client, { cacheName, keyType, options, decode }));
  }

  /** All values. Otherwise as {@link entries}. */
  values(options: IterateOptions = {}): CacheIteration<V> {
    return this.#iterate((entry) => this.#calls.decodeValue(entry.values[0]), options);
  }

  /** {@link entries}. */
  [Symbol.asyncIterator](): CacheIteration<[K, V]> {
    return this.entries();
  }

  /**
   * Changes an entry by a function of what it holds, without losing what others write at the same moment: where somebody
   * was faster, `change` is called again with what they left. It returns the new value, undefined to remove the entry, or
   * {@link UNCHANGED} to leave it. Answers the value that is there then, undefined for none. A lifespan begins anew.
   *
   * Rejects with what `change` throws, and with `HOTROD_CONFLICT` after `maxAttempts`.
   */
  update(
    key: K,
    change: (entry: CacheEntry<V> | undefined) => Updated<V> | Promise<Updated<V>>,
    options: UpdateOptions = {},
  ): Promise<V | undefined> {
    return updateEntry(this, key, change, options, { random: Math.random });
  }

  /**
   * Has handlers called on what happens to entries, on any server, whoever does it. Resolves when the server has it.
   * Protocol 2.0 on. See {@link CacheSubscription} for what happens when the connection is lost.
   */
  subscribe(
    handlers: EntryEventHandlers<K, V>,
    options: ListenerOptions & WithValues,
  ): Promise<CacheSubscription>;
  subscribe<T>(
    handlers: ConvertedEventHandlers<T>,
    options: ListenerOptions & WithConverter<T>,
  ): Promise<CacheSubscription>;
  subscribe(handlers: EntryEventHandlers<K>, options?: ListenerOptions): Promise<CacheSubscription>;
  async subscribe(handlers: AnyEventHandlers, options: AnyListenerOptions = {}): Promise<CacheSubscription> {
    const reading = eventReading(this.#calls.codecs, handledTypes(handlers), options);
    return CacheSubscription.open({
      registry: this.#calls.client.events,
      target: this.#calls.target,
      handlers,
      reading,
      options,
    });
  }

  /** What happens to entries, as an async iterable; `break` ends it. Otherwise as {@link subscribe}. */
  events(options: EventStreamOptions & WithValues): CacheEventStream<CacheEntryEvent<K, V>>;
  events<T>(options: EventStreamOptions & WithConverter<T>): CacheEventStream<ConvertedCacheEvent<T>>;
  events(options?: EventStreamOptions): CacheEventStream<CacheEntryEvent<K>>;
  events(options: EventStreamOptions & AnyListenerOptions = {}): CacheEventStream<CacheEventInfo> {
    const reading = eventReading(this.#calls.codecs, wantedTypes(options.types), options);
    return new CacheEventStream({
      registry: this.#calls.client.events,
      target: this.#calls.target,
      reading,
      options,
    });
  }

  #iterate<T>(
    decode: (entry: IterationEntry) => T,
    options: IterateOptions & { readonly metadata?: boolean },
  ): CacheIteration<T> {
    return new CacheIteration(
      iterateEntries(this.#calls.client, this.#calls.target, { metadata: false, ...options }, decode),
    );
  }

  #noMetadata(): EntryMetadata {
    throw new HotRodError('entries with metadata need protocol 2.5', {
      code: 'HOTROD_UNSUPPORTED',
      operation: 'iterationNext',
      cache: this.name,
    });
  }
}

/** Of a key that has no entry. */
const NO_VALUE = Symbol('no value');

const RETURN_PREVIOUS = RequestFlag.FORCE_RETURN_PREVIOUS_VALUE;

function emptyBody(): Record<string, never> {
  return {};
}

function noName(name: unknown): HotRodError {
  return new HotRodError(`the name of a cache is a text, not ${typeof name}`, {
    code: 'HOTROD_INVALID_ARGUMENT',
  });
}

function notAPair(entry: unknown): HotRodError {
  return new HotRodError(`entries has ${typeof entry}; give pairs of key and value, [key, value]`, {
    code: 'HOTROD_INVALID_ARGUMENT',
  });
}
