import { describe, expect, it } from 'vitest';
import { parseDurationMs, parseSettleMs, parseTtlMs } from './parse-duration.js';

describe('durations on the command line', () => {
  it.each([
    ['300', 300],
    ['300ms', 300],
    ['5s', 5000],
    ['1.5m', 90_000],
    ['2h', 7_200_000],
    ['7d', 604_800_000],
  ])('%s is %i ms', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  it('counts seconds where HustDB counts seconds', () => {
    expect(parseTtlMs('60')).toBe(60_000);
  });

  it('takes 0 only where 0 means something', () => {
    expect(parseSettleMs('0')).toBe(0);
    expect(parseSettleMs('0s')).toBe(0);
    expect(() => parseDurationMs('0')).toThrow(/greater than 0/);
    expect(() => parseSettleMs('-1')).toThrow(/^Give 0, or a duration/);
  });

  it.each(['', '-1', '5 s', '1e3', 'soon', '0.0001ms', '99999999999999999999d'])('refuses %j', (text) => {
    expect(() => parseDurationMs(text)).toThrow(/Give a duration/);
  });
});
