import { CounterStore } from './counter-store.js';
import { StoreError } from './store-error.js';
import type { StoreFamily, StoreType, VersionedStore } from './versioned-store.js';

/** How enveloped values are read and written. */
export interface CounterEnvelopeOptions {
  /** Takes values without an envelope as version 1 instead of refusing them; the next write envelops them. */
  readonly adopt?: boolean;
  /** Written into each envelope and checked on reading. Default `kv`; a family gives it by itself. */
  readonly type?: StoreType;
  /**
   * Attempts of one write before `STORE_CONTENTION`. Default 32: among n writers of one key one succeeds each round,
   * so this many callers at once still get through.
   */
  readonly maxAttempts?: number;
}

/**
 * Gives a store HustDB's version semantics: a new key has version 1, every put counts up by one, a key written after
 * its removal starts at 1 again. The counter stands before the value in an envelope, so one store's caches hold both.
 *
 * Each write is a read and a conditional write, again when another writer came in between; `timeoutMs` limits each
 * of these calls. The read resets the entry's max-idle time. Needs an atomic compare-and-set and put-if-absent with
 * unique tokens below (`STORE_UNSUPPORTED` otherwise). A value without an envelope is refused with `STORE_PROTOCOL`,
 * also in a scan, and also by `remove`. A sorted set's very score keeps its version; `replaceIfVersion` with `replayVersion`
 * gives it one. Closing the result closes `store`.
 */
export function withCounterEnvelope(
  store: VersionedStore,
  options: CounterEnvelopeOptions = {},
): VersionedStore {
  const { compareAndSet, putIfAbsent, tokensUnique } = store.capabilities;
  if (compareAndSet !== 'atomic' || putIfAbsent !== 'atomic' || !tokensUnique) {
    throw new StoreError(
      `${store.name} cannot hold counter envelopes: it has no atomic compare-and-set with unique tokens`,
      { code: 'STORE_UNSUPPORTED', store: store.name, operation: 'open' },
    );
  }
  const maxAttempts = options.maxAttempts ?? 32;
  if (!Number.isSafeInteger(maxAttempts) || maxAttempts < 1) {
    throw new StoreError(`maxAttempts is ${maxAttempts}; give a whole number from 1 on`, {
      code: 'STORE_INVALID_ARGUMENT',
      store: store.name,
      operation: 'open',
    });
  }
  return new CounterStore(store, {
    type: options.type ?? 'kv',
    adopt: options.adopt ?? false,
    maxAttempts,
  });
}

/** {@link withCounterEnvelope} for every store that the family opens. Closing the result closes `family`. */
export function withCounterEnvelopes(
  family: StoreFamily,
  options: Omit<CounterEnvelopeOptions, 'type'> = {},
): StoreFamily {
  return {
    name: family.name,
    async open(selector) {
      return withCounterEnvelope(await family.open(selector), { ...options, type: selector.type });
    },
    ping: (call) => family.ping(call),
    close: () => family.close(),
    [Symbol.asyncDispose]: () => family.close(),
  };
}
