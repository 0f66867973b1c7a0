import { StoreError } from './store-error.js';
import type { StoreType } from './versioned-store.js';

/**
 * ```
 * offset  bytes  field
 *      0      4  magic     6b 76 74 65 ("kvte")
 *      4      1  format    01
 *      5      1  type      4b kv, 48 hash, 53 set, 5a zset (HustDB's own letters)
 *      6      4  counter   unsigned, big-endian, 1 to 4,194,303
 *     10      …  value
 * ```
 */
export const envelopeHeaderBytes = 10;

/** HustDB's highest version; the write after it is 1 again. */
export const maxCounter = 4_194_303;

const magic = [0x6b, 0x76, 0x74, 0x65] as const;
const format = 1;
const typeBytes: Record<StoreType, number> = { kv: 0x4b, hash: 0x48, set: 0x53, zset: 0x5a };

/** What an envelope holds. `value` is a view of the enveloped bytes where it was decoded. */
export interface CounterEnvelope {
  readonly type: StoreType;
  readonly counter: number;
  readonly value: Uint8Array;
}

/** The bytes of an envelope: the header, then a copy of the value. */
export function encodeCounterEnvelope({ type, counter, value }: CounterEnvelope): Uint8Array {
  const bytes = new Uint8Array(envelopeHeaderBytes + value.length);
  bytes.set(magic, 0);
  bytes[4] = format;
  bytes[5] = typeBytes[type];
  new DataView(bytes.buffer).setUint32(6, counter);
  bytes.set(value, envelopeHeaderBytes);
  return bytes;
}

/**
 * Reads an envelope. `undefined`: the bytes do not begin with the magic, so nobody wrote them as an envelope. A known
 * magic with an unknown format, type or counter, or cut off in the header, is refused with `STORE_PROTOCOL`.
 */
export function decodeCounterEnvelope(bytes: Uint8Array): CounterEnvelope | undefined {
  if (magic.some((byte, at) => bytes[at] !== byte)) return undefined;
  if (bytes.length < envelopeHeaderBytes) {
    throw damaged(`it ends after ${bytes.length} of ${envelopeHeaderBytes} header bytes`);
  }
  if (bytes[4] !== format) throw damaged(`format byte ${bytes[4]} at offset 4; known: ${format}`);
  const type = (Object.keys(typeBytes) as StoreType[]).find((name) => typeBytes[name] === bytes[5]);
  if (type === undefined) throw damaged(`type byte ${bytes[5]} at offset 5`);
  const counter = new DataView(bytes.buffer, bytes.byteOffset).getUint32(6);
  if (counter < 1 || counter > maxCounter) throw damaged(`counter ${counter} at offset 6`);
  return { type, counter, value: bytes.subarray(envelopeHeaderBytes) };
}

function damaged(why: string): StoreError {
  return new StoreError(`malformed counter envelope: ${why}`, { code: 'STORE_PROTOCOL' });
}
