import { equalBytes } from '@kvtwin/bytes';
import {
  type CallOptions,
  expiryInstantMs,
  type VersionedStore,
  type VersionedValue,
  type WriteOptions,
} from '@kvtwin/versioned-value';
import type { SkipReason } from './skip-reason.js';

/** Looks and writes before a key whose target never rests is given up. */
const mostAttempts = 8;

/** Two copies of one lifespan lie no farther apart: a second of the store's unit and one for the way. */
const expirationToleranceMs = 2000;

/** How one key is written. */
export interface GuardedWrite {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  /** Lifespan, max-idle and replayed version. */
  readonly options: WriteOptions;
  /** Whether what a store holds is ours: then it may be replaced. */
  readonly isOurs: (value: Uint8Array) => Promise<boolean>;
  /** Whether an earlier write of this key may have happened, so that a look comes before the first write. */
  readonly lookFirst: boolean;
  /** Replaces what is not ours too, under the version that was seen. */
  readonly overwrite: boolean;
  /** Only looks. */
  readonly dryRun: boolean;
  readonly nowMs: () => number;
  readonly call: CallOptions;
}

/** `written`: the stores hold the value, and some did not before. `same`: they held it already. */
export type GuardedOutcome =
  | 'written'
  | 'same'
  | Extract<SkipReason, 'exists' | 'expires-otherwise' | 'target-changes'>;

/** What a store of the target held that was not replaced. */
export interface GuardedResult {
  readonly outcome: GuardedOutcome;
  readonly held?: VersionedValue;
}

/**
 * Writes a value to each store in turn: where there is nothing, or what is there is ours, and under the version that
 * was seen. Of two stores nothing is written while one of them holds something of somebody else. Rejects with the
 * store's error.
 */
export async function writeGuarded(
  stores: readonly VersionedStore[],
  write: GuardedWrite,
): Promise<GuardedResult> {
  if (stores.length > 1) {
    for (const store of stores) {
      const look = await judge(store, write);
      if (look.outcome !== 'written' && look.outcome !== 'same') return look;
    }
  }
  let outcome: GuardedOutcome = 'same';
  for (const store of stores) {
    const written = await writeOne(store, write);
    if (written.outcome === 'written') outcome = 'written';
    else if (written.outcome !== 'same') return written;
  }
  return { outcome };
}

/** What a write would come to, judged by a look. */
interface Look extends GuardedResult {
  /** What is to be replaced. */
  readonly replaces?: VersionedValue;
}

async function judge(store: VersionedStore, write: GuardedWrite): Promise<Look> {
  const held = await store.get(write.key, write.call);
  if (held === undefined) return { outcome: 'written' };
  const same = equalBytes(held.value, write.value);
  if (same && expiresAlike(store, held, write)) return { outcome: 'same' };
  if (write.overwrite || (await write.isOurs(held.value))) return { outcome: 'written', replaces: held };
  return { outcome: same ? 'expires-otherwise' : 'exists', held };
}

async function writeOne(store: VersionedStore, write: GuardedWrite): Promise<GuardedResult> {
  const { dryRun, key, lookFirst, value, call } = write;
  const options = { ...write.options, ...call };
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    if (attempt === 0 && !lookFirst && !dryRun) {
      const { outcome } = await store.putIfAbsent(key, value, options);
      if (outcome === 'applied') return { outcome: 'written' };
    }
    const look = await judge(store, write);
    if (look.outcome !== 'written' || dryRun) return look;
    const { outcome } =
      look.replaces === undefined
        ? await store.putIfAbsent(key, value, options)
        : await store.replaceIfVersion(key, value, look.replaces.version, options);
    if (outcome === 'applied') return { outcome: 'written' };
  }
  return { outcome: 'target-changes' };
}

/** A lifespan that the mapping gives is compared as it is, one that was carried over by the instant of its end. */
function expiresAlike(
  store: VersionedStore,
  held: VersionedValue,
  { nowMs, options }: GuardedWrite,
): boolean {
  if (!store.capabilities.readsExpiration) return true;
  const { lifespanMs, maxIdleMs } = options;
  const { expiration } = held;
  const mortal = expiration.kind === 'mortal' ? expiration : { lifespanMs: undefined, maxIdleMs: undefined };
  // A max-idle time that is not below the lifespan never ends an entry; Infinispan does not keep it.
  const idle = maxIdleMs !== undefined && lifespanMs !== undefined && maxIdleMs >= lifespanMs;
  if (mortal.maxIdleMs !== maxIdleMs && !(idle && mortal.maxIdleMs === undefined)) return false;
  if (mortal.lifespanMs === lifespanMs) return true;
  if (mortal.lifespanMs === undefined || lifespanMs === undefined) return false;
  const endsMs = expiryInstantMs(held) ?? Number.POSITIVE_INFINITY;
  return Math.abs(endsMs - (nowMs() + lifespanMs)) <= expirationToleranceMs;
}

/** Removes a key from every store that still holds a value of ours. Answers whether nothing is left of it. */
export async function removeGuarded(
  stores: readonly VersionedStore[],
  { key, isOurs, dryRun, call }: Pick<GuardedWrite, 'key' | 'isOurs' | 'dryRun' | 'call'>,
): Promise<boolean> {
  let gone = true;
  for (const store of stores) {
    let left = true;
    for (let attempt = 0; left && attempt < mostAttempts; attempt++) {
      const held = await store.get(key, call);
      if (held === undefined) left = false;
      else if (!(await isOurs(held.value))) break;
      else if (dryRun) break;
      else left = (await store.removeIfVersion(key, held.version, call)).outcome === 'mismatch';
    }
    gone &&= !left;
  }
  return gone;
}
