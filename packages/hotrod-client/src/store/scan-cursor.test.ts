import { describe, expect, it } from 'vitest';
import { formatScanCursor, parseScanCursor, segmentsMissing, unionOfSegments } from './scan-cursor.js';

describe('a scan cursor', () => {
  it('reads back as it was written', () => {
    const cursor = { segmentCount: 256, finished: Uint8Array.of(0b1010, 0, 0x80) };
    expect(parseScanCursor(formatScanCursor(cursor))).toEqual(cursor);
    expect(parseScanCursor(formatScanCursor({ segmentCount: 0, finished: new Uint8Array() }))).toEqual({
      segmentCount: 0,
      finished: new Uint8Array(),
    });
    expect(parseScanCursor('v1.finished')).toBe('finished');
  });

  it.each(['', 'v1', 'v2.1.00', 'v1.x.00', 'v1.1.0', 'v1.1.zz', '1.2', 'v1.99999999.00'])(
    '%j is none',
    (text) => {
      expect(() => parseScanCursor(text)).toThrow(/not a cursor/);
    },
  );

  it('knows what is missing', () => {
    const finished = unionOfSegments(Uint8Array.of(0b0011), Uint8Array.of(0b0100, 0b1));
    expect(finished).toEqual(Uint8Array.of(0b0111, 0b1));
    expect(segmentsMissing(finished, 10)).toEqual([3, 4, 5, 6, 7, 9]);
    expect(segmentsMissing(new Uint8Array(), 3)).toEqual([0, 1, 2]);
  });
});
