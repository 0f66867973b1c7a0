import { StoreError } from './store-error.js';

/** Bounds of an in-memory store. Each is checked before anything is stored. */
export interface MemoryLimits {
  /** Entries of one family, all tables together. Default 10,000,000: a reference store, not a cache. */
  readonly maxEntries: number;
  /** Default 16,777,215 bytes, HustDB's own limit. */
  readonly maxKeyBytes: number;
  /** Default 1 GiB, so that only a test that wants a limit meets one. */
  readonly maxValueBytes: number;
}

const defaults: MemoryLimits = { maxEntries: 10_000_000, maxKeyBytes: 16_777_215, maxValueBytes: 2 ** 30 };

/** Fills in the defaults and refuses what is not a whole number from 1 on, with `STORE_INVALID_ARGUMENT`. */
export function memoryLimits(given: Partial<MemoryLimits> = {}): MemoryLimits {
  const limits = { ...defaults, ...given };
  for (const [name, value] of Object.entries(limits)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new StoreError(`${name} is ${value}; give a whole number from 1 on`, {
        code: 'STORE_INVALID_ARGUMENT',
      });
    }
  }
  return limits;
}
