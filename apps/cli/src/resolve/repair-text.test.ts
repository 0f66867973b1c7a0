import type { RepairOutcome, RepairResult } from '@kvtwin/replica-pair';
import { classifyPair, IMMORTAL, type SideRead, type SideWrite, StoreError } from '@kvtwin/versioned-value';
import { expect, it } from 'vitest';
import { repairText } from './repair-text.js';

const side = (text: string, token: string): SideRead => ({
  state: 'present',
  entry: {
    value: new TextEncoder().encode(text),
    version: { scheme: 'memory', token },
    expiration: IMMORTAL,
  },
});
const shown = classifyPair(side('a', '1'), side('b', '1'), 'opaque');
const error = new StoreError('the cache is read-only', { code: 'STORE_REJECTED' });
const none: SideWrite = { state: 'not-sent' };

function told(outcome: RepairOutcome, writes: readonly [SideWrite, SideWrite], before = shown): string {
  const result: RepairResult = {
    outcome,
    before,
    hashes: [null, null],
    writes: [
      { action: 'none', result: writes[0] },
      { action: 'replace', result: writes[1] },
    ],
  };
  return repairText(result, shown, ['lon', 'nyc']);
}

it.each<[RepairOutcome, readonly [SideWrite, SideWrite], string]>([
  ['repaired', [none, { state: 'applied' }], 'written: nyc'],
  ['repaired', [{ state: 'applied' }, { state: 'applied' }], 'written: lon and nyc'],
  ['nothing-to-do', [none, none], 'both sides hold that already'],
  ['unreadable', [none, none], 'a side could not be read: nothing was written'],
  ['nothing-to-take', [none, none], 'that side has nothing to take: nothing was written'],
  [
    'unguarded',
    [none, none],
    'a side has no compare-and-set: nothing was written (start with --unguarded if that is meant)',
  ],
  [
    'rejected',
    [none, { state: 'rejected', reason: 'error', error }],
    'nyc refused the write: the cache is read-only; nothing was written',
  ],
  [
    'rejected',
    [{ state: 'applied' }, { state: 'rejected', reason: 'exists' }],
    'nyc refused the write: exists; lon is written already',
  ],
  [
    'unknown',
    [none, { state: 'unknown', error }],
    'nyc did not answer: the write may have been applied. Look again',
  ],
  [
    'unverified',
    [none, { state: 'applied' }],
    'written: nyc, but both sides do not show it: somebody wrote after. Look again',
  ],
])('tells of %s', (outcome, writes, text) => expect(told(outcome, writes)).toBe(text));

it('names the side that has changed, and the one that is written already', () => {
  const moved = classifyPair(side('a', '1'), side('c', '2'), 'opaque');
  expect(told('changed-since', [none, none], moved)).toBe(
    'nyc has changed since it was shown: nothing was written. Look again',
  );
  expect(told('changed-since', [{ state: 'applied' }, { state: 'rejected', reason: 'mismatch' }])).toBe(
    'a side has changed since it was shown: lon is written already. Look again',
  );
});
