import { compareBytes } from '@kvtwin/bytes';
import { IMMORTAL, placeOf } from '@kvtwin/versioned-value';
import { expect, it } from 'vitest';
import { ShownEntries } from '../diff/shown-entries.js';
import { hashRanges, parseSeenKey, seenKey, seenRange } from './job-keys.js';
import { jobSeed } from './job-seed.js';

it('keeps the two sides of a key beside each other, in the unit of its hash', () => {
  for (const text of ['', 'a', 'a\0', 'a\0\0', 'user:42', 'x'.repeat(4000)]) {
    const key = new TextEncoder().encode(text);
    const shown = new ShownEntries({ policy: 'opaque', seed: jobSeed });
    shown.visit(
      placeOf(key, { value: key, version: { scheme: 'counter', token: '1' }, expiration: IMMORTAL }),
    );
    const [first, second] = [seenKey(shown, 0, 'first'), seenKey(shown, 0, 'second')];
    expect(parseSeenKey(first)).toEqual({ key, side: 'first' });
    expect(parseSeenKey(second)).toEqual({ key, side: 'second' });
    expect(compareBytes(first, second)).toBeLessThan(0);
    const [from, to] = seenRange(first[1]!);
    expect(compareBytes(from, first)).toBeLessThanOrEqual(0);
    expect(compareBytes(second, to)).toBeLessThan(0);
  }
});

it('cuts everything into units without a gap', () => {
  for (let unit = 1; unit < hashRanges; unit++) expect(seenRange(unit)[0]).toEqual(seenRange(unit - 1)[1]);
});
