import {
  type PairRead,
  type SideRead,
  toByteString,
  type VersionedValue,
  type VersionPolicy,
} from '@kvtwin/versioned-value';
import { type Digest128, murmur3x128 } from './murmur3-128.js';

/** Values up to this long stand for themselves: a digest would not be shorter. */
const literalBytes = 16;

/** Stands for a value: equal for equal values, and different for different ones but for one chance in 2^128. */
export function valueFingerprint(value: Uint8Array, seed: number): string {
  if (value.length <= literalBytes) return `=${toByteString(value)}`;
  return `#${value.length}:${digestText(murmur3x128(value, seed))}`;
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

/** Two characters per word: half the memory of hexadecimal. */
function digestText(digest: Digest128): string {
  return String.fromCharCode(...digest.flatMap((word) => [word >>> 16, word & 0xffff]));
}
