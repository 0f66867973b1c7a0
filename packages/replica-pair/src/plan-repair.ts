import { equalBytes } from '@kvtwin/bytes';
import type {
  EntryVersion,
  SideRead,
  StoreCapabilities,
  Two,
  VersionedValue,
  WriteOptions,
} from '@kvtwin/versioned-value';
import { type CarriedExpiration, carriedExpiration } from './carried-expiration.js';
import type { RepairTake } from './repair-request.js';
import type { RepairGuard } from './repair-result.js';

/** What is to be done on one side. */
export type PlannedWrite =
  | { readonly action: 'none' }
  | { readonly action: 'remove'; readonly entry: VersionedValue; readonly guard: RepairGuard }
  | {
      readonly action: 'create' | 'replace';
      /** What stands there now; absent for `create`. */
      readonly entry?: VersionedValue;
      readonly value: Uint8Array;
      readonly options: Pick<WriteOptions, 'lifespanMs' | 'maxIdleMs'>;
      /** The version that the entry is to have, where the store takes one; `put`: by an unconditional write only. */
      readonly replay?: { readonly version: EntryVersion; readonly by: 'condition' | 'put' };
      readonly expiration: CarriedExpiration;
      readonly guard: RepairGuard;
    };

/** A state that both sides are to reach: `undefined` is absence. */
export interface Target {
  readonly value: Uint8Array | undefined;
  /** The entry whose expiration goes along. */
  readonly from?: VersionedValue;
  readonly lifespanMs?: number;
  readonly maxIdleMs?: number;
  /** The version that it is to have, where that can be chosen. */
  readonly version?: EntryVersion;
  /** Write a value that is there already again, for its expiration. */
  readonly evenIfSame?: boolean;
}

/** The state that `take` asks for; `nothing-to-take` where it names an absent side. */
export function targetOf(take: RepairTake, sides: Two<SideRead>): Target | 'nothing-to-take' {
  if (take === 'removal') return { value: undefined };
  if (typeof take === 'object') return take;
  const side = sides[take === 'first' ? 0 : 1];
  if (side.state !== 'present') return 'nothing-to-take';
  return { value: side.entry.value, from: side.entry };
}

/** What one side needs so that it reaches the target; nothing where its value is that already. */
export function planWrite(
  target: Target,
  side: SideRead,
  store: StoreCapabilities,
  nowMs: number,
): PlannedWrite {
  const entry = side.state === 'present' ? side.entry : undefined;
  const { value } = target;
  if (value === undefined) {
    return entry === undefined ? { action: 'none' } : { action: 'remove', entry, guard: casGuard(store) };
  }
  if (entry !== undefined && (entry === target.from || equalBytes(entry.value, value))) {
    if (entry === target.from || target.evenIfSame !== true) return { action: 'none' };
  }
  const { told, options } = expirationOf(target, store, nowMs);
  const replay = replayOf(target.version, entry, store);
  const write = { value, options, expiration: told, ...(replay === undefined ? {} : { replay }) };
  return entry === undefined
    ? { action: 'create', ...write, guard: createGuard(store) }
    : { action: 'replace', entry, ...write, guard: casGuard(store) };
}

/** The weakest guard among the writes; `undefined` where there are none. */
export function weakestGuard(writes: Two<PlannedWrite>): RepairGuard | undefined {
  const guards = writes.flatMap((write) => (write.action === 'none' ? [] : [write.guard]));
  return (['none', 'weak', 'strong'] as const).find((guard) => guards.includes(guard));
}

/** A version is taken only where it is a step forward. What counts up by itself under compare-and-set is left to do so. */
function replayOf(
  version: EntryVersion | undefined,
  entry: VersionedValue | undefined,
  store: StoreCapabilities,
): Extract<PlannedWrite, { value: unknown }>['replay'] {
  if (version === undefined || store.replay !== true) return undefined;
  if (entry !== undefined && !(Number(version.token) > Number(entry.version.token))) return undefined;
  if (store.conditionalReplay === true) return { version, by: 'condition' };
  const countsUp = entry !== undefined && store.sameValueKeepsVersion !== true;
  return countsUp ? undefined : { version, by: 'put' };
}

/** How safe a write over an entry that is there is. */
export function casGuard(store: StoreCapabilities): RepairGuard {
  if (store.compareAndSet === 'none') return 'none';
  return store.compareAndSet === 'atomic' && store.tokensUnique ? 'strong' : 'weak';
}

/** How safe it is to create an entry. */
export function createGuard(store: StoreCapabilities): RepairGuard {
  if (store.putIfAbsent === 'none') return 'none';
  return store.putIfAbsent === 'atomic' ? 'strong' : 'weak';
}

function expirationOf(
  target: Target,
  store: StoreCapabilities,
  nowMs: number,
): { readonly told: CarriedExpiration; readonly options: Pick<WriteOptions, 'lifespanMs' | 'maxIdleMs'> } {
  if (target.from !== undefined) return carriedExpiration(target.from, store, nowMs);
  const { lifespanMs, maxIdleMs } = target;
  const limited = lifespanMs !== undefined || maxIdleMs !== undefined;
  return { told: limited ? 'carried' : 'unlimited', options: { lifespanMs, maxIdleMs } };
}
