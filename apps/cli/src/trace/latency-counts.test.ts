import { expect, it } from 'vitest';
import { LatencyCounts } from './latency-counts.js';

it('tells quantiles to within five percent, and the longest exactly', () => {
  const counts = new LatencyCounts();
  for (let at = 1; at <= 1000; at++) counts.add(at / 10);
  for (const share of [0.1, 0.5, 0.99]) {
    expect(Math.abs(counts.quantileMs(share) / (share * 100) - 1)).toBeLessThan(0.05);
  }
  expect(counts.maxMs).toBe(100);
  expect(counts.quantileMs(1)).toBe(100);
});

it('is 0 of nothing', () => {
  expect(new LatencyCounts().quantileMs(0.5)).toBe(0);
});
