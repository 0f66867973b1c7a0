import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatencyHistogram } from './latency-histogram.js';

function histogramOf(durations: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const ms of durations) histogram.add(ms);
  return histogram;
}

describe('a latency histogram', () => {
  it('without durations is all zero', () => {
    expect(new LatencyHistogram().summary()).toEqual({
      count: 0,
      meanMs: 0,
      p50Ms: 0,
      p95Ms: 0,
      p99Ms: 0,
      maxMs: 0,
    });
  });

  it('tells percentiles at most an eighth too high, and never too low', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 10_000_000, noNaN: true }), { minLength: 1 }), (ms) => {
        const summary = histogramOf(ms).summary();
        const sorted = ms.toSorted((a, b) => a - b);
        for (const [part, told] of [
          [0.5, summary.p50Ms],
          [0.95, summary.p95Ms],
          [0.99, summary.p99Ms],
        ] as const) {
          const exact = Math.min(sorted[Math.ceil(ms.length * part) - 1]!, 2_147_483.647);
          expect(told).toBeGreaterThanOrEqual(exact - 1e-6);
          expect(told).toBeLessThanOrEqual(exact * 1.125 + 0.001);
        }
        expect(summary.maxMs).toBe(sorted.at(-1));
        expect(summary.count).toBe(ms.length);
      }),
    );
  });

  it('of two together is the one of all their durations', () => {
    const merged = histogramOf([1, 2, 3]);
    merged.merge(histogramOf([100, 200]));
    expect(merged.summary()).toEqual(histogramOf([1, 2, 3, 100, 200]).summary());
  });
});
