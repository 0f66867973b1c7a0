import {
  type AnyReply,
  type GetReply,
  type GetWithMetadataReply,
  hadPreviousEntry,
  type KeyRequest,
  type OperationDefinition,
  operations,
  type PreviousValue,
  type PutReply,
  type PutRequest,
} from '@kvtwin/hotrod-protocol';
import { callTarget } from '../call-target.js';
import { checkCallOptions } from '../check-call-options.js';
import type { CallInput, CallTarget, PendingCall } from '../pending-call.js';
import { decodeWith, encodeWith } from './apply-codec.js';
import type { BulkContext } from './bulk-calls.js';
import {
  type CacheCallOptions,
  type CacheWriteOptions,
  expirationOf,
  flagsOf,
} from './cache-call-options.js';
import { type CacheEntry, cacheEntry } from './cache-entry.js';
import type { CacheSender } from './cache-sender.js';
import { type CacheCodecs, codecs, textToEncode } from './codecs.js';
import { keyRequest } from './key-request.js';
import { type Payload, payloadBytes } from './payload-bytes.js';
import { TextMemory } from './text-memory.js';

type Operation<Request, Reply extends AnyReply> = OperationDefinition<Request, Reply>;

/** A call about one key, shared by all calls of its operation that have no options. */
export interface KeyInput<Reply extends AnyReply, Result>
  extends CallInput<KeyRequest | undefined, Reply, Result> {
  interpret(reply: Reply): Result;
}

/** Beside what the caller asks for. */
export interface RunOptions<Request, Reply extends AnyReply, Result> {
  /** Makes the request; what it throws rejects the call. */
  readonly build: () => Request;
  readonly options: CacheCallOptions | undefined;
  readonly interpret: (reply: Reply, call: PendingCall) => Result;
  /** More `RequestFlag` bits. */
  readonly flags?: number;
}

/** How the calls of a cache are made: its codecs applied, its target and flags in each. */
export class CacheCalls<K, V> {
  readonly client: CacheSender;
  readonly codecs: CacheCodecs<K, V>;
  readonly target: CallTarget;
  /** `RequestFlag` bits of every call. */
  readonly flags: number;
  readonly get: KeyInput<GetReply, V | undefined>;
  readonly getEntry: KeyInput<GetWithMetadataReply, CacheEntry<V> | undefined>;
  readonly has: KeyInput<AnyReply, boolean>;
  readonly remove: KeyInput<AnyReply, boolean>;
  readonly #set: CallInput<PutRequest | undefined, PutReply, void>;

  constructor(client: CacheSender, cacheName: string, codecs: CacheCodecs<K, V>, flags: number) {
    this.client = client;
    this.codecs = codecs;
    this.flags = flags;
    const { key, value } = codecs;
    this.target = callTarget({ cacheName, keyType: key.mediaType, valueType: value.mediaType });
    this.get = this.#keyInput(operations.get, (reply) =>
      reply.outcome === 'ok' ? this.#valueIn(reply.value) : undefined,
    );
    this.getEntry = this.#keyInput(operations.getWithMetadata, (reply) =>
      reply.outcome === 'ok' ? cacheEntry(this.#valueIn(reply.value), reply.metadata) : undefined,
    );
    this.has = this.#keyInput(operations.containsKey, isOk);
    this.remove = this.#keyInput(operations.remove, isOk);
    this.#set = {
      operation: operations.put as Operation<PutRequest | undefined, PutReply>,
      request: undefined,
      target: this.target,
      flags,
      interpret: giveBackValue,
    };
  }

  /** What is asked most: without options all calls of an operation share one input. */
  runOnKey<Reply extends AnyReply, Result>(
    shared: KeyInput<Reply, Result>,
    key: K,
    options: CacheCallOptions | undefined,
  ): Promise<Result> {
    if (options !== undefined) {
      const { operation, interpret } = shared;
      return this.run(operation, { build: () => ({ key: this.key(key) }), options, interpret });
    }
    try {
      return this.client.ask(shared, keyRequest(this.codecs.key, key));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  set(key: K, value: V, options: CacheWriteOptions | undefined): Promise<void> {
    if (options !== undefined) {
      const build = () => this.#lentWrite(key, value, options);
      return this.run(operations.put, { build, options, interpret: giveBackValue });
    }
    try {
      return this.client.ask(this.#set, this.#lentWrite(key, value, options));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  run<Request, Reply extends AnyReply, Result>(
    operation: Operation<Request, Reply>,
    { build, options, interpret, flags = 0 }: RunOptions<Request, Reply, Result>,
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      checkCallOptions(options);
      const request = build();
      this.client.submit(
        {
          operation,
          request,
          target: this.target,
          flags: this.flags | (options === undefined ? flags : flags | flagsOf(options)),
          payloadBytes: payloadBytes(request as Payload),
          options,
          interpret,
        },
        resolve,
        reject,
      );
    });
  }

  /** What calls about many keys need. */
  bulk(options: CacheCallOptions | undefined): BulkContext {
    checkCallOptions(options);
    const flags = options === undefined ? this.flags : this.flags | flagsOf(options);
    return { sender: this.client, target: this.target, flags, options };
  }

  /** The body of a write. */
  write(key: K, value: V, options: CacheWriteOptions | undefined) {
    return { key: this.key(key), expiration: expirationOf(options), value: this.value(value) };
  }

  /** {@link write} in memory that is used again once the server has answered. */
  #lentWrite(key: K, value: V, options: CacheWriteOptions | undefined) {
    const text = textToEncode(this.codecs.value, value);
    const lent = text === undefined ? undefined : textMemory.lend(text);
    if (lent === undefined) return this.write(key, value, options);
    return { key: this.key(key), expiration: expirationOf(options), value: lent };
  }

  key(key: K): Uint8Array {
    return encodeWith(this.codecs.key, key, 'key');
  }

  value(value: V): Uint8Array {
    return encodeWith(this.codecs.value, value, 'value');
  }

  decodeKey(bytes: Uint8Array): K {
    return decodeWith(this.codecs.key, bytes, 'key');
  }

  decodeValue(bytes: Uint8Array | undefined): V {
    return decodeWith(this.codecs.value, bytes ?? new Uint8Array(), 'value');
  }

  /** The value before a write that happens in any case: only its own status says that there was one. */
  previous({ previous }: AnyReply & { readonly previous?: PreviousValue }): V | undefined {
    return previous !== undefined && hadPreviousEntry(previous) === true
      ? this.codecs.value.decode(previous.value)
      : undefined;
  }

  /** Where the reply's status says that there was an entry, an empty value is one. */
  readonly heldBefore = ({ previous }: AnyReply & { readonly previous?: PreviousValue }): V | undefined =>
    previous === undefined ? undefined : this.codecs.value.decode(previous.value);

  #keyInput<Reply extends AnyReply, Result>(
    operation: Operation<KeyRequest, Reply>,
    interpret: (reply: Reply) => Result,
  ): KeyInput<Reply, Result> {
    const wantsText = (this.codecs.value as unknown) === codecs.text;
    return { operation, request: undefined, target: this.target, flags: this.flags, wantsText, interpret };
  }

  /** Texts may be read already. */
  #valueIn(value: Uint8Array | string): V {
    return typeof value === 'string' ? (value as V) : this.codecs.value.decode(value);
  }
}

/** Whether it was done. */
export function isOk({ outcome }: AnyReply): boolean {
  return outcome === 'ok' || outcome === 'ok-with-previous';
}

/** That of all clients. */
const textMemory = new TextMemory();

/** An answer says that the server has read the request to its end. */
function giveBackValue(_: PutReply, { request }: PendingCall): void {
  textMemory.giveBack((request as PutRequest).value);
}

/** For calls that answer nothing. */
export function nothing(): void {}
