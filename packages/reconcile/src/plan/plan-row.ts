import type { Two } from '@kvtwin/versioned-value';
import type { DiffClass } from '../diff-class.js';

/**
 * What both sides of a key are to become: what the first or the second side holds, nothing (`removal`), or what they
 * are (`skip`: no rule decided, or a rule said so).
 */
export type PlanTake = 'first' | 'second' | 'removal' | 'skip';

/** One key of a plan. */
export interface PlanRow {
  readonly key: Uint8Array;
  readonly class: DiffClass;
  readonly take: PlanTake;
  /** The rule that decided, or why none did. For people; applying ignores it. */
  readonly why: string;
  /** SHA-256 of each side's value as lower-case hex, `null` where it was absent: what applying compares against. */
  readonly hashes: Two<string | null>;
}
