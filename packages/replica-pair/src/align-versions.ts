import {
  type CallOptions,
  type Clock,
  type EntryVersion,
  type PairRead,
  sameVersion,
  type Two,
  type VersionedValue,
  type WriteResult,
} from '@kvtwin/versioned-value';
import { carriedExpiration } from './carried-expiration.js';
import type { PairSide } from './pair-side.js';

/**
 * Writes by which a version is counted up to that of the other side, where the store takes none under compare-and-set.
 * What is further apart takes the version in one write that is not guarded: it looks directly before it.
 */
export const maxCountedSteps = 256;

/** The lower of two counters, and the one that it is to become; undefined where they are the same or no counters. */
export function lowerVersion(
  read: PairRead,
): { readonly at: 0 | 1; readonly entry: VersionedValue; readonly to: EntryVersion } | undefined {
  const [first, second] = read.sides;
  if (!read.versionsCompared || first.state !== 'present' || second.state !== 'present') return undefined;
  const counts = [Number(first.entry.version.token), Number(second.entry.version.token)] as const;
  if (!(counts[0] > 0 && counts[1] > 0) || counts[0] === counts[1]) return undefined;
  return counts[0] < counts[1]
    ? { at: 0, entry: first.entry, to: second.entry.version }
    : { at: 1, entry: second.entry, to: first.entry.version };
}

/**
 * Gives a side that holds the value already the version of the other one, by writing the value again under
 * compare-and-set. Its expiration stays where the store tells it. A sorted set's score keeps its version when it is set
 * again, so it takes the version in one write, directly after a look.
 */
export async function alignVersion(
  side: PairSide,
  key: Uint8Array,
  { entry, to }: { readonly entry: VersionedValue; readonly to: EntryVersion },
  { clock, call }: { readonly clock: Clock; readonly call: CallOptions },
): Promise<void> {
  const capabilities = await side.capabilities();
  const write = (version: EntryVersion, replay: { replayVersion?: EntryVersion }): Promise<WriteResult> => {
    const { options } = carriedExpiration(entry, capabilities, clock.nowMs());
    return side.call('replaceIfVersion', call, (store, limits) =>
      store.replaceIfVersion(key, entry.value, version, { ...options, ...replay, ...limits }),
    );
  };
  if (capabilities.conditionalReplay === true) {
    await write(entry.version, { replayVersion: to });
    return;
  }
  const behind = Number(to.token) - Number(entry.version.token);
  // The same score set again counts nothing: there only a replay raises the version.
  if (capabilities.sameValueKeepsVersion === true || behind > maxCountedSteps) {
    const now = await side.read(key, call);
    const asRead = now.state === 'present' && sameVersion(now.entry.version, entry.version);
    if (!asRead || capabilities.replay !== true) return;
    const { options } = carriedExpiration(entry, capabilities, clock.nowMs());
    await side.call('put', call, (store, limits) =>
      store.put(key, entry.value, { ...options, replayVersion: to, ...limits }),
    );
    return;
  }
  let version: EntryVersion | undefined = entry.version;
  // A node that encodes versions wrongly may count past the other one, or not come nearer: no more steps than it is behind.
  for (let step = 0; step < behind && version !== undefined && isBehind(version, to); step++) {
    const { outcome, version: next }: WriteResult = await write(version, {});
    version = outcome === 'applied' ? next : undefined;
  }
}

function isBehind(version: EntryVersion, to: EntryVersion): boolean {
  return Number(version.token) < Number(to.token);
}

/** Whether both sides hold what was asked for, with versions and expirations the same as far as that was asked. */
export function isAligned(
  read: PairRead,
  align: { readonly versions?: boolean; readonly expirations?: boolean },
): boolean {
  const apart: Two<boolean> = [
    align.versions === true && (read.kind === 'version-skew' || read.kind === 'diverged'),
    align.expirations === true && read.expirationSkewMs !== undefined,
  ];
  return !apart[0] && !apart[1];
}
