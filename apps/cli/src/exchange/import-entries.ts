import { copiedExpiration, type GuardedOutcome, type MigrateTarget, writeGuarded } from '@kvtwin/reconcile';
import {
  type CallOptions,
  StoreError,
  systemClock,
  type VersionedValue,
  type WriteOptions,
} from '@kvtwin/versioned-value';
import type { ImportedEntry } from './exchange-row.js';

/** What becomes of lifespans: what is left of them, all of them from now on, or none. */
export type ImportedLifespans = 'carry' | 'anew' | 'none';

/** How entries are written. */
export interface ImportOptions {
  readonly target: MigrateTarget;
  readonly overwrite: boolean;
  readonly dryRun: boolean;
  readonly lifespans: ImportedLifespans;
  readonly call: CallOptions;
}

/** How a row ended. `expired`: its lifespan was over; `refused`: the store does not take such a key, value or table. */
export type ImportOutcome = GuardedOutcome | 'expired' | 'refused';

/** How a row ended, and what to say of it. */
export interface ImportResult {
  readonly outcome: ImportOutcome;
  readonly why?: string;
}

const refusals: readonly string[] = [
  'STORE_INVALID_KEY',
  'STORE_INVALID_VALUE',
  'STORE_INVALID_ARGUMENT',
  'STORE_UNSUPPORTED',
  'STORE_WRONG_TYPE',
];

/** Writes one entry under guard: where the store has nothing, or with `overwrite` under the version that was seen. */
export async function importEntry(imported: ImportedEntry, options: ImportOptions): Promise<ImportResult> {
  const { call, dryRun, lifespans, overwrite, target } = options;
  const { type, table, key, value } = imported;
  try {
    const stores = await target.storesOf(table === undefined ? { type } : { type, table }, key);
    const store = stores[0]!;
    const { maxLifespanMs } = target;
    const expiration = copiedExpiration(
      entryOf(imported),
      lifespanRule(imported, lifespans),
      { ...store.capabilities, maxLifespanMs },
      systemClock.nowMs(),
    );
    if (expiration.expired && lifespans === 'carry') return { outcome: 'expired' };
    const { version } = imported;
    const goesOn = version?.scheme === 'counter' && store.capabilities.conditionalReplay === true;
    const write: WriteOptions = { ...expiration.options, ...(goesOn ? { replayVersion: version } : {}) };
    const { outcome } = await writeGuarded(stores, {
      key,
      value,
      options: write,
      isOurs: async () => false,
      lookFirst: false,
      overwrite,
      dryRun,
      nowMs: () => systemClock.nowMs(),
      call,
    });
    return { outcome };
  } catch (error) {
    if (!StoreError.is(error) || !refusals.includes(error.code)) throw error;
    return { outcome: 'refused', why: `${error.message} (${error.code})` };
  }
}

/** As it was in the store that it comes from. */
function entryOf({ value, version, lifespanMs, maxIdleMs, expiresAtMs }: ImportedEntry): VersionedValue {
  const lifespan = lifespanMs ?? (expiresAtMs === undefined ? undefined : 1);
  const mortal = lifespan !== undefined || maxIdleMs !== undefined;
  const ends = expiresAtMs ?? (lifespanMs === undefined ? undefined : systemClock.nowMs() + lifespanMs);
  return {
    value,
    version: version ?? { scheme: 'memory', token: '' },
    expiration: mortal
      ? {
          kind: 'mortal',
          ...(lifespan === undefined ? {} : { lifespanMs: lifespan }),
          ...(maxIdleMs === undefined ? {} : { maxIdleMs }),
        }
      : { kind: 'immortal' },
    ...(lifespan === undefined || ends === undefined ? {} : { createdAtMs: ends - lifespan }),
  };
}

function lifespanRule({ lifespanMs, maxIdleMs }: ImportedEntry, lifespans: ImportedLifespans) {
  if (lifespans === 'carry') return {};
  const anew = lifespans === 'anew';
  return {
    lifespan: (anew ? lifespanMs : undefined) ?? ('unlimited' as const),
    maxIdle: (anew ? maxIdleMs : undefined) ?? ('unlimited' as const),
  };
}
