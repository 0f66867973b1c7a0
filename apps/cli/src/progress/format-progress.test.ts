import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { displayWidth } from '../output/display-width.js';
import { formatEta, formatProgress, formatRate } from './format-progress.js';
import type { ProgressState } from './progress-state.js';

const plain = { colors: pc.createColors(false), unicode: true };
const scanning: ProgressState = {
  phase: 'scanning',
  items: 760_123,
  itemName: 'keys',
  parts: { done: 196, count: 256, name: 'segments' },
  notes: ['p99 A 3.1 ms  B 4.0 ms', '用户 12'],
};
const speed = { perSecond: 41_234, leftMs: 5400 };

describe('formatProgress', () => {
  it('has bar, percent, parts, rate, time left and notes', () => {
    expect(formatProgress(scanning, speed, { ...plain, columns: 120 })).toBe(
      '  scanning  ███████████████░░░░░   76 %  196/256 segments  41.2k keys/s  eta 6 s  p99 A 3.1 ms  B 4.0 ms  用户 12',
    );
  });

  it.each([20, 40, 60, 79, 80, 100, 104, 105])('is never wider than %d columns', (columns) => {
    const line = formatProgress(scanning, speed, { ...plain, columns });
    expect(displayWidth(line)).toBeLessThanOrEqual(columns);
    expect(line.startsWith('  scanning')).toBe(true);
  });

  it('gives up notes before the rest, wide characters counted as two', () => {
    const line = formatProgress(scanning, speed, { ...plain, columns: 104 });
    expect(line).toContain('p99 A');
    expect(line).not.toContain('用户');
    expect(formatProgress(scanning, speed, { ...plain, columns: 80 })).toContain('eta 6 s');
  });

  it('has no bar where the whole is unknown, and a count instead of parts', () => {
    const state = { phase: 'export', items: 1234, itemName: 'keys' };
    expect(
      formatProgress(state, { perSecond: undefined, leftMs: undefined }, { ...plain, columns: 80 }),
    ).toBe('  export  1 234 keys');
  });

  it('measures by items where their number is known, and in ASCII where that is all there is', () => {
    const state = { phase: 'apply', items: 999, itemName: 'rows', itemCount: 1000 };
    expect(
      formatProgress(state, { perSecond: 500, leftMs: 2 }, { ...plain, unicode: false, columns: 80 }),
    ).toBe('  apply  ###################-   99 %  999/1 000 rows  500 rows/s  eta 1 s');
  });

  it('lets nothing of a name steer the terminal', () => {
    const state = { phase: 'copy', items: 1, itemName: 'keys', notes: ['\u001b[2Jx'] };
    const line = formatProgress(
      state,
      { perSecond: undefined, leftMs: undefined },
      { ...plain, columns: 80 },
    );
    expect(line).toContain('\\x1b[2Jx');
  });
});

describe('rates and times', () => {
  it.each([
    [0, '0'],
    [0.25, '0.3'],
    [812.4, '812'],
    [41_234, '41.2k'],
    [3_100_000, '3.10M'],
  ])('says %d in a second as %s', (rate, text) => expect(formatRate(rate)).toBe(text));

  it.each([
    [1, '1 s'],
    [59_000, '59 s'],
    [200_000, '3m20s'],
    [7_500_000, '2h05m'],
    [356_400_000, '4d03h'],
    [Number.POSITIVE_INFINITY, '?'],
  ])('says that %d ms are left as %s', (ms, text) => expect(formatEta(ms)).toBe(text));
});
