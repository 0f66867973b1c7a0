import { expect, it } from 'vitest';
import { parseSizeBytes } from './parse-size.js';

it.each([
  ['4096', 4096],
  ['64KiB', 65_536],
  ['80MiB', 83_886_080],
  ['1GiB', 1_073_741_824],
])('%s is %i bytes', (text, bytes) => {
  expect(parseSizeBytes(text)).toBe(bytes);
});

it.each(['', '0', '-1', '2GiB', '10MB', '1.5MiB', 'all'])('refuses %j', (text) => {
  expect(() => parseSizeBytes(text)).toThrow(/Give a size/);
});
