import {
  type PairRead,
  type SideRead,
  toByteString,
  type VersionedValue,
  type VersionPolicy,
} from '@kvtwin/versioned-value';
import { type Digest128, murmur3x128 } from '../scan/murmur3-128.js';

/** Values up to this long stand for themselves: a digest would not be shorter. */
const literalBytes = 16;

/** `#`; what stands for itself begins with `=`. */
const digestMark = 0x23;

/** Stands for a value: equal for equal values, and different for different ones but for one chance in 2^128. */
export function valueFingerprint(value: Uint8Array, seed: number): string {
  if (value.length <= literalBytes) return `=${toByteString(value)}`;
  return digestText(value.length, murmur3x128(value, seed));
}

/** Stands for what the policy compares of an entry: its value, under `counter` also its version. */
export function entryFingerprint(entry: VersionedValue, policy: VersionPolicy, seed: number): string {
  const value = valueFingerprint(entry.value, seed);
  return policy === 'counter' ? `${entry.version.token}\n${value}` : value;
}

/** Stands for the state of both sides, versions included: the same as long as nobody writes. */
export function pairFingerprint(read: PairRead, seed: number): string {
  return `${sideFingerprint(read.sides[0], seed)}\n${sideFingerprint(read.sides[1], seed)}`;
}

function sideFingerprint(side: SideRead, seed: number): string {
  if (side.state !== 'present') return side.state;
  return `${side.entry.version.token} ${valueFingerprint(side.entry.value, seed)}`;
}

/**
 * A mark, then two characters per word of length and digest: half the memory of hexadecimal. Made in one go, since it
 * runs for every entry, and V8 keeps the parts of a string that is put together.
 */
function digestText(length: number, [a, b, c, d]: Digest128): string {
  return String.fromCharCode(
    digestMark,
    length >>> 16,
    length & 0xffff,
    a >>> 16,
    a & 0xffff,
    b >>> 16,
    b & 0xffff,
    c >>> 16,
    c & 0xffff,
    d >>> 16,
    d & 0xffff,
  );
}
