import { type RepairResult, sameObservation } from '@kvtwin/replica-pair';
import type { PairRead, Two } from '@kvtwin/versioned-value';

/** How a repair that was based on `shown` ended, in a sentence. */
export function repairText(result: RepairResult, shown: PairRead, names: Two<string>): string {
  const written = namesOf(names, (at) => result.writes[at].result.state === 'applied');
  const andWritten = written === '' ? 'nothing was written' : `${written} is written already`;
  switch (result.outcome) {
    case 'repaired':
      return `written: ${written}`;
    case 'nothing-to-do':
      return 'both sides hold that already';
    case 'changed-since': {
      const moved = namesOf(names, (at) => !sameObservation(shown.sides[at], result.before.sides[at]));
      return `${moved === '' ? 'a side' : moved} has changed since it was shown: ${andWritten}. Look again`;
    }
    case 'unreadable':
      return 'a side could not be read: nothing was written';
    case 'nothing-to-take':
      return 'that side has nothing to take: nothing was written';
    case 'unguarded':
      return 'a side has no compare-and-set: nothing was written (start with --unguarded if that is meant)';
    case 'rejected':
      return `${namesOf(names, (at) => result.writes[at].result.state === 'rejected')} refused the write: ${reasonOf(result)}; ${andWritten}`;
    case 'unknown':
      return `${namesOf(names, (at) => result.writes[at].result.state === 'unknown')} did not answer: the write may have been applied. Look again`;
    case 'unverified':
      return `written: ${written}, but both sides do not show it: somebody wrote after. Look again`;
  }
}

function reasonOf({ writes }: RepairResult): string {
  for (const { result } of writes) {
    if (result.state === 'rejected') return result.error?.message ?? result.reason;
  }
  return '';
}

function namesOf(names: Two<string>, chosen: (at: 0 | 1) => boolean): string {
  return ([0, 1] as const)
    .filter(chosen)
    .map((at) => names[at])
    .join(' and ');
}
