import { equalBytes } from '@kvtwin/bytes';
import {
  type CallOptions,
  type SideRead,
  StoreError,
  sameVersion,
  type Two,
  type VersionedStore,
  type VersionedValue,
} from '@kvtwin/versioned-value';
import type { LocatedKey } from './located-key.js';
import type { SourceRead } from './migrate-source.js';

/**
 * Reads keys from the two masters of each, and says whether they hold the same value; the versions do not matter to
 * that. `storesOf` must answer the same objects for the same masters and place.
 */
export async function readMasters(
  keys: readonly LocatedKey[],
  storesOf: (key: LocatedKey) => Promise<Two<VersionedStore>>,
  call: CallOptions,
): Promise<readonly SourceRead[]> {
  const groups = new Map<VersionedStore, Map<VersionedStore, number[]>>();
  for (const [at, located] of keys.entries()) {
    const [first, second] = await storesOf(located);
    const bySecond = groups.get(first) ?? new Map<VersionedStore, number[]>();
    groups.set(first, bySecond);
    const group = bySecond.get(second);
    if (group === undefined) bySecond.set(second, [at]);
    else group.push(at);
  }
  const reads = new Array<SourceRead>(keys.length);
  const work = [...groups].flatMap(([first, seconds]) =>
    [...seconds].map(async ([second, group]) => {
      const wanted = group.map((at) => keys[at]!.key);
      const [one, other] = await Promise.all([readSide(first, wanted, call), readSide(second, wanted, call)]);
      for (const [index, at] of group.entries()) reads[at] = compared([one[index]!, other[index]!]);
    }),
  );
  await Promise.all(work);
  return reads;
}

async function readSide(
  store: VersionedStore,
  keys: readonly Uint8Array[],
  call: CallOptions,
): Promise<readonly SideRead[]> {
  try {
    const entries = await store.getMany(keys, call);
    return entries.map((entry) => (entry === undefined ? { state: 'absent' } : { state: 'present', entry }));
  } catch (error) {
    if (call.signal?.aborted === true || !StoreError.is(error)) throw error;
    if (isOfOneKey(error)) {
      // One key that a node cannot tell must not keep the others from being told.
      if (keys.length === 1) return [{ state: 'unknown' }];
      const sides: SideRead[] = [];
      for (const key of keys) sides.push(...(await readSide(store, [key], call)));
      return sides;
    }
    // The name is another type's there, so that none of these keys is.
    const side: SideRead =
      error.code === 'STORE_WRONG_TYPE' ? { state: 'absent' } : { state: 'failed', error };
    return keys.map(() => side);
  }
}

/** A store that answers so may well tell other keys: it cannot tell the value of one, or lists a key that it takes no reads of. */
export function isOfOneKey(error: unknown): boolean {
  return StoreError.is(error) && (error.code === 'STORE_PROTOCOL' || error.code === 'STORE_INVALID_KEY');
}

/** What two masters say of a key, taken together. */
export function compared(sides: Two<SideRead>): SourceRead {
  const [first, second] = sides;
  const failed = first.state === 'failed' ? first : second;
  if (failed.state === 'failed') return { kind: 'unreadable', error: failed.error };
  if (first.state === 'unknown' || second.state === 'unknown') {
    return { kind: 'disagree', why: 'not-told', sides };
  }
  if (first.state === 'absent' && second.state === 'absent') return { kind: 'absent' };
  if (first.state !== 'present' || second.state !== 'present') {
    return { kind: 'disagree', why: 'one-sided', sides };
  }
  if (equalBytes(first.entry.value, second.entry.value)) {
    return { kind: 'value', entry: later(first.entry, second.entry) };
  }
  const sameCount = sameVersion(first.entry.version, second.entry.version);
  return { kind: 'disagree', why: sameCount ? 'value-conflict' : 'diverged', sides };
}

/** Of two entries with one value the one that was written more often: its count goes on in the target. */
function later(first: VersionedValue, second: VersionedValue): VersionedValue {
  const count = ({ version }: VersionedValue): number =>
    version.scheme === 'counter' ? Number(version.token) : 0;
  return count(second) > count(first) ? second : first;
}
