import {
  type AnyReply,
  type EntryMetadata,
  type GetReply,
  type GetWithMetadataReply,
  hadPreviousEntry,
  type IterationEntry,
  type KeyRequest,
  type OperationDefinition,
  operations,
  type PreviousValue,
  type PutReply,
  type PutRequest,
  RequestFlag,
} from '@kvtwin/hotrod-protocol';
import { callTarget } from '../call-target.js';
import { checkCallOptions } from '../check-call-options.js';
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
import type { CallInput, CallTarget } from '../pending-call.js';
import { checkCodec, decodeWith, encodeWith } from './apply-codec.js';
import { type BulkContext, deleteMany, getMany, setMany } from './bulk-calls.js';
import {
  type CacheCallOptions,
  type CacheFlags,
  type CacheWriteOptions,
  checkVersion,
  expirationOf,
  flagsOf,
} from './cache-call-options.js';
import { type CacheEntry, cacheEntry } from './cache-entry.js';
import { CacheIteration } from './cache-iteration.js';
import type { CacheSender } from './cache-sender.js';
import type { Codec } from './codec.js';
import { type CacheCodecs, codecs } from './codecs.js';
import type { IterateOptions } from './iterate-batches.js';
import { iterateEntries } from './iterate-entries.js';
import { iterateKeys } from './iterate-keys.js';
import { keyRequest } from './key-request.js';
import { listOf } from './list-of.js';
import { type Payload, payloadBytes } from './payload-bytes.js';
import { type Updated, type UpdateOptions, updateEntry } from './update-entry.js';

type Operation<Request, Reply extends AnyReply> = OperationDefinition<Request, Reply>;
interface KeyInput<Reply extends AnyReply, Result> extends CallInput<KeyRequest | undefined, Reply, Result> {
  interpret(reply: Reply): Result;
}

/** A cache on the server, typed by its codecs. It holds nothing: as many as you like may stand for the same cache. */
export class Cache<K, V> {
  readonly #client: CacheSender;
  readonly #codecs: CacheCodecs<K, V>;
  readonly #target: CallTarget;
  readonly #flags: number;
  readonly #inputs: {
    readonly get: KeyInput<GetReply, V | undefined>;
    readonly getEntry: KeyInput<GetWithMetadataReply, CacheEntry<V> | undefined>;
    readonly has: KeyInput<AnyReply, boolean>;
    readonly remove: KeyInput<AnyReply, boolean>;
    readonly set: CallInput<PutRequest | undefined, PutReply, void>;
  };

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
    this.#client = client;
    this.#codecs = codecs;
    this.#flags = flags;
    this.#target = callTarget({
      cacheName: name,
      keyType: codecs.key.mediaType,
      valueType: codecs.value.mediaType,
    });
    this.#inputs = {
      get: this.#keyInput(operations.get, this.#valueOf),
      getEntry: this.#keyInput(operations.getWithMetadata, this.#entryOf),
      has: this.#keyInput(operations.containsKey, isOk),
      remove: this.#keyInput(operations.remove, isOk),
      set: {
        operation: operations.put as Operation<PutRequest | undefined, PutReply>,
        request: undefined,
        target: this.#target,
        flags,
        interpret: nothing,
      },
    };
  }

  /** The same cache with other codecs: `cache.as({ value: codecs.bytes }).get(key)`. */
  as<K2 = K, V2 = V>(given: { readonly key?: Codec<K2>; readonly value?: Codec<V2> }): Cache<K2, V2> {
    const codecs = { ...this.#codecs, ...given } as CacheCodecs<K2, V2>;
    return new Cache(this.#client, this.name, codecs, this.#flags);
  }

  /** The same cache with these flags on every call: `cache.withFlags({ skipIndexing: true })`. */
  withFlags(flags: CacheFlags): Cache<K, V> {
    return new Cache(this.#client, this.name, this.#codecs, flagsOf(flags));
  }

  /** The value, or undefined where there is no entry. It counts as a use of the entry, for max idle. */
  get(key: K, options?: CacheCallOptions): Promise<V | undefined> {
    return this.#runOnKey(this.#inputs.get, key, options);
  }

  /** The value with its version and expiration. It counts as a use of the entry. */
  getEntry(key: K, options?: CacheCallOptions): Promise<CacheEntry<V> | undefined> {
    return this.#runOnKey(this.#inputs.getEntry, key, options);
  }

  /** Whether the key has an entry. It does not count as a use of it. */
  has(key: K, options?: CacheCallOptions): Promise<boolean> {
    return this.#runOnKey(this.#inputs.has, key, options);
  }

  /** Stores the value, whatever was there. */
  set(key: K, value: V, options?: CacheWriteOptions): Promise<void> {
    if (options !== undefined) {
      return this.#run(operations.put, () => this.#write(key, value, options), options, nothing);
    }
    try {
      return this.#client.ask(this.#inputs.set, this.#write(key, value, options));
    } catch (error) {
      return Promise.reject(error);
    }
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
    return this.#runOnKey(this.#inputs.remove, key, options);
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
    return this.#run(operations.remove, build, options, this.#heldBefore, RETURN_PREVIOUS);
  }

  /** Stores the value where the key has an entry, and answers the value before; undefined where it has none. */
  getAndReplace(key: K, value: V, options?: CacheWriteOptions): Promise<V | undefined> {
    const build = () => this.#write(key, value, options);
    return this.#run(operations.replace, build, options, this.#heldBefore, RETURN_PREVIOUS);
  }

  /** Stores the value where the key has no entry, and answers the value that stood in the way; undefined where none did. */
  getOrSet(key: K, value: V, options?: CacheWriteOptions): Promise<V | undefined> {
    const build = () => this.#write(key, value, options);
    return this.#run(operations.putIfAbsent, build, options, this.#heldBefore, RETURN_PREVIOUS);
  }

  /**
   * The values of those keys that have one, in the order of `keys`, under the keys that were given. Each owner is asked for
   * its keys, all at the same time. Protocol 2.1 on.
   */
  async getMany(keys: Iterable<K>, options?: CacheCallOptions): Promise<Map<K, V>> {
    const given = [...listOf('keys', keys)];
    const encoded = given.map((key) => this.#key(key));
    const values = new Array<V | typeof NO_VALUE>(given.length).fill(NO_VALUE);
    await getMany(this.#bulk(options), encoded, (index, value) => {
      values[index] = this.#codecs.value.decode(value);
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
      return { key: this.#key(entry[0] as K), value: this.#value(entry[1] as V) };
    });
    await setMany(this.#bulk(options), encoded, expirationOf(options));
  }

  /**
   * Removes the keys, and answers how many had an entry. The protocol has no such operation: each removal is a request to the
   * key's owner, 512 at a time, none atomic with another. When some fail, the error tells how many; no more are begun then,
   * and the others are done. `timeoutMs` limits them all together.
   */
  async deleteMany(keys: Iterable<K>, options?: CacheCallOptions): Promise<number> {
    const encoded = listOf('keys', keys).map((key) => this.#key(key));
    return deleteMany(this.#bulk(options), encoded);
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

  /**
   * All entries, in no order; what is written meanwhile shows or not. It does not count as a use of them. Protocol 2.3
   * on. `break` ends the server's cursor. When the server with the cursor is lost, it goes on at another one of the cluster,
   * without coming twice to an entry; where that cannot be, it rejects with `HOTROD_ITERATION_LOST` or
   * `HOTROD_CONNECTION_LOST`.
   */
  entries(options: IterateOptions = {}): CacheIteration<[K, V]> {
    return this.#iterate(
      (entry) => [this.#decodeKey(entry.key), this.#decodeValue(entry.values[0])],
      options,
    );
  }

  /** All entries with version and expiration. Protocol 2.5 on. Otherwise as {@link entries}. */
  entriesWithMetadata(options: IterateOptions = {}): CacheIteration<CacheEntry<V> & { readonly key: K }> {
    const decode = ({ key, values, metadata = this.#noMetadata() }: IterationEntry) => ({
      key: this.#decodeKey(key),
      ...cacheEntry(this.#decodeValue(values[0]), metadata),
    });
    return this.#iterate(decode, { ...options, metadata: true });
  }

  /** All keys; the values stay on the server. Otherwise as {@link entries}. */
  keys(options: IterateOptions = {}): CacheIteration<K> {
    const { name: cacheName } = this;
    const { mediaType: keyType } = this.#codecs.key;
    const decode = ({ key }: IterationEntry): K => this.#decodeKey(key);
    return new CacheIteration(iterateKeys(this.#client, { cacheName, keyType, options, decode }));
  }

  /** All values. Otherwise as {@link entries}. */
  values(options: IterateOptions = {}): CacheIteration<V> {
    return this.#iterate((entry) => this.#decodeValue(entry.values[0]), options);
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
    const reading = eventReading(this.#codecs, handledTypes(handlers), options);
    return CacheSubscription.open({
      registry: this.#client.events,
      target: this.#target,
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
    const reading = eventReading(this.#codecs, wantedTypes(options.types), options);
    return new CacheEventStream({ registry: this.#client.events, target: this.#target, reading, options });
  }

  #iterate<T>(
    decode: (entry: IterationEntry) => T,
    options: IterateOptions & { readonly metadata?: boolean },
  ): CacheIteration<T> {
    return new CacheIteration(
      iterateEntries(this.#client, this.#target, { metadata: false, ...options }, decode),
    );
  }

  /** {@link #run} for what is asked most: without options all calls of an operation share one input. */
  #runOnKey<Reply extends AnyReply, Result>(
    shared: KeyInput<Reply, Result>,
    key: K,
    options: CacheCallOptions | undefined,
  ): Promise<Result> {
    if (options !== undefined) {
      const { operation, interpret } = shared;
      return this.#run(operation, () => ({ key: this.#key(key) }), options, interpret);
    }
    try {
      return this.#client.ask(shared, keyRequest(this.#codecs.key, key));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #keyInput<Reply extends AnyReply, Result>(
    operation: Operation<KeyRequest, Reply>,
    interpret: (reply: Reply) => Result,
  ): KeyInput<Reply, Result> {
    const wantsText = (this.#codecs.value as unknown) === codecs.text;
    return { operation, request: undefined, target: this.#target, flags: this.#flags, wantsText, interpret };
  }

  #run<Request, Reply extends AnyReply, Result>(
    operation: Operation<Request, Reply>,
    build: () => Request,
    options: CacheCallOptions | undefined,
    interpret: (reply: Reply) => Result,
    flags = 0,
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      checkCallOptions(options);
      const request = build();
      this.#client.submit(
        {
          operation,
          request,
          target: this.#target,
          flags: this.#flags | (options === undefined ? flags : flags | flagsOf(options)),
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
    reply.outcome === 'ok' ? this.#valueIn(reply.value) : undefined;

  readonly #entryOf = (reply: GetWithMetadataReply): CacheEntry<V> | undefined =>
    reply.outcome === 'ok' ? cacheEntry(this.#valueIn(reply.value), reply.metadata) : undefined;

  /** Where the status says that there was an entry, an empty value is one. */
  readonly #heldBefore = ({ previous }: AnyReply & { readonly previous?: PreviousValue }): V | undefined =>
    previous === undefined ? undefined : this.#codecs.value.decode(previous.value);

  /** Texts may be read already. */
  #valueIn(value: Uint8Array | string): V {
    return typeof value === 'string' ? (value as V) : this.#codecs.value.decode(value);
  }

  #bulk(options: CacheCallOptions | undefined): BulkContext {
    checkCallOptions(options);
    const flags = options === undefined ? this.#flags : this.#flags | flagsOf(options);
    return { sender: this.#client, target: this.#target, flags, options };
  }

  #write(key: K, value: V, options: CacheWriteOptions | undefined) {
    return { key: this.#key(key), expiration: expirationOf(options), value: this.#value(value) };
  }

  #key(key: K): Uint8Array {
    return encodeWith(this.#codecs.key, key, 'key');
  }

  #value(value: V): Uint8Array {
    return encodeWith(this.#codecs.value, value, 'value');
  }

  #decodeKey(bytes: Uint8Array): K {
    return decodeWith(this.#codecs.key, bytes, 'key');
  }

  #decodeValue(bytes: Uint8Array | undefined): V {
    return decodeWith(this.#codecs.value, bytes ?? new Uint8Array(), 'value');
  }

  #previous(reply: AnyReply & { readonly previous?: PreviousValue }): V | undefined {
    const { previous } = reply;
    return previous !== undefined && hadPreviousEntry(previous) === true
      ? this.#codecs.value.decode(previous.value)
      : undefined;
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

function isOk({ outcome }: AnyReply): boolean {
  return outcome === 'ok' || outcome === 'ok-with-previous';
}

function nothing(): void {}

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
