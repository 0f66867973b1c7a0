import type { EntryMetadata } from '../entry-metadata.js';
import type { ByteWindow } from '../operation-definition.js';

const IMMORTAL = 0x03;
const BYTES = 9;

/** The metadata of an immortal entry that lies whole in the window; undefined, and nothing moved, for any other. */
export function fastMetadata(window: ByteWindow): EntryMetadata | undefined {
  const { chunk, at } = window;
  if (at + BYTES > chunk.length || chunk[at] !== IMMORTAL) {
    return undefined;
  }
  const high = int32(chunk, at + 1);
  const low = int32(chunk, at + 5) >>> 0;
  window.at = at + BYTES;
  return { entryVersion: (BigInt(high) << 32n) | BigInt(low) };
}

function int32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}
