import { toHex } from '@kvtwin/bytes';
import { hotRodPrimitives } from '@kvtwin/testkit';
import { expect, it } from 'vitest';
import { bloomFilterPositions } from './bloom-filter-positions.js';
import { segmentSet } from './segment-set.js';

it.each(hotRodPrimitives().bloom)('sets the bits of $key_utf8 among $bits as Infinispan does', (vector) => {
  const positions = bloomFilterPositions(new TextEncoder().encode(vector.key_utf8), vector.bits);
  expect(positions).toEqual(vector.bit_positions);
  expect(toHex(segmentSet(positions)), 'as the bit set of an update').toBe(vector.bitset_hex);
});
