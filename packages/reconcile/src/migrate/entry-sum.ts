import { encodeUtf8 } from '@kvtwin/bytes';
import type { Sha256 } from '@kvtwin/replica-pair';
import type { StoreType } from '@kvtwin/versioned-value';
import type { LocatedKey } from './located-key.js';

const typeBytes: Readonly<Record<StoreType, number>> = { kv: 0x6b, hash: 0x68, set: 0x73, zset: 0x7a };
const modulus = 1n << 256n;

/**
 * A sum of digests, modulo 2^256: the same whatever their order, and another one where an entry is missing, added or
 * changed.
 */
export class EntrySum {
  #sum = 0n;

  add(digest: Uint8Array): void {
    const view = new DataView(digest.buffer, digest.byteOffset);
    let value = 0n;
    for (let at = 0; at < 32; at += 8) value = (value << 64n) | view.getBigUint64(at);
    this.#sum = (this.#sum + value) % modulus;
  }

  addSum(other: EntrySum): void {
    this.#sum = (this.#sum + other.#sum) % modulus;
  }

  /** 64 lower-case digits. */
  toHex(): string {
    return this.#sum.toString(16).padStart(64, '0');
  }
}

/**
 * The digest of one entry, SHA-256 over
 *
 * ```
 *   u8 type (k h s z)   u32 length   table (UTF-8)   u32 length   key   32 bytes: SHA-256 of the value
 * ```
 */
export async function entryDigest(
  { type, table = '', key }: LocatedKey,
  valueDigest: Uint8Array,
  sha256: Sha256,
): Promise<Uint8Array> {
  const name = encodeUtf8(table);
  const bytes = new Uint8Array(9 + name.length + key.length + 32);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, typeBytes[type]);
  view.setUint32(1, name.length);
  bytes.set(name, 5);
  view.setUint32(5 + name.length, key.length);
  bytes.set(key, 9 + name.length);
  bytes.set(valueDigest, 9 + name.length + key.length);
  return sha256(bytes);
}
