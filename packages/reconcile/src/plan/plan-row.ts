import { expiryInstantMs, type SideRead, type Two } from '@kvtwin/versioned-value';
import type { DiffClass } from '../diff-class.js';

/**
 * What both sides of a key are to become: what the first or the second side holds, nothing (`removal`), or what they
 * are: `skip` where a rule or a person says so, `undecided` where no rule could tell.
 */
export type PlanTake = 'first' | 'second' | 'removal' | 'skip' | 'undecided';

/** All of them, in the order in which people are told. */
export const planTakes: readonly PlanTake[] = ['first', 'second', 'removal', 'skip', 'undecided'];

/** One key of a plan. */
export interface PlanRow {
  readonly key: Uint8Array;
  readonly class: DiffClass;
  readonly take: PlanTake;
  /** The rule that decided, or why none did. For people; applying ignores it. */
  readonly why: string;
  /** SHA-256 of each side's value as lower-case hex, `null` where it was absent: what applying compares against. */
  readonly hashes: Two<string | null>;
  /** When each side goes away, as {@link expiryText} says it; only of an `expiry-skew`, whose hashes are the same. */
  readonly expires?: Two<string>;
}

/**
 * What a row does, for people: `copy`: to the side that has nothing; `overwrite-first`, `overwrite-second`: that side's
 * value is replaced; `expiry`: the same value goes away at another time; `version`: the same value gets the same
 * version; `remove`: what there is goes away.
 */
export type PlanEffect =
  | 'copy'
  | 'overwrite-first'
  | 'overwrite-second'
  | 'expiry'
  | 'version'
  | 'remove'
  | 'skip'
  | 'undecided';

/** All of them, in the order in which people are told. */
export const planEffects: readonly PlanEffect[] = [
  'copy',
  'overwrite-second',
  'overwrite-first',
  'expiry',
  'version',
  'remove',
  'skip',
  'undecided',
];

/** What applying the row does. */
export function planEffectOf({
  take,
  class: name,
  hashes,
}: Pick<PlanRow, 'take' | 'class' | 'hashes'>): PlanEffect {
  if (take === 'skip' || take === 'undecided') return take;
  if (take === 'removal') return 'remove';
  if (hashes[0] === null || hashes[1] === null) return 'copy';
  if (hashes[0] === hashes[1]) return name === 'expiry-skew' ? 'expiry' : 'version';
  return take === 'first' ? 'overwrite-second' : 'overwrite-first';
}

/** When a side's entry goes away: ISO 8601, `never` or `unknown`; behind it the max-idle time where there is one. */
export function expiryText(side: SideRead): string {
  if (side.state !== 'present') return side.state;
  const { entry } = side;
  const instantMs = expiryInstantMs(entry);
  const idleMs = entry.expiration.kind === 'mortal' ? entry.expiration.maxIdleMs : undefined;
  const idle = idleMs === undefined ? '' : ` idle ${idleMs} ms`;
  if (instantMs === undefined) return `unknown${idle}`;
  return `${Number.isFinite(instantMs) ? new Date(instantMs).toISOString() : 'never'}${idle}`;
}
