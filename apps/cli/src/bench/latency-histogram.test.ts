import { expect, it } from 'vitest';
import { LatencyHistogram } from './latency-histogram.js';

it('tells quantiles to three digits', () => {
  const histogram = new LatencyHistogram();
  for (let at = 1; at <= 1000; at++) histogram.record(at / 10);
  for (const share of [0.1, 0.5, 0.99, 1]) {
    expect(Math.abs(histogram.quantileMs(share) / (share * 100) - 1)).toBeLessThan(0.002);
  }
  expect(histogram.count).toBe(1000);
  expect(Math.abs(histogram.maxMs - 100)).toBeLessThan(0.1);
});

it('puts every latency into one of its bars', () => {
  const histogram = new LatencyHistogram();
  for (const ms of [0.1, 0.1, 0.3, 5, 900]) histogram.record(ms);
  const bars = histogram.bars(12);
  expect(bars.length).toBeLessThanOrEqual(12);
  expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(5);
  expect(bars[0]).toMatchObject({ count: 2 });
  expect(bars.at(-1)!.toMs).toBeGreaterThan(899);
  const one = new LatencyHistogram();
  one.record(3);
  expect(one.bars(10)).toMatchObject([{ count: 1 }]);
});

it('is 0 of nothing, and keeps to an hour', () => {
  const histogram = new LatencyHistogram();
  expect([histogram.quantileMs(0.5), histogram.maxMs, histogram.meanMs, histogram.bars(5)]).toEqual([
    0,
    0,
    0,
    [],
  ]);
  histogram.record(1e12);
  expect(histogram.maxMs).toBeGreaterThan(3_590_000);
});
