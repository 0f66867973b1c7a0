import type { PairRead } from './pair-read.js';
import type { PairStore } from './pair-source.js';
import type { Receiver } from './receiver.js';
import type { SideRead } from './side-read.js';
import type { Two } from './two.js';
import type { CallOptions, VersionedStore } from './versioned-store.js';
import type { VersionedValue } from './versioned-value.js';

/** `get` of a store without a promise. Never throws. */
export type DirectGet = (
  key: Uint8Array,
  options: CallOptions,
  receiver: Receiver<VersionedValue | undefined>,
) => void;

/** Reads of a pair without a promise. They never throw, and tell their receiver within the time limit of each side. */
export interface DirectPairReads {
  read(key: Uint8Array, options: CallOptions, receiver: Receiver<PairRead>): void;
  readFirst(key: Uint8Array, options: CallOptions, receiver: Receiver<Two<SideRead>>): void;
}

const gets = new WeakMap<VersionedStore, DirectGet>();
const pairReads = new WeakMap<PairStore, DirectPairReads>();

/**
 * Says how a store is read without promises, for those who read often ({@link Receiver}). Kept by the object, and no method of it: whoever
 * wraps a store and replaces its `get` is asked, and not passed by.
 */
export function offerDirectGet(store: VersionedStore, get: DirectGet): void {
  gets.set(store, get);
}

/** The same for a pair. */
export function offerDirectPairReads(store: PairStore, reads: DirectPairReads): void {
  pairReads.set(store, reads);
}

/** How a pair is read without promises; undefined where it is not. */
export function directPairReadsOf(store: PairStore): DirectPairReads | undefined {
  return pairReads.get(store);
}

/** Reads a key of any store: directly where that was offered, else by what its `get` comes to. Never throws. */
export function getTo(
  store: VersionedStore,
  key: Uint8Array,
  options: CallOptions,
  receiver: Receiver<VersionedValue | undefined>,
): void {
  const get = gets.get(store);
  if (get !== undefined) {
    get(key, options, receiver);
    return;
  }
  try {
    store.get(key, options).then(
      (entry) => receiver.succeed(entry),
      (error: unknown) => receiver.fail(error),
    );
  } catch (error) {
    receiver.fail(error);
  }
}
