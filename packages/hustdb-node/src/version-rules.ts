import { HUSTDB_LIMITS, type NodeWrite } from '@kvtwin/hustdb-protocol';

/** The version part of a write: `ver` (0: unconditional) and whether it replays another write. */
export interface VersionDemand {
  readonly ver: number;
  readonly isDup: boolean;
}

/**
 * What the version rules say about a write. `accept`: do it; a put then has `version`.
 * `stale`: an older replay, nothing changes. `mismatch`: `ver` is not the current version.
 * `reject`: `ver` on a key that is not there, or a replay without one.
 */
export type VersionVerdict =
  | { readonly verdict: 'accept'; readonly version: number }
  | { readonly verdict: 'stale' | 'mismatch'; readonly version: number }
  | { readonly verdict: 'reject' };

/** How far from the largest version a replay may lie to count as newer than a version near the largest one. */
const WRAP_WINDOW = 100_000;

/** The rules for put, hset and hincrby. `current` is the version a read would tell; undefined: the key is not there. */
export function judgePut(current: number | undefined, { ver, isDup }: VersionDemand): VersionVerdict {
  if (isDup) {
    if (ver === 0) return { verdict: 'reject' };
    if (current !== undefined && isOlder(ver, current)) return { verdict: 'stale', version: current };
    return { verdict: 'accept', version: ver };
  }
  if (current === undefined) return ver === 0 ? { verdict: 'accept', version: 1 } : { verdict: 'reject' };
  if (ver !== 0 && ver !== current) return { verdict: 'mismatch', version: current };
  return { verdict: 'accept', version: nextVersion(current) };
}

/** The rules for del and hdel of a key that is there; `version` is the one deleted. */
export function judgeDelete(current: number, { ver, isDup }: VersionDemand): VersionVerdict {
  if (isDup && ver > 0 && isOlder(ver, current)) return { verdict: 'stale', version: current };
  if (!isDup && ver !== 0 && ver !== current) return { verdict: 'mismatch', version: current };
  return { verdict: 'accept', version: current };
}

/** The answer to a write that the rules do not accept. */
export function declined(verdict: Exclude<VersionVerdict, { verdict: 'accept' }>): NodeWrite {
  if (verdict.verdict === 'reject') return { outcome: 'rejected', version: '0' };
  return { outcome: verdict.verdict, version: String(verdict.version) };
}

function nextVersion(current: number): number {
  return current >= HUSTDB_LIMITS.version ? 1 : current + 1;
}

function isOlder(ver: number, current: number): boolean {
  const wrapped = current > HUSTDB_LIMITS.version - WRAP_WINDOW && ver <= WRAP_WINDOW;
  return ver < current && !wrapped;
}
