import type { Sha256 } from '@kvtwin/replica-pair';
import { type Clock, StoreError, systemClock } from '@kvtwin/versioned-value';
import type { Mapping } from './mapping.js';
import { emptyMapping } from './mapping.js';

/** How a migration works; everything has a default. */
export interface MigrateOptions {
  /** Default: everything is copied to where a proxy before the target finds it. */
  readonly mapping?: Mapping;
  /** Replaces other values that the target has for a key, under the version that was seen. Default false: they are skipped. */
  readonly overwrite?: boolean;
  /** Reads, and writes nothing to the target. One round. Default false. */
  readonly dryRun?: boolean;
  /** Rounds through the source at most: one that copies, then those that catch up with what was written meanwhile. Default 4. */
  readonly rounds?: number;
  /** Between two rounds, and before keys are held, in milliseconds. Default 600. */
  readonly settleMs?: number;
  /** Entries of a scan's batch and keys of a bulk read, 1 to 10,000. Default 256; less where values are large. */
  readonly batchSize?: number;
  /** Keys written at once. Default 64. */
  readonly concurrency?: number;
  /** Keys read from the source per second, at most. Default: no limit. */
  readonly rps?: number;
  /** Time limit of each call to a store, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number;
  /** How often a call that failed in passing is made again before the migration stops. Default 4. */
  readonly retries?: number;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  /** Default: Web Crypto. */
  readonly sha256?: Sha256;
}

/** {@link MigrateOptions} with every default filled in. */
export type MigrateSettings = Required<Omit<MigrateOptions, 'rps' | 'signal' | 'sha256'>> &
  Pick<MigrateOptions, 'rps' | 'sha256'> & { readonly signal: AbortSignal };

const defaults = {
  overwrite: false,
  dryRun: false,
  /** The second catches up with what was written during the first; more of them only while that one had to write. */
  rounds: 4,
  /** Three times the 200 ms within which a healthy double write reaches the second side. */
  settleMs: 600,
  batchSize: 256,
  /** Enough that a round trip of a few milliseconds to the target does not bound the copy; few enough for any server. */
  concurrency: 64,
  timeoutMs: 10_000,
  /** With pauses of 0.1, 0.2, 0.4 and 0.8 s: a restart of a connection passes, a server that is gone does not. */
  retries: 4,
} as const;

/** Fills in the defaults; refuses numbers that make no sense with `STORE_INVALID_ARGUMENT`. */
export function migrateSettings(options: MigrateOptions): MigrateSettings {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const settings: MigrateSettings = {
    ...defaults,
    mapping: emptyMapping,
    clock: systemClock,
    signal: new AbortController().signal,
    ...given,
  };
  const whole = (value: number, least: number, most = Number.MAX_SAFE_INTEGER): boolean =>
    Number.isSafeInteger(value) && value >= least && value <= most;
  const rules: [name: keyof MigrateSettings, holds: boolean, rule: string][] = [
    ['rounds', whole(settings.rounds, 1, 1000), 'a whole number from 1 to 1000'],
    ['settleMs', settings.settleMs >= 0 && Number.isFinite(settings.settleMs), '0 or more'],
    ['batchSize', whole(settings.batchSize, 1, 10_000), '1 to 10,000'],
    ['concurrency', whole(settings.concurrency, 1, 10_000), '1 to 10,000'],
    ['rps', settings.rps === undefined || settings.rps > 0, 'greater than 0'],
    ['timeoutMs', settings.timeoutMs > 0, 'greater than 0'],
    ['retries', whole(settings.retries, 0, 100), 'a whole number from 0 to 100'],
  ];
  for (const [name, holds, rule] of rules) {
    if (holds) continue;
    throw new StoreError(`${name} is ${String(settings[name])}; it must be ${rule}`, {
      code: 'STORE_INVALID_ARGUMENT',
      operation: 'migrate',
    });
  }
  return settings;
}
