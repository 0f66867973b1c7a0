import { checkCall, checkSelector } from './check-call.js';
import type { Clock } from './clock.js';
import { MemoryData } from './memory-data.js';
import { type MemoryLimits, memoryLimits } from './memory-limits.js';
import type { MemoryRegistry } from './memory-registry.js';
import { MemoryStore } from './memory-store.js';
import { StoreError } from './store-error.js';
import { systemClock } from './system-clock.js';
import type { StoreFamily } from './versioned-store.js';

/** How an in-memory family is opened. */
export interface MemoryStoreFamilyOptions {
  /** Decides what has expired. Default: the machine's clock. */
  readonly clock?: Clock;
  /** Families opened with the same registry and name share their data. Default: fresh, private data. */
  readonly registry?: MemoryRegistry;
  readonly limits?: Partial<MemoryLimits>;
  /**
   * Whether sets and sorted sets take any value: those that `withCounterEnvelopes` writes stand in an envelope. Default
   * false: a set's members have no value, a sorted set's have a score.
   */
  readonly enveloped?: boolean;
}

/**
 * Opens an in-memory replica named `memory:NAME`: the reference implementation of every capability. A set's members
 * are keys with an empty value, a sorted set's are keys whose value is the score as decimal text. Its scans show
 * keys in the order in which they were first written, and neither what is written later nor a key twice.
 */
export function openMemoryStoreFamily(name: string, options: MemoryStoreFamilyOptions = {}): StoreFamily {
  const familyName = `memory:${name}`;
  const clock = options.clock ?? systemClock;
  const limits = memoryLimits(options.limits);
  const data = options.registry?.dataOf(name) ?? new MemoryData();
  let closed = false;
  const refuseWhenClosed = (operation: string): void => {
    if (!closed) return;
    throw new StoreError(`${operation} on ${familyName}: it was closed`, {
      code: 'STORE_CLOSED',
      store: familyName,
      operation,
    });
  };
  const close = async (): Promise<void> => {
    closed = true;
  };
  return {
    name: familyName,
    async open(selector) {
      refuseWhenClosed('open');
      checkSelector(selector, familyName);
      const store = selector.table === undefined ? familyName : `${familyName}/${selector.table}`;
      const parts = { name: store, selector, data, clock, limits, familyClosed: () => closed };
      return new MemoryStore({ ...parts, enveloped: options.enveloped ?? false });
    },
    async ping(call) {
      refuseWhenClosed('ping');
      checkCall(call, { store: familyName, operation: 'ping' });
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
