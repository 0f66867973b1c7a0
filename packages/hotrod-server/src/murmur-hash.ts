const mask64 = 0xffffffffffffffffn;

/**
 * The high 32 bits of h1 of the MurmurHash3 draft that Infinispan uses, as a signed 32-bit integer.
 * It is not the published MurmurHash3_x64_128: rotations and constants differ, the constants change every round, and
 * the bytes of the tail are sign-extended (Hot Rod 4.0 §key hashing).
 *
 * `seed` is taken as an unsigned 32-bit integer; key routing uses 9001.
 */
export function murmurHash(bytes: Uint8Array, seed = 9001): number {
  const extended = BigInt(seed >>> 0);
  const state: State = {
    h1: 0x9368e53c2f6af274n ^ extended,
    h2: 0x586dcd208f7cd3fdn ^ extended,
    c1: 0x87c37b91114253d5n,
    c2: 0x4cf5ad432745937fn,
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length - (bytes.length % 16);
  for (let at = 0; at < whole; at += 16) {
    mix(state, view.getBigUint64(at, true), view.getBigUint64(at + 8, true));
  }
  if (whole < bytes.length) {
    mix(state, tailWord(view, whole), tailWord(view, whole + 8));
  }
  return finish(state, bytes.length);
}

interface State {
  h1: bigint;
  h2: bigint;
  c1: bigint;
  c2: bigint;
}

function mix(state: State, word1: bigint, word2: bigint): void {
  const { c1, c2 } = state;
  const k1 = BigInt.asUintN(64, rotateLeft(BigInt.asUintN(64, word1 * c1), 23n) * c2);
  const h1 = BigInt.asUintN(64, (state.h1 ^ k1) + state.h2);
  const k2 = BigInt.asUintN(64, rotateLeft(BigInt.asUintN(64, word2 * c2), 23n) * c1);
  const h2 = BigInt.asUintN(64, (rotateLeft(state.h2, 41n) ^ k2) + h1);
  state.h1 = BigInt.asUintN(64, h1 * 3n + 0x52dce729n);
  state.h2 = BigInt.asUintN(64, h2 * 3n + 0x38495ab5n);
  state.c1 = BigInt.asUintN(64, c1 * 5n + 0x7b7d159cn);
  state.c2 = BigInt.asUintN(64, c2 * 5n + 0x6bce6396n);
}

/** Up to eight bytes from `start`, each sign-extended to 64 bits before it is shifted in. */
function tailWord(view: DataView, start: number): bigint {
  const end = Math.min(start + 8, view.byteLength);
  let word = 0n;
  for (let at = start; at < end; at++) {
    word ^= BigInt.asUintN(64, BigInt(view.getInt8(at)) << BigInt(8 * (at - start)));
  }
  return word;
}

function finish(state: State, length: number): number {
  let h2 = state.h2 ^ BigInt(length);
  let h1 = (state.h1 + h2) & mask64;
  h2 = (h2 + h1) & mask64;
  h1 = avalanche(h1);
  h2 = avalanche(h2);
  h1 = (h1 + h2) & mask64;
  return Number(h1 >> 32n) | 0;
}

function avalanche(value: bigint): bigint {
  let k = value ^ (value >> 33n);
  k = BigInt.asUintN(64, k * 0xff51afd7ed558ccdn);
  k ^= k >> 33n;
  k = BigInt.asUintN(64, k * 0xc4ceb9fe1a85ec53n);
  return k ^ (k >> 33n);
}

function rotateLeft(value: bigint, bits: bigint): bigint {
  return BigInt.asUintN(64, value << bits) | (value >> (64n - bits));
}
