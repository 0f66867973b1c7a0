/**
 * MurmurHash3_x86_128 (Austin Appleby, public domain): 16 bytes as four unsigned 32-bit words. Fast without 64-bit
 * integers; well distributed, but not made against somebody who picks the bytes: `seed` is random per run.
 */
export function murmur3x128(bytes: Uint8Array, seed: number): Digest128 {
  const digest = new Uint32Array(4);
  murmur3Into(digest, bytes, seed);
  return [digest[0]!, digest[1]!, digest[2]!, digest[3]!];
}

/** {@link murmur3x128} of some of the bytes into an array of four words that is there already: for what runs for every entry. */
export function murmur3Into(
  digest: Uint32Array,
  bytes: Uint8Array,
  seed: number,
  start = 0,
  end: number = bytes.length,
): void {
  const c1 = 0x239b961b;
  const c2 = 0xab0e9789;
  const c3 = 0x38b34ae5;
  const c4 = 0xa1e38b93;
  let h1 = seed | 0;
  let h2 = h1;
  let h3 = h1;
  let h4 = h1;
  const length = end - start;
  const blocksEnd = start + (length & ~15);
  for (let at = start; at < blocksEnd; at += 16) {
    h1 ^= Math.imul(rotl(Math.imul(word(bytes, at), c1), 15), c2);
    h1 = (Math.imul((rotl(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0;
    h2 ^= Math.imul(rotl(Math.imul(word(bytes, at + 4), c2), 16), c3);
    h2 = (Math.imul((rotl(h2, 17) + h3) | 0, 5) + 0x0bcaa747) | 0;
    h3 ^= Math.imul(rotl(Math.imul(word(bytes, at + 8), c3), 17), c4);
    h3 = (Math.imul((rotl(h3, 15) + h4) | 0, 5) + 0x96cd1c35) | 0;
    h4 ^= Math.imul(rotl(Math.imul(word(bytes, at + 12), c4), 18), c1);
    h4 = (Math.imul((rotl(h4, 13) + h1) | 0, 5) + 0x32ac3b17) | 0;
  }
  const tail = length & 15;
  if (tail > 12) h4 ^= Math.imul(rotl(Math.imul(partialWord(bytes, blocksEnd + 12, end), c4), 18), c1);
  if (tail > 8) h3 ^= Math.imul(rotl(Math.imul(partialWord(bytes, blocksEnd + 8, end), c3), 17), c4);
  if (tail > 4) h2 ^= Math.imul(rotl(Math.imul(partialWord(bytes, blocksEnd + 4, end), c2), 16), c3);
  if (tail > 0) h1 ^= Math.imul(rotl(Math.imul(partialWord(bytes, blocksEnd, end), c1), 15), c2);
  h1 ^= length;
  h2 ^= length;
  h3 ^= length;
  h4 ^= length;
  h1 = (h1 + h2 + h3 + h4) | 0;
  h2 = (h2 + h1) | 0;
  h3 = (h3 + h1) | 0;
  h4 = (h4 + h1) | 0;
  h1 = mix(h1);
  h2 = mix(h2);
  h3 = mix(h3);
  h4 = mix(h4);
  h1 = (h1 + h2 + h3 + h4) | 0;
  digest[0] = h1;
  digest[1] = h2 + h1;
  digest[2] = h3 + h1;
  digest[3] = h4 + h1;
}

/** 16 bytes as four unsigned 32-bit words. */
export type Digest128 = readonly [number, number, number, number];

/** A {@link Digest128}, or an array that holds one. */
export type DigestWords = Digest128 | Uint32Array;

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/** Up to four bytes from `at` to the end, the missing ones 0. */
function partialWord(bytes: Uint8Array, at: number, end: number): number {
  if (at + 4 <= end) return word(bytes, at);
  let partial = 0;
  for (let place = end - 1; place >= at; place--) partial = (partial << 8) | bytes[place]!;
  return partial;
}

function rotl(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function mix(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
