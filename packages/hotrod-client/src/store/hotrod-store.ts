import { isUtf8 } from 'node:buffer';
import {
  type AnyReply,
  type EntryMetadata,
  type OperationDefinition,
  operations,
  type SizeReply,
  type WireDuration,
  type WireExpiration,
} from '@kvtwin/hotrod-protocol';
import {
  type CallOptions,
  checkCall,
  checkWrite,
  type EntryVersion,
  offerDirectGet,
  offerDirectScan,
  type Receiver,
  type ReplayOptions,
  type ScanBatch,
  type ScanOptions,
  type StoreCapabilities,
  StoreError,
  type StoreErrorCode,
  type StoreParts,
  type StoreType,
  type VersionedStore,
  type VersionedValue,
  type WriteOptions,
  type WriteResult,
} from '@kvtwin/versioned-value';
import { CallBudget } from '../call-budget.js';
import type { HotRodClient } from '../hotrod-client.js';
import { fromEntryVersion } from '../hotrod-version.js';
import type { CacheStorage, CacheStorages } from './cache-storage.js';
import { joinEntryKey } from './entry-key.js';
import { type ScanCacheInput, scanCache, visitCache } from './scan-cache.js';
import type { TableMarker } from './table-marker.js';
import { toStoreError } from './to-store-error.js';
import { versionedValueOf } from './versioned-value-of.js';

/** What a store is made of. */
export interface HotRodStoreParts {
  readonly client: HotRodClient;
  readonly name: string;
  readonly type: StoreType;
  readonly cacheName: string;
  readonly storages: CacheStorages;
  /** What every key of the store begins with; empty: keys are the cache's as they are. */
  readonly prefix: Uint8Array;
  readonly marker: TableMarker | undefined;
  readonly capabilities: StoreCapabilities;
  /** Whether values are the callers' own, so that the rules of sets and sorted sets apply to them. */
  readonly plainValues: boolean;
  /** Whether the server converts keys and values from text: what is not UTF-8 would come back as other bytes. */
  readonly textOnly: boolean;
}

/** From this size on a value is not copied into the request, but kept until it is written: then it must be our own. */
const BORROWED_FROM_BYTES = 4_096;

/** A request about one key. */
interface PayloadRequest {
  readonly key: Uint8Array;
  readonly value?: Uint8Array;
}

/** One call of the store's callers. `need`: whether the table may be made for it. */
interface StoreCall<Request extends PayloadRequest, Reply extends AnyReply, Result> {
  readonly name: string;
  readonly options: CallOptions | undefined;
  readonly need: 'read' | 'create';
  readonly operation: OperationDefinition<Request, Reply>;
  readonly request: Request;
  readonly interpret: (reply: Reply) => Result;
}

/** One table, or the kv space, in a cache of a Hot Rod server. */
export class HotRodStore implements VersionedStore {
  readonly name: string;
  readonly capabilities: StoreCapabilities;
  readonly #parts: HotRodStoreParts;
  #closed = false;

  constructor(parts: HotRodStoreParts) {
    this.#parts = parts;
    this.name = parts.name;
    this.capabilities = parts.capabilities;
    offerDirectGet(this, (key, options, receiver) => this.#get(key, options, receiver));
    offerDirectScan(this, (options, visitorOf) =>
      this.#scan(options, (input) => visitCache(input, visitorOf)),
    );
  }

  get(key: Uint8Array, options: CallOptions = {}): Promise<VersionedValue | undefined> {
    return new Promise((resolve, reject) => this.#get(key, options, { succeed: resolve, fail: reject }));
  }

  #get(key: Uint8Array, options: CallOptions, receiver: Receiver<VersionedValue | undefined>): void {
    let request: PayloadRequest;
    try {
      this.#admit('get', options);
      request = { key: this.#key(key, 'get') };
    } catch (error) {
      receiver.fail(error);
      return;
    }
    const operation = operations.getWithMetadata;
    this.#submit({ name: 'get', options, need: 'read', operation, request, interpret: foundEntry }, receiver);
  }

  async getMany(keys: readonly Uint8Array[], options?: CallOptions): Promise<(VersionedValue | undefined)[]> {
    this.#admit('getMany', options);
    const requests = keys.map((key) => ({ key: this.#key(key, 'getMany') }));
    return Promise.all(
      requests.map((request) =>
        this.#call('getMany', options, 'read', operations.getWithMetadata, request, foundEntry),
      ),
    );
  }

  async put(key: Uint8Array, value: Uint8Array, options?: WriteOptions): Promise<WriteResult> {
    const request = this.#write('put', key, value, options);
    return this.#call('put', options, 'create', operations.put, request, () => ({ outcome: 'applied' }));
  }

  async putIfAbsent(key: Uint8Array, value: Uint8Array, options?: WriteOptions): Promise<WriteResult> {
    const request = this.#write('putIfAbsent', key, value, options);
    return this.#call('putIfAbsent', options, 'create', operations.putIfAbsent, request, ({ outcome }) => ({
      outcome: outcome === 'ok' ? 'applied' : 'exists',
    }));
  }

  async replaceIfVersion(
    key: Uint8Array,
    value: Uint8Array,
    version: EntryVersion,
    options?: WriteOptions,
  ): Promise<WriteResult> {
    const operation = 'replaceIfVersion';
    const request = this.#write(operation, key, value, options);
    const entryVersion = fromEntryVersion(version);
    if (entryVersion === undefined) return this.#foreignToken(key, options);
    const definition = operations.replaceIfUnmodified;
    return this.#call(operation, options, 'read', definition, { ...request, entryVersion }, conditional);
  }

  async remove(key: Uint8Array, options?: ReplayOptions): Promise<WriteResult> {
    this.#admitWrite('remove', options);
    const request = { key: this.#key(key, 'remove') };
    return this.#call('remove', options, 'read', operations.remove, request, conditional);
  }

  async removeIfVersion(key: Uint8Array, version: EntryVersion, options?: CallOptions): Promise<WriteResult> {
    const operation = 'removeIfVersion';
    this.#admit(operation, options);
    const entryVersion = fromEntryVersion(version);
    if (entryVersion === undefined) return this.#foreignToken(key, options);
    const request = { key: this.#key(key, operation), entryVersion };
    return this.#call(operation, options, 'read', operations.removeIfUnmodified, request, conditional);
  }

  scan(options: ScanOptions = {}): AsyncGenerator<ScanBatch> {
    return this.#scan(options, scanCache);
  }

  async *#scan<Batch>(
    options: ScanOptions,
    walk: (input: ScanCacheInput) => AsyncGenerator<Batch>,
  ): AsyncGenerator<Batch> {
    this.#admit('scan', options);
    if (this.capabilities.scan === 'none') {
      throw this.#refusal('STORE_UNSUPPORTED', 'scan', 'iteration with versions needs protocol 2.5');
    }
    try {
      const { target, segmentCount } = await this.#ready('read', new CallBudget(options));
      const { client, prefix } = this.#parts;
      yield* walk({ client, target, prefix, segmentCount, options });
    } catch (error) {
      throw toStoreError(error, this.name, 'scan');
    }
  }

  /** The cache's segments, where the server tells of any: a local cache has none. */
  async parts(options?: CallOptions): Promise<StoreParts | undefined> {
    this.#admit('parts', options);
    try {
      const { segmentCount, storedKeyType } = await this.#ready('read', new CallBudget(options));
      if (segmentCount === 0) return undefined;
      const prefix = Buffer.from(this.#parts.prefix).toString('hex');
      return {
        scheme: `hotrod-segments-${segmentCount} ${storedKeyType} ${prefix}`.trimEnd(),
        count: segmentCount,
      };
    } catch (error) {
      throw toStoreError(error, this.name, 'parts');
    }
  }

  /** What the server counts in the cache; a table among others in it cannot be told. */
  async count(options?: CallOptions): Promise<number | undefined> {
    this.#admit('count', options);
    const { client, prefix } = this.#parts;
    if (prefix.length > 0) return undefined;
    try {
      const { target } = await this.#ready('read', new CallBudget(options));
      const interpret = ({ size }: SizeReply): number => Number(size);
      return await client.execute({ operation: operations.size, request: {}, target, options, interpret });
    } catch (error) {
      throw toStoreError(error, this.name, 'count');
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #call<Request extends PayloadRequest, Reply extends AnyReply, Result>(
    name: string,
    options: CallOptions | undefined,
    need: 'read' | 'create',
    operation: OperationDefinition<Request, Reply>,
    request: Request,
    interpret: (reply: Reply) => Result,
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      const receiver = { succeed: resolve, fail: reject };
      this.#submit({ name, options, need, operation, request, interpret }, receiver);
    });
  }

  /** Settles with a StoreError where it fails. Once the store is ready, nothing stands between this and the client. */
  #submit<Request extends PayloadRequest, Reply extends AnyReply, Result>(
    call: StoreCall<Request, Reply, Result>,
    receiver: Receiver<Result>,
  ): void {
    const { client, cacheName, storages, marker } = this.#parts;
    const succeed = (result: Result): void => receiver.succeed(result);
    const fail = (error: unknown): void => receiver.fail(toStoreError(error, this.name, call.name));
    const send = ({ target }: CacheStorage, options: CallOptions | undefined): void => {
      const { operation, request, interpret } = call;
      const payloadBytes = request.key.length + (request.value?.length ?? 0);
      client.submit({ operation, request, target, payloadBytes, options, interpret }, succeed, fail);
    };
    const known = marker === undefined || marker.isOurs ? storages.known(cacheName) : undefined;
    try {
      if (known !== undefined && !isBelowMillisecond(call.options?.timeoutMs)) {
        send(known, call.options);
        return;
      }
      const budget = new CallBudget(call.options);
      this.#ready(call.need, budget)
        .then((storage) => send(storage, budget.rest))
        .catch(fail);
    } catch (error) {
      fail(error);
    }
  }

  /** What must be known before the first call: how the cache stores, and that the table has our type. */
  async #ready(need: 'read' | 'create', budget: CallBudget): Promise<CacheStorage> {
    const { cacheName, storages, marker } = this.#parts;
    const storage = storages.known(cacheName) ?? (await storages.ask(cacheName, budget));
    if (marker === undefined || marker.isOurs) return storage;
    if (need === 'create') await marker.claim(storage.target, budget);
    else await marker.check(storage.target, budget);
    return storage;
  }

  /** A token of another scheme is never the current one. */
  async #foreignToken(key: Uint8Array, options: CallOptions | undefined): Promise<WriteResult> {
    const current = await this.get(key, { signal: options?.signal, timeoutMs: options?.timeoutMs });
    return { outcome: current === undefined ? 'absent' : 'mismatch' };
  }

  #write(operation: string, key: Uint8Array, value: Uint8Array, options: WriteOptions | undefined) {
    this.#admitWrite(operation, options);
    this.#admitValue(operation, value);
    return {
      key: this.#key(key, operation),
      value: value.length < BORROWED_FROM_BYTES ? value : value.slice(),
      expiration: expirationOf(options),
    };
  }

  #key(key: Uint8Array, operation: string): Uint8Array {
    const { prefix, textOnly } = this.#parts;
    if (textOnly && !isUtf8(key)) {
      throw this.#refusal(
        'STORE_INVALID_KEY',
        operation,
        'the key is not UTF-8, which the media type asked for is',
      );
    }
    const joined =
      prefix.length > 0 || key.length < BORROWED_FROM_BYTES ? joinEntryKey(prefix, key) : key.slice();
    if (joined.length <= this.capabilities.maxKeyBytes) return joined;
    const { maxKeyBytes } = this.capabilities;
    throw this.#refusal(
      'STORE_INVALID_KEY',
      operation,
      `the key has ${key.length} bytes, more than ${maxKeyBytes}`,
    );
  }

  #admit(operation: string, options: CallOptions | undefined): void {
    checkCall(options, { store: this.name, operation });
    if (this.#closed) throw this.#refusal('STORE_CLOSED', operation, 'it was closed');
  }

  #admitWrite(operation: string, options: WriteOptions | undefined): void {
    this.#admit(operation, options);
    checkWrite(options, { store: this.name, operation });
    if (options?.replayVersion === undefined) return;
    throw this.#refusal('STORE_UNSUPPORTED', operation, 'Hot Rod servers choose versions themselves');
  }

  #admitValue(operation: string, value: Uint8Array): void {
    const { maxValueBytes, emptyValues } = this.capabilities;
    const { plainValues, textOnly, type } = this.#parts;
    if (textOnly && !isUtf8(value)) {
      const what = 'the value is not UTF-8, which the media type asked for is';
      throw this.#refusal('STORE_INVALID_VALUE', operation, what);
    }
    if (value.length > maxValueBytes && !(plainValues && type === 'zset')) {
      const what =
        type === 'set'
          ? 'a set member has no value; give an empty one'
          : `the value has ${value.length} bytes, more than ${maxValueBytes}`;
      throw this.#refusal('STORE_INVALID_VALUE', operation, what);
    }
    if (plainValues && type === 'zset' && !isScore(value)) {
      const what = 'the value of a zset member is its score, a signed 64-bit integer as decimal text';
      throw this.#refusal('STORE_INVALID_VALUE', operation, what);
    }
    if (value.length === 0 && !emptyValues) {
      throw this.#refusal('STORE_INVALID_VALUE', operation, 'the value is empty');
    }
  }

  #refusal(code: StoreErrorCode, operation: string, why: string): StoreError {
    return new StoreError(`${operation} on ${this.name}: ${why}`, { code, store: this.name, operation });
  }
}

function foundEntry(
  reply: { outcome: 'ok'; metadata: EntryMetadata; value: Uint8Array } | { outcome: 'absent' },
): VersionedValue | undefined {
  return reply.outcome === 'ok' ? versionedValueOf(reply.value, reply.metadata) : undefined;
}

/** A time limit that is as good as over: a budget makes a millisecond of it. */
function isBelowMillisecond(timeoutMs: number | undefined): boolean {
  return timeoutMs !== undefined && timeoutMs < 1;
}

function conditional({ outcome }: AnyReply): WriteResult {
  if (outcome === 'ok') return { outcome: 'applied' };
  return { outcome: outcome === 'absent' ? 'absent' : 'mismatch' };
}

function expirationOf({ lifespanMs, maxIdleMs }: WriteOptions = {}): WireExpiration {
  return { lifespan: durationOf(lifespanMs), maxIdle: durationOf(maxIdleMs) };
}

function durationOf(ms: number | undefined): WireDuration {
  return ms === undefined ? { unit: 'infinite' } : { unit: 'milliseconds', amount: Math.ceil(ms) };
}

function isScore(value: Uint8Array): boolean {
  if (value.length > 20) return false;
  const text = String.fromCharCode(...value);
  return /^(?:0|-?[1-9]\d*)$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);
}
