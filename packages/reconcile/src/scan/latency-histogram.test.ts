import { describe, expect, it } from 'vitest';
import { LatencyHistogram } from './latency-histogram.js';

describe('LatencyHistogram', () => {
  it('tells percentiles to within five percent', () => {
    const histogram = new LatencyHistogram();
    for (let ms = 1; ms <= 1000; ms++) histogram.record(ms);
    const { calls, meanMs, p50Ms, p99Ms, maxMs } = histogram.summary();
    expect([calls, meanMs, maxMs]).toEqual([1000, 500.5, 1000]);
    expect(p50Ms / 500).toBeCloseTo(1, 1);
    expect(Math.abs(p99Ms / 990 - 1)).toBeLessThan(0.05);
  });

  it('has nothing to tell of no calls, and bounds what is very fast or slow', () => {
    const histogram = new LatencyHistogram();
    expect(histogram.summary()).toMatchObject({ calls: 0, meanMs: 0, p99Ms: 0, maxMs: 0 });
    histogram.record(0);
    histogram.record(1e9);
    expect(histogram.percentile(0.5)).toBeLessThan(0.03);
    expect(histogram.percentile(1)).toBeGreaterThan(1e6);
  });

  it('goes on from what was written down', () => {
    const histogram = new LatencyHistogram();
    for (const ms of [0.5, 3, 3, 80]) histogram.record(ms);
    const again = LatencyHistogram.from(JSON.parse(JSON.stringify(histogram)));
    expect(again.summary()).toEqual(histogram.summary());
    again.clear();
    expect(again.calls).toBe(0);
  });
});
