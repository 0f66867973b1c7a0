import type { Side, VersionedValue } from '@kvtwin/versioned-value';
import type { DigestWords } from '../scan/murmur3-128.js';

/** Slots in the beginning; a power of two, as always. */
const firstCapacity = 64;
const wordsPerSlot = 12;
const firstKeyBytes = 1024;

const SIDE = 4;
const KEY_AT = 5;
const KEY_LENGTH = 6;
const CONTENT = 7;
const VALUE_LENGTH = 11;

/** What a waiting key's side showed of when it goes away; undefined: never. */
export type Expiring = Pick<VersionedValue, 'expiration' | 'createdAtMs'> | undefined;

/** What a side showed of a key. */
export interface Shown {
  /** A digest of the value, under `counter` of the version too. */
  readonly content: DigestWords;
  /** Of the value. */
  readonly length: number;
  readonly expiring: Expiring;
  /** Where the key lies in the bytes given; default: it is all of them. */
  readonly keyStart?: number;
  readonly keyLength?: number;
}

/**
 * Keys that one side has shown, with what it showed, until the other one does: one typed array, and the keys' bytes in
 * another, so that the garbage collector has nothing to do for them.
 *
 * ```
 * slot:   key's digest 4 words · side · key's place · key's length · content's digest 4 words · value's length
 * ```
 *
 * Open addressing with linear probing; a slot that is taken out pulls the following ones back.
 */
export class WaitingKeys {
  #slots = new Uint32Array(firstCapacity * wordsPerSlot);
  #expiring: Expiring[] = [];
  #size = 0;
  #keyBytes = new Uint8Array(firstKeyBytes);
  /** Bytes of `#keyBytes` written, and of those that belong to keys which are gone. */
  #keyEnd = 0;
  #keyGarbage = 0;

  get size(): number {
    return this.#size;
  }

  /** Memory that they take. */
  get bytes(): number {
    return this.#slots.byteLength + this.#keyBytes.byteLength + this.#expiring.length * 8;
  }

  /** The slot of a key; -1 where it does not wait. */
  find(digest: DigestWords): number {
    const at = this.#slotOf(digest);
    return this.#slots[at + SIDE] === 0 ? -1 : at;
  }

  sideAt(slot: number): Side {
    return this.#slots[slot + SIDE] === 1 ? 'first' : 'second';
  }

  expiringAt(slot: number): Expiring {
    return this.#expiring[slot / wordsPerSlot];
  }

  /** `content`: a digest of the value, under `counter` of the version too. `length`: of the value. */
  holds(slot: number, content: DigestWords, length: number): boolean {
    const slots = this.#slots;
    if (slots[slot + VALUE_LENGTH] !== length) return false;
    for (let word = 0; word < 4; word++) if (slots[slot + CONTENT + word] !== content[word]) return false;
    return true;
  }

  /** Lets a key wait, or takes what its side shows now for what it showed before. */
  set(
    digest: DigestWords,
    key: Uint8Array,
    side: Side,
    { content, length, expiring, keyStart = 0, keyLength = key.length }: Shown,
  ): void {
    let slot = this.#slotOf(digest);
    if (this.#slots[slot + SIDE] === 0) {
      if ((this.#size + 1) * wordsPerSlot * 4 > this.#slots.length * 3) {
        this.#rebuild(this.#slots.length * 2, () => true);
        slot = this.#slotOf(digest);
      }
      this.#size++;
      this.#slots[slot + KEY_AT] = this.#keep(key, keyStart, keyLength);
      this.#slots[slot + KEY_LENGTH] = keyLength;
      for (let word = 0; word < 4; word++) this.#slots[slot + word] = digest[word]!;
    }
    this.#slots[slot + SIDE] = side === 'first' ? 1 : 2;
    for (let word = 0; word < 4; word++) this.#slots[slot + CONTENT + word] = content[word]!;
    this.#slots[slot + VALUE_LENGTH] = length;
    if (expiring !== undefined || this.#expiring.length > 0) this.#expire(slot, expiring);
  }

  /** Takes out what is in a slot. */
  delete(slot: number): void {
    const slots = this.#slots;
    this.#keyGarbage += slots[slot + KEY_LENGTH]!;
    this.#size--;
    let hole = slot;
    for (let at = this.#next(hole); slots[at + SIDE] !== 0; at = this.#next(at)) {
      if (!this.#reaches(this.#homeOf(at), hole, at)) continue;
      this.#move(at, hole);
      hole = at;
    }
    slots[hole + SIDE] = 0;
    this.#expiring[hole / wordsPerSlot] = undefined;
  }

  /** The keys, each a copy, in no order. Those handed out do not wait any more. */
  *take(): Generator<Uint8Array> {
    for (let at = 0; at < this.#slots.length; at += wordsPerSlot) {
      if (this.#slots[at + SIDE] === 0) continue;
      this.#size--;
      yield this.#keyAt(at).slice();
    }
    this.clear();
  }

  /** Forgets all of them; keeps the memory for those that come. */
  clear(): void {
    this.#slots.fill(0);
    this.#expiring = [];
    this.#keyEnd = 0;
    this.#keyGarbage = 0;
    this.#size = 0;
  }

  /** Drops the keys whose digest's first word is `end` or more, and the memory that is then not needed. */
  keepBelow(end: number): void {
    let kept = 0;
    for (let at = 0; at < this.#slots.length; at += wordsPerSlot) {
      if (this.#slots[at + SIDE] !== 0 && this.#slots[at]! < end) kept++;
    }
    let capacity = firstCapacity;
    while (kept * 4 > capacity * 3) capacity *= 2;
    this.#rebuild(capacity * wordsPerSlot, (first) => first < end);
    this.#compact();
  }

  #slotOf(digest: DigestWords): number {
    const slots = this.#slots;
    for (let at = this.#home(digest[1]!); ; at = this.#next(at)) {
      if (slots[at + SIDE] === 0) return at;
      if (
        slots[at] === digest[0] &&
        slots[at + 1] === digest[1] &&
        slots[at + 2] === digest[2] &&
        slots[at + 3] === digest[3]
      ) {
        return at;
      }
    }
  }

  #home(word: number): number {
    return (word & (this.#slots.length / wordsPerSlot - 1)) * wordsPerSlot;
  }

  #homeOf(slot: number): number {
    return this.#home(this.#slots[slot + 1]!);
  }

  #next(slot: number): number {
    return slot + wordsPerSlot === this.#slots.length ? 0 : slot + wordsPerSlot;
  }

  /** Whether a key whose place is `home` and that lies at `at` may as well lie in the hole before it. */
  #reaches(home: number, hole: number, at: number): boolean {
    return hole <= at ? home <= hole || home > at : home <= hole && home > at;
  }

  #move(from: number, to: number): void {
    this.#slots.copyWithin(to, from, from + wordsPerSlot);
    if (this.#expiring.length > 0) this.#expire(to, this.#expiring[from / wordsPerSlot]);
  }

  #expire(slot: number, expiring: Expiring): void {
    const index = slot / wordsPerSlot;
    while (this.#expiring.length <= index) this.#expiring.push(undefined);
    this.#expiring[index] = expiring;
  }

  #keyAt(slot: number): Uint8Array {
    const at = this.#slots[slot + KEY_AT]!;
    return this.#keyBytes.subarray(at, at + this.#slots[slot + KEY_LENGTH]!);
  }

  #keep(bytes: Uint8Array, start: number, length: number): number {
    if (this.#keyEnd + length > this.#keyBytes.length && this.#keyGarbage > this.#keyEnd / 2) this.#compact();
    const at = this.#keyEnd;
    const end = at + length;
    if (end > this.#keyBytes.length) {
      const larger = new Uint8Array(Math.max(end, this.#keyBytes.length * 2));
      larger.set(this.#keyBytes.subarray(0, at));
      this.#keyBytes = larger;
    }
    const kept = this.#keyBytes;
    for (let place = 0; place < length; place++) kept[at + place] = bytes[start + place]!;
    this.#keyEnd = end;
    return at;
  }

  /** Writes the bytes of the keys that wait anew, without those of the others. */
  #compact(): void {
    const old = this.#keyBytes;
    this.#keyBytes = new Uint8Array(Math.max(firstKeyBytes, (this.#keyEnd - this.#keyGarbage) * 2));
    this.#keyEnd = 0;
    this.#keyGarbage = 0;
    const slots = this.#slots;
    for (let at = 0; at < slots.length; at += wordsPerSlot) {
      if (slots[at + SIDE] === 0) continue;
      const from = slots[at + KEY_AT]!;
      slots[at + KEY_AT] = this.#keep(old, from, slots[at + KEY_LENGTH]!);
    }
  }

  #rebuild(words: number, keep: (first: number) => boolean): void {
    const [old, expiring] = [this.#slots, this.#expiring];
    this.#slots = new Uint32Array(words);
    this.#expiring = [];
    this.#size = 0;
    for (let at = 0; at < old.length; at += wordsPerSlot) {
      if (old[at + SIDE] === 0) continue;
      if (!keep(old[at]!)) {
        this.#keyGarbage += old[at + KEY_LENGTH]!;
        continue;
      }
      const slot = this.#slotOf([old[at]!, old[at + 1]!, old[at + 2]!, old[at + 3]!]);
      this.#slots.set(old.subarray(at, at + wordsPerSlot), slot);
      const expires = expiring[at / wordsPerSlot];
      if (expires !== undefined) this.#expire(slot, expires);
      this.#size++;
    }
  }
}
