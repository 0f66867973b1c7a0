import { type Clock, StoreError, systemClock, type VersionPolicy } from '@kvtwin/versioned-value';
import type { DiffProgress } from './diff-progress.js';

/** How `diffStores` works; everything has a default. */
export interface DiffOptions {
  /** `counter` compares versions too, `opaque` (the default) values only. */
  readonly policy?: VersionPolicy;
  /** The window over which a difference must stay the same before it is called one, in milliseconds. Default 600. */
  readonly settleMs?: number;
  /** How many reads of both sides must show it, spread over the window. Default 3, at least 2. */
  readonly confirmReads?: number;
  /** All reads of one key before it is given up as `unsettled` (or, when a side fails, `unreadable`). Default 20. */
  readonly maxReads?: number;
  /** Entries per scan batch, and 500 of them at most per bulk read; 1 to 100,000. Default 4,000; less where values are large. */
  readonly batchSize?: number;
  /** Bulk reads at once while differences are confirmed; in a job also units that are scanned at once. Default 4. */
  readonly concurrency?: number;
  /** Keys read per second from each side, at most. Default: no limit. */
  readonly rps?: number;
  /**
   * The 99th percentile that a call to a side may take, in milliseconds: over it, less is asked of that side, and more
   * again when it recovers. Default: four times what the side does at its best, 250 ms at least.
   */
  readonly maxP99Ms?: number;
  /**
   * Where a store's listing shifts under removals (HustDB), each part of it is listed until two listings in a row show the
   * same keys, so often at most, 2 to 100. Default 10.
   */
  readonly maxListings?: number;
  /** Time limit of each call to a store, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number;
  /** How often a scan that broke off is resumed before the diff fails. Default 3. */
  readonly scanRetries?: number;
  /** Expirations this near count as the same, in milliseconds. Default: the coarser store's unit and a second. */
  readonly expirationToleranceMs?: number;
  /** Memory for keys under comparison; what does not fit waits for another pass over both stores. Default 64 MiB, at least 64 KiB. */
  readonly maxTrackedBytes?: number;
  readonly signal?: AbortSignal;
  /** Called after each batch. Must not throw. */
  readonly onProgress?: (progress: DiffProgress) => void;
  readonly clock?: Clock;
  /** Seed of the digests, a 32-bit number. Default: random, so that nobody can prepare values that collide. */
  readonly seed?: number;
}

/** {@link DiffOptions} with every default filled in. */
export type DiffSettings = Required<
  Omit<DiffOptions, 'rps' | 'maxP99Ms' | 'expirationToleranceMs' | 'signal' | 'onProgress'>
> &
  Pick<DiffOptions, 'rps' | 'maxP99Ms' | 'expirationToleranceMs' | 'signal' | 'onProgress'>;

const defaults = {
  policy: 'opaque',
  /** Three times the 200 ms within which a healthy double write reaches the second side. */
  settleMs: 600,
  confirmReads: 3,
  /** With the defaults above a key that changes all the time is watched for about six seconds. */
  maxReads: 20,
  /** A part of a large cache in one batch, or few: servers need a third less for a key than with 500, and more gain little. */
  batchSize: 4000,
  /** Four keep both sides at work while some wait for a round trip; more were not faster, and hold more memory. */
  concurrency: 4,
  /** A table whose keys come and go each second comes to rest within some listings, or never. */
  maxListings: 10,
  timeoutMs: 10_000,
  scanRetries: 3,
  /** Half a million keys of 20 bytes wait in it while the two scans go through the keys in different orders. */
  maxTrackedBytes: 64 * 1024 * 1024,
} as const;

/** With less, nearly every key would have its own pass. */
const leastTrackedBytes = 64 * 1024;

/** Fills in the defaults; refuses numbers that make no sense with `STORE_INVALID_ARGUMENT`. */
export function diffSettings(options: DiffOptions): DiffSettings {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const settings: DiffSettings = {
    ...defaults,
    clock: systemClock,
    seed: Math.floor(Math.random() * 2 ** 32),
    ...given,
  };
  const whole = (value: number, least: number): boolean => Number.isSafeInteger(value) && value >= least;
  const rules: [name: keyof DiffSettings, holds: boolean, rule: string][] = [
    ['settleMs', settings.settleMs > 0 && Number.isFinite(settings.settleMs), 'greater than 0'],
    ['confirmReads', whole(settings.confirmReads, 2), 'a whole number from 2 on'],
    ['maxReads', whole(settings.maxReads, settings.confirmReads), 'a whole number, at least confirmReads'],
    ['batchSize', whole(settings.batchSize, 1) && settings.batchSize <= 100_000, '1 to 100,000'],
    ['concurrency', whole(settings.concurrency, 1), 'a whole number from 1 on'],
    ['rps', settings.rps === undefined || settings.rps > 0, 'greater than 0'],
    ['maxP99Ms', settings.maxP99Ms === undefined || settings.maxP99Ms > 0, 'greater than 0'],
    ['maxListings', whole(settings.maxListings, 2) && settings.maxListings <= 100, '2 to 100'],
    ['timeoutMs', settings.timeoutMs > 0, 'greater than 0'],
    ['scanRetries', whole(settings.scanRetries, 0), 'a whole number from 0 on'],
    [
      'maxTrackedBytes',
      whole(settings.maxTrackedBytes, leastTrackedBytes),
      `a whole number from ${leastTrackedBytes} on`,
    ],
  ];
  for (const [name, holds, rule] of rules) {
    if (holds) continue;
    throw new StoreError(`${name} is ${String(settings[name])}; it must be ${rule}`, {
      code: 'STORE_INVALID_ARGUMENT',
      operation: 'diff',
    });
  }
  return settings;
}
