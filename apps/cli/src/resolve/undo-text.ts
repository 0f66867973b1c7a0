import type { RestoreOutcome, UndoneRow } from '@kvtwin/reconcile';
import type { Two } from '@kvtwin/versioned-value';

const done: Partial<Record<RestoreOutcome, string>> = {
  restored: 'put back',
  'restored-without-expiration': 'put back, without its expiry',
  removed: 'removed again',
  'as-before': 'as before',
};

const left: Partial<Record<RestoreOutcome, string>> = {
  'changed-since': 'changed since, left alone',
  unguarded: 'left alone: it has no compare-and-set (start with --unguarded if that is meant)',
  failed: 'did not answer: u tries again',
};

/** How what was written was taken back, in a sentence; `done`: all of it. */
export function undoText(
  results: UndoneRow['results'],
  names: Two<string>,
): { readonly done: boolean; readonly told: string } {
  const sides = ([0, 1] as const).flatMap((at) => {
    const outcome = results[at];
    return outcome === null ? [] : [{ outcome, text: `${names[at]} ${done[outcome] ?? left[outcome]}` }];
  });
  return {
    done: sides.every(({ outcome }) => done[outcome] !== undefined),
    told: `taken back: ${sides.map(({ text }) => text).join('; ')}`,
  };
}
