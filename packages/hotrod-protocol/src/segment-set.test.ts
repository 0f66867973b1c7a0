import { fromHex, hotRodPrimitives, toHex } from '@kvtwin/testkit';
import { expect, test } from 'vitest';
import { segmentSet, segmentsOf } from './index.js';

test.each(hotRodPrimitives().bitset)('$segments is "$bitset_hex"', ({ segments, bitset_hex }) => {
  expect(toHex(segmentSet(segments))).toBe(bitset_hex);
  expect(segmentsOf(fromHex(bitset_hex))).toEqual(segments);
});
