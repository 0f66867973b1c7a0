import { expiryInstantMs, type SideRead, type Two } from '@kvtwin/versioned-value';
import type { DiffClass } from '../diff/diff-class.js';

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

/** An expiration that was put back, or that a store tells in whole seconds, may be off by that much. */
const expiryToleranceMs = 2000;

/** Whether two texts of {@link expiryText} mean the same: the instants within 2 s, all else to the letter. */
export function sameExpiryText(one: string, other: string): boolean {
  const [instants, rests] = [[one, other].map(instantOfText), [one, other].map(withoutInstant)];
  if (rests[0] !== rests[1]) return false;
  const apartMs = Math.abs(instants[0]! - instants[1]!);
  return Number.isNaN(apartMs) || apartMs <= expiryToleranceMs;
}

const isoInstant = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z/;

function instantOfText(text: string): number {
  return Date.parse(isoInstant.exec(text)?.[0] ?? '');
}

function withoutInstant(text: string): string {
  return text.replace(isoInstant, '');
}
