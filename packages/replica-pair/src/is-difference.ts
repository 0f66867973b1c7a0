import type { PairReadKind } from '@kvtwin/versioned-value';

/** Whether a classification says that the two sides differ. `unreadable` says nothing; `absent` is agreement. */
export function isDifference(kind: PairReadKind): boolean {
  return kind === 'version-skew' || kind === 'value-conflict' || kind === 'diverged' || kind === 'one-sided';
}
