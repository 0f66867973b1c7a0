import { expect, test } from 'vitest';
import * as bytes from './index.js';

test('the package exports exactly this', () => {
  expect(Object.keys(bytes).sort()).toEqual([
    'ByteReader',
    'ByteWriter',
    'BytesError',
    'ChunkCopies',
    'DEFAULT_MAX_ARRAY_BYTES',
    'MAX_WIRE_LENGTH',
    'MoreBytesNeeded',
    'compareBytes',
    'copyBytes',
    'decodeBase64',
    'decodeUtf8',
    'decodeZigZag',
    'encodeBase64',
    'encodeUtf8',
    'encodeZigZag',
    'equalBytes',
    'hexDump',
    'parseHex',
    'printable',
    'toHex',
  ]);
});
