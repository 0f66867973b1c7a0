import type { DigestWords } from '../scan/murmur3-128.js';

/** Slots in the beginning; a power of two, as always. */
const firstCapacity = 1024;
const wordsPerSlot = 4;

/**
 * A set of 128-bit digests in one typed array: 16 bytes a slot, at most three quarters full.
 *
 * ```
 * slot 0            slot 1            …
 * w0 w1 w2 w3       w0 w1 w2 w3           four words of a digest; all zero: free
 * ```
 */
export class SeenKeys {
  #slots = new Uint32Array(firstCapacity * wordsPerSlot);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Memory that the slots take. */
  get bytes(): number {
    return this.#slots.byteLength;
  }

  has(digest: DigestWords): boolean {
    return this.#slots[this.#slotOf(digest) + 3] !== 0;
  }

  /** Adds a digest; `false` when it was there already. */
  add(digest: DigestWords): boolean {
    const at = this.#slotOf(digest);
    if (this.#slots[at + 3] !== 0) return false;
    for (let word = 0; word < wordsPerSlot; word++) this.#slots[at + word] = wordOf(digest, word);
    this.#size++;
    if (this.#size * wordsPerSlot * 4 > this.#slots.length * 3)
      this.#rebuild(this.#slots.length * 2, () => true);
    return true;
  }

  /** Forgets all of them; keeps the memory for those that come. */
  clear(): void {
    this.#slots.fill(0);
    this.#size = 0;
  }

  /** Drops the digests whose first word is `end` or more, and the slots that are then not needed. */
  keepBelow(end: number): void {
    let kept = 0;
    for (let at = 0; at < this.#slots.length; at += wordsPerSlot) {
      if (this.#slots[at + 3] !== 0 && this.#slots[at]! < end) kept++;
    }
    let capacity = firstCapacity;
    while (kept * 4 > capacity * 3) capacity *= 2;
    this.#rebuild(capacity * wordsPerSlot, (first) => first < end);
  }

  /** The slot that holds the digest, or the free one where it would go. */
  #slotOf(digest: DigestWords): number {
    const mask = this.#slots.length / wordsPerSlot - 1;
    for (let slot = digest[1]! & mask; ; slot = (slot + 1) & mask) {
      const at = slot * wordsPerSlot;
      if (this.#slots[at + 3] === 0 || this.#holds(at, digest)) return at;
    }
  }

  #holds(at: number, digest: DigestWords): boolean {
    for (let word = 0; word < wordsPerSlot; word++) {
      if (this.#slots[at + word] !== wordOf(digest, word)) return false;
    }
    return true;
  }

  #rebuild(words: number, keep: (first: number) => boolean): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(words);
    this.#size = 0;
    for (let at = 0; at < old.length; at += wordsPerSlot) {
      if (old[at + 3] === 0 || !keep(old[at]!)) continue;
      this.add([old[at]!, old[at + 1]!, old[at + 2]!, old[at + 3]!]);
    }
  }
}

/** The last word is never 0, so that it marks a slot as taken; one bit of 128 less. */
function wordOf(digest: DigestWords, word: number): number {
  return word === 3 ? (digest[3]! | 1) >>> 0 : digest[word]!;
}
