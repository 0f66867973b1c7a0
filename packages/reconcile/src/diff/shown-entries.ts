import type { EntryPlace, EntryVisitor, VersionPolicy } from '@kvtwin/versioned-value';
import { murmur3Into } from '../scan/murmur3-128.js';
import { versionedDigest } from './digest-sum.js';
import type { Expiring } from './waiting-keys.js';

const wordsPerEntry = 11;
const CONTENT = 4;
const KEY_AT = 8;
const KEY_LENGTH = 9;
const VALUE_LENGTH = 10;

const firstCapacity = 64;
const keyBytesPerEntry = 32;

/** What an entry is known by. */
export interface ShownOptions {
  readonly policy: VersionPolicy;
  readonly seed: number;
}

/**
 * What a batch of a scan showed, as far as a diff compares it: digests in place of values, in two typed arrays, so that a
 * million entries are no million objects.
 *
 * ```
 * entry:  key's digest 4 words · content's digest 4 words · key's place · key's length · value's length
 * ```
 */
export class ShownEntries implements EntryVisitor {
  readonly #options: ShownOptions;
  readonly #digest = new Uint32Array(4);
  #words = new Uint32Array(firstCapacity * wordsPerEntry);
  #keys = new Uint8Array(firstCapacity * keyBytesPerEntry);
  #keyEnd = 0;
  #expiring: Map<number, Expiring> | undefined;
  #length = 0;
  #valueBytes = 0;

  constructor(options: ShownOptions) {
    this.#options = options;
  }

  get length(): number {
    return this.#length;
  }

  /** Of all values together. */
  get valueBytes(): number {
    return this.#valueBytes;
  }

  visit(place: EntryPlace): void {
    const { keyBytes, keyStart, keyEnd, valueBytes, valueStart, valueEnd, expiring } = place;
    const { policy, seed } = this.#options;
    const digest = this.#digest;
    const at = this.#length * wordsPerEntry;
    if (at === this.#words.length) this.#words = grown(this.#words);
    const words = this.#words;
    murmur3Into(digest, keyBytes, seed, keyStart, keyEnd);
    for (let word = 0; word < 4; word++) words[at + word] = digest[word]!;
    murmur3Into(digest, valueBytes, seed, valueStart, valueEnd);
    const content = policy === 'counter' ? versionedDigest(digest, place.version().token) : digest;
    for (let word = 0; word < 4; word++) words[at + CONTENT + word] = content[word]!;
    words[at + KEY_AT] = this.#keyEnd;
    words[at + KEY_LENGTH] = keyEnd - keyStart;
    words[at + VALUE_LENGTH] = valueEnd - valueStart;
    this.#keepKey(keyBytes, keyStart, keyEnd);
    if (expiring !== undefined) {
      const { expiration, createdAtMs } = expiring;
      this.#expiring ??= new Map();
      this.#expiring.set(this.#length, { expiration, createdAtMs });
    }
    this.#length++;
    this.#valueBytes += valueEnd - valueStart;
  }

  /** Makes room for another batch. */
  clear(): void {
    this.#length = 0;
    this.#keyEnd = 0;
    this.#valueBytes = 0;
    this.#expiring = undefined;
  }

  /** Copies the digests of an entry. */
  digestsInto(key: Uint32Array, content: Uint32Array, entry: number): void {
    const words = this.#words;
    const at = entry * wordsPerEntry;
    for (let word = 0; word < 4; word++) {
      key[word] = words[at + word]!;
      content[word] = words[at + CONTENT + word]!;
    }
  }

  /** Of the value of an entry. */
  valueLength(entry: number): number {
    return this.#words[entry * wordsPerEntry + VALUE_LENGTH]!;
  }

  expiring(entry: number): Expiring {
    return this.#expiring?.get(entry);
  }

  /** Holds the keys of all entries. */
  get keyBytes(): Uint8Array {
    return this.#keys;
  }

  /** Where the key of an entry begins in {@link keyBytes}. */
  keyStart(entry: number): number {
    return this.#words[entry * wordsPerEntry + KEY_AT]!;
  }

  keyLength(entry: number): number {
    return this.#words[entry * wordsPerEntry + KEY_LENGTH]!;
  }

  #keepKey(bytes: Uint8Array, start: number, end: number): void {
    const from = this.#keyEnd;
    const to = from + end - start;
    while (to > this.#keys.length) this.#keys = grown(this.#keys);
    const keys = this.#keys;
    for (let at = start; at < end; at++) keys[from + at - start] = bytes[at]!;
    this.#keyEnd = to;
  }
}

function grown<Words extends Uint32Array | Uint8Array>(words: Words): Words {
  const larger = new (words.constructor as new (length: number) => Words)(words.length * 2);
  larger.set(words);
  return larger;
}
