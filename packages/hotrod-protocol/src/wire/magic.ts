import { HotRodProtocolError } from '../hot-rod-protocol-error.js';
import type { Codec } from './codec.js';

/** First byte of a request. */
export const REQUEST_MAGIC = 0xa0;
/** First byte of a response or an event. */
export const RESPONSE_MAGIC = 0xa1;

/** The byte by which a message begins; any other is `HOTROD_BAD_MAGIC`. */
export function magic(expected: number): Codec<number> {
  return {
    layout: `0x${expected.toString(16)}`,
    minBytes: 1,
    read: ({ reader }) => {
      const offset = reader.position;
      const found = reader.u8();
      if (found !== expected) {
        throw new HotRodProtocolError(
          `a message begins with ${hex(expected)}, not with ${hex(found)}, at offset ${offset}`,
          { code: 'HOTROD_BAD_MAGIC', offset, close: true },
        );
      }
      return found;
    },
    write: (writer) => void writer.u8(expected),
  };
}

function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0')}`;
}
