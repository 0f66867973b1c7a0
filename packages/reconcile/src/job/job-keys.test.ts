import { compareBytes } from '@kvtwin/bytes';
import { expect, it } from 'vitest';
import { hashRanges, parseSeenKey, seenKey, seenRange } from './job-keys.js';

it('keeps the two sides of a key beside each other, in the unit of its hash', () => {
  for (const text of ['', 'a', 'a\0', 'a\0\0', 'user:42', 'x'.repeat(4000)]) {
    const key = new TextEncoder().encode(text);
    const [first, second] = [seenKey(key, 'first'), seenKey(key, 'second')];
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
