import type { ApplyCounts, RestoreOutcome, UndoCounts } from '@kvtwin/reconcile';
import { formatCount } from '../output/format-size.js';

/** Where an apply or an undo stands, for people and for programs. */
export interface ApplyTally {
  /** Rows gone through, those of earlier attempts included. */
  readonly rows: number;
  /** What was done, then what was left alone, in a few words each. */
  readonly words: readonly string[];
  /** Rows, or sides, that were to be written and are not. */
  readonly left: number;
  /** Of those, what another attempt would try again. */
  readonly again: number;
  readonly counts: ApplyCounts | UndoCounts;
}

type LeftOutcome = Exclude<
  keyof ApplyCounts,
  (typeof appliedWell)[number] | 'earlier' | 'without-expiration'
>;

const appliedWell = ['repaired', 'nothing-to-do', 'skip', 'undecided'] as const;

const leftByApply: Record<LeftOutcome, (count: string) => string> = {
  'changed-since': (count) => `skipped ${count} (changed since plan)`,
  unverified: (count) => `${count} changed right after`,
  unreadable: (count) => `${count} could not be read`,
  'nothing-to-take': (count) => `${count} had nothing to take`,
  unguarded: (count) => `${count} unguarded (--unguarded writes them)`,
  rejected: (count) => `${count} refused by a side`,
  unknown: (count) => `${count} not answered`,
};

const triedAgain = ['unreadable', 'nothing-to-take', 'unguarded', 'rejected', 'unknown'] as const;

/** Whether a row ended as the plan says. */
export function isApplied(outcome: Exclude<keyof ApplyCounts, 'earlier' | 'without-expiration'>): boolean {
  return appliedWell.some((each) => each === outcome);
}

export function tallyOfApply(counts: ApplyCounts): ApplyTally {
  const { repaired, skip, undecided, earlier: _, 'without-expiration': __, ...others } = counts;
  const done = repaired + counts['nothing-to-do'];
  const left = Object.entries(leftByApply).filter(([name]) => counts[name as LeftOutcome] > 0);
  return {
    rows: skip + undecided + repaired + Object.values(others).reduce((sum, count) => sum + count, 0),
    words: [
      `done ${formatCount(done)}`,
      ...left.map(([name, words]) => words(formatCount(counts[name as LeftOutcome]))),
      ...(skip + undecided === 0 ? [] : [`skipped by the plan ${formatCount(skip + undecided)}`]),
    ],
    left: left.reduce((sum, [name]) => sum + counts[name as LeftOutcome], 0),
    again: triedAgain.reduce((sum, name) => sum + counts[name], 0),
    counts,
  };
}

const undone: Partial<Record<RestoreOutcome, (count: string) => string>> = {
  restored: (count) => `restored ${count}`,
  'restored-without-expiration': (count) => `restored without expiration ${count}`,
  removed: (count) => `removed ${count}`,
  'as-before': (count) => `as before ${count}`,
};

const leftByUndo: Partial<Record<RestoreOutcome, (count: string) => string>> = {
  'changed-since': (count) => `left alone ${count} (changed since apply)`,
  unguarded: (count) => `${count} unguarded (--unguarded writes them)`,
  failed: (count) => `${count} failed`,
};

/** Whether a side ended as it was. */
export function isUndone(outcome: RestoreOutcome): boolean {
  return outcome in undone;
}

export function tallyOfUndo(counts: UndoCounts, rows: number): ApplyTally {
  const told = (words: typeof undone): [RestoreOutcome, (count: string) => string][] =>
    (Object.entries(words) as [RestoreOutcome, (count: string) => string][]).filter(
      ([name]) => counts[name] > 0,
    );
  const done = told(undone);
  const left = told(leftByUndo);
  const words = [...done, ...left].map(([name, say]) => say(formatCount(counts[name])));
  return {
    rows,
    words: words.length === 0 ? ['nothing to undo'] : words,
    left: left.reduce((sum, [name]) => sum + counts[name], 0),
    again: counts.failed + counts.unguarded,
    counts,
  };
}
