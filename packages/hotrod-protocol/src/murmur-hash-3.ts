/** What key routing seeds the hash with. */
const ROUTING_SEED = 9001;

/**
 * The hash that Infinispan places keys by: the high 32 bits of h1 of a draft of MurmurHash3_x64_128, as a signed 32-bit
 * integer (Hot Rod §hash function version 3).
 * It is not the published MurmurHash3: rotations and constants differ, the constants change every round, and the bytes of
 * the tail are sign-extended.
 *
 * `bytes` are a key in the cache's storage format; `seed` counts as an unsigned 32-bit integer.
 *
 * Every 64-bit number is a pair of signed 32-bit halves, so that nothing is allocated: this runs once per routed request.
 */
export function murmurHash3(bytes: Uint8Array, seed: number = ROUTING_SEED): number {
  const { length } = bytes;
  let h1High = 0x9368e53c;
  let h1Low = 0x2f6af274 ^ seed;
  let h2High = 0x586dcd20;
  let h2Low = 0x8f7cd3fd ^ seed;
  let c1High = 0x87c37b91 | 0;
  let c1Low = 0x114253d5;
  let c2High = 0x4cf5ad43;
  let c2Low = 0x2745937f;
  // One round per 16 bytes; the tail, if there is one, is the last.
  for (let at = 0; at < length; at += 16) {
    const whole = at + 16 <= length;
    let k1Low = whole ? word(bytes, at) : tailLow(bytes, at);
    let k1High = whole ? word(bytes, at + 4) : tailHigh(bytes, at);
    let k2Low = whole ? word(bytes, at + 8) : tailLow(bytes, at + 8);
    let k2High = whole ? word(bytes, at + 12) : tailHigh(bytes, at + 8);

    // k1 = rotl(k1 * c1, 23) * c2;   h1 = (h1 ^ k1) + h2
    let high = highOfProduct(k1High, k1Low, c1High, c1Low);
    let low = Math.imul(k1Low, c1Low);
    k1High = (high << 23) | (low >>> 9);
    k1Low = (low << 23) | (high >>> 9);
    h1High ^= highOfProduct(k1High, k1Low, c2High, c2Low);
    h1Low ^= Math.imul(k1Low, c2Low);
    let sum = (h1Low >>> 0) + (h2Low >>> 0);
    h1High = (h1High + h2High + carry(sum)) | 0;
    h1Low = sum | 0;

    // k2 = rotl(k2 * c2, 23) * c1;   h2 = (rotl(h2, 41) ^ k2) + h1
    high = highOfProduct(k2High, k2Low, c2High, c2Low);
    low = Math.imul(k2Low, c2Low);
    k2High = (high << 23) | (low >>> 9);
    k2Low = (low << 23) | (high >>> 9);
    high = (h2Low << 9) | (h2High >>> 23);
    low = (h2High << 9) | (h2Low >>> 23);
    high ^= highOfProduct(k2High, k2Low, c1High, c1Low);
    low ^= Math.imul(k2Low, c1Low);
    sum = (low >>> 0) + (h1Low >>> 0);
    h2High = (high + h1High + carry(sum)) | 0;
    h2Low = sum | 0;

    // h1 = h1 * 3 + …   h2 = h2 * 3 + …   c1 = c1 * 5 + …   c2 = c2 * 5 + …
    sum = (h1Low >>> 0) * 3 + 0x52dce729;
    h1High = (Math.imul(h1High, 3) + carry(sum)) | 0;
    h1Low = sum | 0;
    sum = (h2Low >>> 0) * 3 + 0x38495ab5;
    h2High = (Math.imul(h2High, 3) + carry(sum)) | 0;
    h2Low = sum | 0;
    sum = (c1Low >>> 0) * 5 + 0x7b7d159c;
    c1High = (Math.imul(c1High, 5) + carry(sum)) | 0;
    c1Low = sum | 0;
    sum = (c2Low >>> 0) * 5 + 0x6bce6396;
    c2High = (Math.imul(c2High, 5) + carry(sum)) | 0;
    c2Low = sum | 0;
  }

  // h2 ^= length;   h1 += h2;   h2 += h1;   the high half of avalanche(h1) + avalanche(h2)
  h2Low ^= length;
  let sum = (h1Low >>> 0) + (h2Low >>> 0);
  h1High = (h1High + h2High + carry(sum)) | 0;
  h1Low = sum | 0;
  sum = (h2Low >>> 0) + (h1Low >>> 0);
  h2High = (h2High + h1High + carry(sum)) | 0;
  h2Low = sum | 0;

  // k ^= k >>> 33;   k *= …;   k ^= k >>> 33;   k *= …;   k ^= k >>> 33: of the high half only the products matter.
  h1Low ^= h1High >>> 1;
  h1High = highOfProduct(h1High, h1Low, 0xff51afd7, 0xed558ccd);
  h1Low = Math.imul(h1Low, 0xed558ccd) ^ (h1High >>> 1);
  h1High = highOfProduct(h1High, h1Low, 0xc4ceb9fe, 0x1a85ec53);
  h1Low = Math.imul(h1Low, 0x1a85ec53) ^ (h1High >>> 1);
  h2Low ^= h2High >>> 1;
  h2High = highOfProduct(h2High, h2Low, 0xff51afd7, 0xed558ccd);
  h2Low = Math.imul(h2Low, 0xed558ccd) ^ (h2High >>> 1);
  h2High = highOfProduct(h2High, h2Low, 0xc4ceb9fe, 0x1a85ec53);
  h2Low = Math.imul(h2Low, 0x1a85ec53) ^ (h2High >>> 1);
  return (h1High + h2High + carry((h1Low >>> 0) + (h2Low >>> 0))) | 0;
}

/** What a sum of low halves, below 2^35, carries into the high halves. */
function carry(sum: number): number {
  return (sum / 0x1_0000_0000) | 0;
}

/** The high half of a 64-bit product modulo 2^64; its low half is `Math.imul(aLow, bLow)`. */
function highOfProduct(aHigh: number, aLow: number, bHigh: number, bLow: number): number {
  const a0 = aLow & 0xffff;
  const a1 = aLow >>> 16;
  const b0 = bLow & 0xffff;
  const b1 = bLow >>> 16;
  const first = (Math.imul(a1, b0) + (Math.imul(a0, b0) >>> 16)) | 0;
  const second = (Math.imul(a0, b1) + (first & 0xffff)) | 0;
  const ofLows = Math.imul(a1, b1) + (first >>> 16) + (second >>> 16);
  return (ofLows + Math.imul(aHigh, bLow) + Math.imul(aLow, bHigh)) | 0;
}

/** Four bytes, the lowest first. */
function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/** The low half of up to eight bytes from `start`, each sign-extended to 64 bits, shifted to its place and xored. */
function tailLow(bytes: Uint8Array, start: number): number {
  const end = Math.min(start + 4, bytes.length);
  let low = 0;
  for (let at = start; at < end; at++) {
    low ^= ((bytes[at]! << 24) >> 24) << (8 * (at - start));
  }
  return low;
}

/** Its high half: of the first four bytes only the signs reach it. */
function tailHigh(bytes: Uint8Array, start: number): number {
  const end = Math.min(start + 8, bytes.length);
  let high = 0;
  for (let at = start; at < end; at++) {
    const signed = (bytes[at]! << 24) >> 24;
    high ^= at < start + 4 ? signed >> 31 : signed << (8 * (at - start - 4));
  }
  return high;
}
