import { placeOf, type VersionedValue } from '@kvtwin/versioned-value';
import { expect, it } from 'vitest';
import { ShownEntries } from '../diff/shown-entries.js';
import { encodeSeenEntry, sameSeenEntry } from './seen-entry.js';

const entry = (changes: Partial<VersionedValue> = {}): VersionedValue => ({
  value: Uint8Array.of(1, 2, 3),
  version: { scheme: 'counter', token: '7' },
  expiration: { kind: 'immortal' },
  ...changes,
});
const same = (
  one: VersionedValue,
  other: VersionedValue,
  policy: 'opaque' | 'counter' = 'opaque',
): boolean => {
  const shown = new ShownEntries({ policy, seed: 5 });
  for (const each of [one, other]) shown.visit(placeOf(Uint8Array.of(1), each));
  return sameSeenEntry(encodeSeenEntry(shown, 0), encodeSeenEntry(shown, 1), 1000);
};
const mortal = (lifespanMs: number, createdAtMs = 1e12): Partial<VersionedValue> => ({
  expiration: { kind: 'mortal', lifespanMs },
  createdAtMs,
});

it.each<[string, VersionedValue, VersionedValue, boolean]>([
  ['the same', entry(), entry(), true],
  ['another value', entry(), entry({ value: Uint8Array.of(1, 2, 4) }), false],
  ['a longer value', entry({ value: new Uint8Array() }), entry({ value: Uint8Array.of(0) }), false],
  ['another version', entry(), entry({ version: { scheme: 'counter', token: '8' } }), true],
  ['an end within the tolerance', entry(mortal(5000)), entry(mortal(4000, 1e12 + 1500)), true],
  ['another end', entry(mortal(5000)), entry(mortal(9000)), false],
  ['an end on one side only', entry(mortal(5000)), entry(), false],
  [
    'an end that one side does not tell',
    entry(mortal(5000)),
    entry({ expiration: { kind: 'unknown' } }),
    true,
  ],
  [
    'another max idle',
    entry({ expiration: { kind: 'mortal', maxIdleMs: 5000 } }),
    entry({ expiration: { kind: 'mortal', maxIdleMs: 9000 } }),
    false,
  ],
])('%s', (_name, one, other, expected) => {
  expect(same(one, other)).toBe(expected);
});

it('compares versions by policy counter', () => {
  const other = { scheme: 'counter', token: '8' } as const;
  expect(same(entry(), entry({ version: other }), 'counter')).toBe(false);
  expect(same(entry(), entry({ version: { ...other, token: '77' } }), 'counter')).toBe(false);
  expect(same(entry(), entry(), 'counter')).toBe(true);
});
