import { fromHex, hotRodPrimitives } from '@kvtwin/testkit';
import { describe, expect, it } from 'vitest';
import { keySegment } from './key-segment.js';
import { murmurHash } from './murmur-hash.js';

describe('keySegment', () => {
  it.each(hotRodPrimitives().murmur3)('places key $key_hex as Infinispan does', (vector) => {
    const key = fromHex(vector.key_hex);
    expect(murmurHash(key)).toBe(vector.hash32);
    for (const [segments, segment] of Object.entries(vector.segment)) {
      expect(keySegment(key, Number(segments)), `of ${segments}`).toBe(segment);
    }
  });

  it('reads a key that is a window of a larger buffer', () => {
    const buffer = fromHex('ffff6b657931ffff');
    expect(keySegment(buffer.subarray(2, 6), 256)).toBe(46);
  });
});
