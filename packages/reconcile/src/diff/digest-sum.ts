import { type Digest128, type DigestWords, murmur3x128 } from '../scan/murmur3-128.js';

/** Spreads the bits of a value's digest before they meet those of its key. */
const valueFactor = 0x9e3779b1;
const versionFactor = 0x85ebca77;

/**
 * A sum of 128-bit digests, word by word: the same whatever their order, and another one where a digest is missing, added
 * or changed (but for one chance in 2^128; it is not made against somebody who picks the bytes).
 */
export class DigestSum {
  readonly #words = new Uint32Array(4);

  /** Reads what {@link toHex} wrote. */
  static parse(hex: string): DigestSum {
    const sum = new DigestSum();
    for (let at = 0; at < 4; at++) sum.#words[at] = Number.parseInt(hex.slice(at * 8, at * 8 + 8), 16);
    return sum;
  }

  add(digest: DigestWords): void {
    for (let at = 0; at < 4; at++) this.#words[at] = (this.#words[at]! + digest[at]!) >>> 0;
  }

  /** Adds the digest of an entry, from that of its key and that of its value, or of value and version. */
  addEntry(key: DigestWords, content: DigestWords): void {
    const words = this.#words;
    for (let at = 0; at < 4; at++) words[at]! += entryWord(key[at]!, content[at]!);
  }

  addSum(other: DigestSum): void {
    for (let at = 0; at < 4; at++) this.#words[at] = (this.#words[at]! + other.#words[at]!) >>> 0;
  }

  equals(other: DigestSum): boolean {
    return this.#words.every((word, at) => word === other.#words[at]);
  }

  /** 32 lower-case digits. */
  toHex(): string {
    return Array.from(this.#words, (word) => word.toString(16).padStart(8, '0')).join('');
  }
}

/** Many sums in one array: an object for each would weigh more than what it sums up. */
export class DigestSums {
  readonly #words: Uint32Array;

  constructor(count: number) {
    this.#words = new Uint32Array(count * 4);
  }

  /** Adds an entry to one of the sums, as {@link DigestSum.addEntry} does. */
  addEntry(sum: number, key: DigestWords, content: DigestWords): void {
    const words = this.#words;
    for (let at = 0; at < 4; at++) words[sum * 4 + at]! += entryWord(key[at]!, content[at]!);
  }

  /** Takes back what was added to the sums from that one on. */
  clearFrom(sum: number): void {
    this.#words.fill(0, sum * 4);
  }

  /** All of them together. */
  get total(): DigestSum {
    const words = new Uint32Array(4);
    for (let at = 0; at < this.#words.length; at++) words[at & 3]! += this.#words[at]!;
    const sum = new DigestSum();
    sum.add(words);
    return sum;
  }
}

/** What stands for a value and its version, where versions count, from the value's digest. */
export function versionedDigest(value: DigestWords, version: string): Digest128 {
  const mark = murmur3x128(new TextEncoder().encode(version), 0);
  const word = (at: 0 | 1 | 2 | 3): number =>
    (Math.imul(value[at]!, valueFactor) + Math.imul(mark[at], versionFactor)) >>> 0;
  return [word(0), word(1), word(2), word(3)];
}

function entryWord(key: number, content: number): number {
  return mix((key + Math.imul(content, valueFactor)) | 0);
}

/** The last step of MurmurHash3, so that two keys with each other's values do not add up to the same. */
function mix(word: number): number {
  let mixed = word ^ (word >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
