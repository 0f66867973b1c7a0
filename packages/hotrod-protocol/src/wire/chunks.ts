import { HotRodProtocolError } from '../hot-rod-protocol-error.js';
import type { Codec } from './codec.js';
import { bytes } from './primitives.js';

/** Pieces of at least one byte, and an empty one after the last. */
export const chunks: Codec<readonly Uint8Array[]> = {
  layout: 'n × bytes, bytes of length 0',
  minBytes: 1,
  read: (cursor) => {
    const frame = cursor.enter();
    frame.value ??= [];
    const pieces = frame.value as Uint8Array[];
    for (;;) {
      const piece = cursor.noted(`[${pieces.length}]`, () => bytes.read(cursor));
      if (piece.length === 0) {
        break;
      }
      pieces.push(piece);
    }
    cursor.leave();
    return pieces;
  },
  write: (writer, pieces) => {
    for (const piece of pieces) {
      if (piece.length === 0) {
        throw new HotRodProtocolError('an empty chunk would end the stream', {
          code: 'HOTROD_INVALID_ARGUMENT',
        });
      }
      writer.bytes(piece);
    }
    writer.bytes(new Uint8Array(0));
  },
};
