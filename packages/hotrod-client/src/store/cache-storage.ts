import { ClientIntelligence, type MediaType, mediaTypeName, operations } from '@kvtwin/hotrod-protocol';
import { StoreError } from '@kvtwin/versioned-value';
import type { CallBudget } from '../call-budget.js';
import { callTarget } from '../call-target.js';
import type { HotRodClient } from '../hotrod-client.js';
import type { CallTarget } from '../pending-call.js';

/** What a store must know about its cache before it touches it. */
export interface CacheStorage {
  /** For the headers of the store's requests. */
  readonly target: CallTarget;
  /** 0 where the server does not tell: it then is not clustered, or speaks too old a protocol. */
  readonly segmentCount: number;
  /** What keys lie in the cache as: the server hashes those bytes. Empty where it does not tell. */
  readonly storedKeyType: string;
}

/** Storage types whose bytes are the application's own bytes. */
const PLAIN_STORAGE = /^(?:application\/octet-stream|application\/unknown|text\/plain)(?:;|$)/;

/** Asks once per cache, at the first call that needs it, and again after a failure. */
export class CacheStorages {
  readonly #client: HotRodClient;
  readonly #store: string;
  readonly #media: string | undefined;
  readonly #known = new Map<string, CacheStorage>();

  /** `media`: what the URL asks for; undefined: bytes as stored, refused where those are another encoding. */
  constructor(client: HotRodClient, store: string, media: string | undefined) {
    this.#client = client;
    this.#store = store;
    this.#media = media;
  }

  known(cacheName: string): CacheStorage | undefined {
    return this.#known.get(cacheName);
  }

  async ask(cacheName: string, budget: CallBudget): Promise<CacheStorage> {
    const media = this.#media;
    const target = callTarget({ cacheName, keyType: media, valueType: media });
    const { reply, segmentCount } = await this.#client.execute({
      operation: operations.ping,
      request: {},
      target: callTarget({ cacheName, intelligence: ClientIntelligence.HASH_DISTRIBUTION_AWARE }),
      options: budget.rest,
      interpret: (reply, { topology }) => ({ reply, segmentCount: topology?.hash?.segmentCount ?? 0 }),
    });
    this.#check('keys', cacheName, reply.keyMediaType);
    this.#check('values', cacheName, reply.valueMediaType);
    const { keyMediaType } = reply;
    const storedKeyType = keyMediaType === undefined ? '' : (mediaTypeName(keyMediaType) ?? '');
    const storage = { target, segmentCount, storedKeyType };
    this.#known.set(cacheName, storage);
    return storage;
  }

  #check(what: string, cacheName: string, stored: MediaType | undefined): void {
    const type = stored === undefined ? undefined : mediaTypeName(stored);
    if (type === undefined || this.#media !== undefined || PLAIN_STORAGE.test(type)) return;
    const cache = cacheName === '' ? 'the default cache' : `cache ${cacheName}`;
    throw new StoreError(
      `${cache} at ${this.#store} stores ${what} as ${type}; add media=storage to the URL to work on those bytes as they are, or media=text/plain (or another type) to have the server convert them`,
      { code: 'STORE_INVALID_ARGUMENT', store: this.#store, operation: 'open' },
    );
  }
}
