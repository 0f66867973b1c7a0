import type { Two, VersionPolicy } from '@kvtwin/versioned-value';
import type { HeldState, RepairIntent } from './repair-intent.js';

/** What is to be done about a key. */
export type RepairDecision =
  /** Nothing; `as` says why. */
  | { readonly kind: 'settled'; readonly as: 'agreed' | 'not-written' | 'overtaken' }
  /** What the side `from` holds, or that it holds nothing, is to be written to the side `to`. */
  | { readonly kind: 'bring-along'; readonly from: 0 | 1; readonly to: 0 | 1 }
  | { readonly kind: 'conflict'; readonly why: string };

/**
 * Decides what becomes of a key from the writes that may not stand on both sides, in their order, and from what both sides
 * hold now.
 *
 * Each side's state is looked up among what the writes left behind: rank 0 is the base of the first, rank k is what write k
 * wrote. A side with a lower rank holds something that a later write was made upon, so it may be written; a side that
 * holds anything else was written by somebody else, and never is.
 *
 *     base ──write 1──▶ w1 ──write 2──▶ w2
 *     rank 0            1               2        first side at 2, second at 0: bring the second along
 */
export function decideRepair(
  intents: readonly RepairIntent[],
  now: Two<HeldState>,
  policy: VersionPolicy,
  nowMs: number,
): RepairDecision {
  if (now[0].hash === now[1].hash) return equalValues(intents, now, policy);
  const ranks: Two<number> = [rankOf(intents, 0, now[0], policy), rankOf(intents, 1, now[1], policy)];
  const owed = intents.findLastIndex(({ side }) => side !== undefined);
  const holder = owed < 0 ? undefined : ((1 - intents[owed]!.side!) as 0 | 1);
  if (ranks[0] >= 0 && ranks[1] >= 0) return knownStates(intents, now, ranks, owed);
  if (holder === undefined) return conflict('the sides differ after a write that was not acknowledged');
  const behind = (1 - holder) as 0 | 1;
  if (ranks[behind] < 0) return conflict('the side that was to be brought along holds something newer');
  // It has what was acknowledged; whatever came to the other side later is for those who wrote it.
  if (intents.slice(owed).some(({ written }) => written === now[behind].hash)) {
    return { kind: 'settled', as: 'overtaken' };
  }
  if (intents.some(({ refusedBy }) => refusedBy === behind)) return refused();
  // The holder was written again by others; what the other side holds is older than that in any case.
  if (now[holder].hash !== null || hasExpired(intents.at(-1)!, nowMs)) {
    return { kind: 'bring-along', from: holder, to: behind };
  }
  return conflict('the side that took the write does not have the key any more');
}

/** Versions may still lie apart where a repair was interrupted; only those of the writes themselves are set right. */
function equalValues(
  intents: readonly RepairIntent[],
  now: Two<HeldState>,
  policy: VersionPolicy,
): RepairDecision {
  const agreed = { kind: 'settled', as: 'agreed' } as const;
  const [first, second] = now.map(({ token }) => Number(token)) as [number, number];
  const last = intents.at(-1)!;
  if (policy !== 'counter' || last.side === undefined || last.written !== now[0].hash) return agreed;
  if (now[0].hash === null || first === second) return agreed;
  const behind = first < second ? 0 : 1;
  const wasSkewed =
    last.base[0]?.token !== last.base[1]?.token && last.base.every((held) => held !== undefined);
  if (wasSkewed || !intents.some(({ side }) => side === behind)) return agreed;
  return { kind: 'bring-along', from: (1 - behind) as 0 | 1, to: behind };
}

function knownStates(
  intents: readonly RepairIntent[],
  now: Two<HeldState>,
  ranks: Two<number>,
  owed: number,
): RepairDecision {
  const from = ranks[0] > ranks[1] ? 0 : 1;
  const to = (1 - from) as 0 | 1;
  if (owed + 1 > ranks[from]) return conflict('no side holds what was acknowledged');
  if (ranks[0] === ranks[1]) return { kind: 'settled', as: 'not-written' };
  let before = new Set([now[to].hash]);
  for (let at = ranks[to]; at < ranks[from]; at++) {
    const { refusedBy, conditional, base, command, written, side } = intents[at]!;
    if (refusedBy === to) return refused();
    // Where it could not be read, it is taken to have held what the other side did.
    const upon = (base[from] ?? base[to])?.hash;
    if (conditional && (upon === undefined || !before.has(upon))) {
      return conflict(`${command} was made upon something else than the other side holds`);
    }
    // One in doubt may have happened or not.
    before = side === undefined ? before.add(written) : new Set([written]);
  }
  return { kind: 'bring-along', from, to };
}

function rankOf(
  intents: readonly RepairIntent[],
  side: 0 | 1,
  now: HeldState,
  policy: VersionPolicy,
): number {
  const written = intents.findLastIndex((intent) => intent.written === now.hash);
  if (written >= 0) return written + 1;
  // The lowest: a side that missed writes was seen with its old state before each later one, too.
  return intents.findIndex((next) => holdsBase(next, side, now, policy));
}

/** Whether it is what the side held before that write. */
function holdsBase(next: RepairIntent, side: 0 | 1, now: HeldState, policy: VersionPolicy): boolean {
  const own = next.base[side];
  if (own !== undefined) return sameState(own, now);
  const other = next.base[1 - side];
  if (other === undefined || other.hash !== now.hash) return false;
  // The side could not be read then. Taken to have held what the other did.
  if (policy === 'opaque' || now.hash === null) return true;
  // A set's members have no value that would tell. Of the others the value does, for a removal too: sides whose versions
  // have come apart count on apart, and a newer version of the same value says nothing.
  return next.type !== 'set' || Number(now.token) <= Number(other.token);
}

function sameState(a: HeldState, b: HeldState): boolean {
  return a.hash === b.hash && a.token === b.token;
}

function hasExpired({ expiresAtMs }: RepairIntent, nowMs: number): boolean {
  return expiresAtMs !== undefined && nowMs >= expiresAtMs;
}

function refused(): RepairDecision {
  return conflict('the other side refused the write');
}

function conflict(why: string): RepairDecision {
  return { kind: 'conflict', why };
}
