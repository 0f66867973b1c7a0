import { expect, it } from 'vitest';
import { formatLatency } from './format-latency.js';

it.each([
  [0, '0 µs'],
  [0.0123, '12 µs'],
  [0.9996, '1.00 ms'],
  [1.234, '1.23 ms'],
  [9.996, '10.0 ms'],
  [123.4, '123 ms'],
  [999.6, '1.00 s'],
  [61_000, '61.0 s'],
])('%f ms is %s', (ms, text) => {
  expect(formatLatency(ms)).toBe(text);
});
