import type { EntryMetadata } from '../entry-metadata.js';
import type { ByteWindow } from '../wire/byte-window.js';

const INFINITE_LIFESPAN = 0x01;
const INFINITE_MAX_IDLE = 0x02;
const VERSION_BYTES = 8;
/** i64 and the longest vInt. */
const MOST_BYTES_OF_A_TIME = 13;
const TWO_32 = 0x1_0000_0000;
const LARGEST_HIGH_HALF = 0x1f_ffff;

/** The metadata of an entry that lies whole in the window; undefined, and nothing moved, where it may not. */
export function fastMetadata(window: ByteWindow): EntryMetadata | undefined {
  const { chunk, at: start } = window;
  const flags = chunk[start];
  if (flags === undefined) {
    return undefined;
  }
  const times = ((flags & INFINITE_LIFESPAN) === 0 ? 1 : 0) + ((flags & INFINITE_MAX_IDLE) === 0 ? 1 : 0);
  if (start + 1 + times * MOST_BYTES_OF_A_TIME + VERSION_BYTES > chunk.length) {
    return undefined;
  }
  window.at = start + 1;
  let lifespan: EntryMetadata['lifespan'];
  let maxIdle: EntryMetadata['maxIdle'];
  if ((flags & INFINITE_LIFESPAN) === 0) {
    const createdAtMs = time(window);
    lifespan = { createdAtMs, seconds: shortVInt(window) };
  }
  if ((flags & INFINITE_MAX_IDLE) === 0) {
    const lastUsedAtMs = time(window);
    maxIdle = { lastUsedAtMs, seconds: shortVInt(window) };
  }
  const { at } = window;
  if (Number.isNaN(at)) {
    window.at = start;
    return undefined;
  }
  window.at = at + VERSION_BYTES;
  return { lifespan, maxIdle, entryVersion: int64(chunk, at) };
}

/** An i64 that is a safe and positive number; else the window's place becomes NaN. */
function time(window: ByteWindow): number {
  const { chunk, at } = window;
  const high = int32(chunk, at);
  window.at = high >= 0 && high <= LARGEST_HIGH_HALF ? at + 8 : Number.NaN;
  return high * TWO_32 + (int32(chunk, at + 4) >>> 0);
}

/** A vInt of up to four bytes; else the window's place becomes NaN. */
function shortVInt(window: ByteWindow): number {
  const { chunk } = window;
  let value = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = chunk[window.at++];
    if (byte === undefined) {
      break;
    }
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      return value;
    }
  }
  window.at = Number.NaN;
  return 0;
}

/** By a view of eight bytes of its own: one on the chunk, or BigInts put together, would cost several times as much. */
const eightBytes = new Uint8Array(8);
const eightBytesView = new DataView(eightBytes.buffer);

function int64(bytes: Uint8Array, at: number): bigint {
  for (let index = 0; index < 8; index++) {
    eightBytes[index] = bytes[at + index] as number;
  }
  return eightBytesView.getBigInt64(0);
}

function int32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}
