import { describe, expect, it } from 'vitest';
import { murmur3x128 } from '../scan/murmur3-128.js';
import { DigestSum, versionedDigest } from './digest-sum.js';

const hash = (text: string) => murmur3x128(new TextEncoder().encode(text), 0);
const sumOf = (...entries: [key: string, value: string, version?: string][]): string => {
  const sum = new DigestSum();
  for (const [key, value, version] of entries) {
    const content = version === undefined ? hash(value) : versionedDigest(hash(value), version);
    sum.addEntry(hash(key), content);
  }
  return sum.toHex();
};

describe('DigestSum', () => {
  it('does not mind the order', () => {
    expect(sumOf(['a', '1'], ['b', '2'])).toBe(sumOf(['b', '2'], ['a', '1']));
    expect(sumOf(['a', '1'])).toMatch(/^[0-9a-f]{32}$/);
  });

  it('tells a missing, a repeated, a changed and a swapped entry', () => {
    const whole = sumOf(['a', '1'], ['b', '2']);
    const others = [
      sumOf(['a', '1']),
      sumOf(['a', '1'], ['b', '2'], ['b', '2']),
      sumOf(['a', '1'], ['b', '3']),
      sumOf(['a', '2'], ['b', '1']),
      sumOf(['a', '1', '7'], ['b', '2']),
    ];
    expect(new Set([whole, ...others]).size).toBe(others.length + 1);
  });

  it('adds up from parts, also from what was written down', () => {
    const part = DigestSum.parse(sumOf(['a', '1']));
    part.addSum(DigestSum.parse(sumOf(['b', '2'])));
    expect(part.toHex()).toBe(sumOf(['a', '1'], ['b', '2']));
    expect(part.equals(DigestSum.parse(part.toHex()))).toBe(true);
    expect(part.equals(new DigestSum())).toBe(false);
  });
});
