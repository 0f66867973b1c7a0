import { expirationSkewMs, IMMORTAL, type Side } from '@kvtwin/versioned-value';
import { DigestSum, DigestSums } from '../diff/digest-sum.js';
import { SeenKeys } from '../diff/seen-keys.js';
import type { ShownEntries, ShownOptions } from '../diff/shown-entries.js';
import { type Expiring, WaitingKeys } from '../diff/waiting-keys.js';
import { finestRange, type HashRange, lowerHalf } from './hash-range.js';
import { murmur3x128 } from './murmur3-128.js';

/** What V8 takes for a key that is to be read again besides its bytes: the array and its header. Measured. */
const differentOverheadBytes = 120;

/** So many of them make the whole. */
const finestRanges = 2 ** 32 / finestRange;

const immortal = { expiration: IMMORTAL };

/** How a ledger compares, and what it may take. */
export interface LedgerOptions extends ShownOptions {
  readonly expirationToleranceMs: number;
  readonly maxTrackedBytes: number;
  /** Whether a digest of what agrees is wanted too. Default `only`. */
  readonly counted?: 'only' | 'with-digest';
}

/**
 * Keeps account of one pass over both stores: matches what the two scans show, in whatever order they show it. A key is
 * known by its 128-bit digest, and what it holds likewise. A key that both sides showed is only remembered as its digest,
 * so that showing it again changes nothing. When the account outgrows its memory it gives up the upper half of its hash
 * range; a later pass takes that up.
 */
export class PassLedger {
  readonly #options: LedgerOptions;
  #range: HashRange;
  /** Keys that only one side has shown so far. */
  readonly #waiting = new WaitingKeys();
  readonly #matched = new SeenKeys();
  /** Digests of the entry that is being observed. */
  readonly #key = new Uint32Array(4);
  readonly #content = new Uint32Array(4);
  /** Keys that both sides showed, not in the same state. */
  #different: Uint8Array[] = [];
  #differentBytes = 0;
  /** What the agreeing keys hold, by the finest hash range, so that a given-up half can be taken back. */
  readonly #digests: DigestSums | undefined;
  /** Agreeing keys, likewise, and in all. */
  readonly #agreedIn = new Uint32Array(finestRanges);
  #agreed = 0;

  constructor(range: HashRange, options: LedgerOptions) {
    this.#range = range;
    this.#options = options;
    if (options.counted === 'with-digest') this.#digests = new DigestSums(finestRanges);
  }

  /** Forgets everything, for another pass; keeps the memory. */
  reset(range: HashRange): void {
    this.#range = range;
    this.#waiting.clear();
    this.#matched.clear();
    this.#different = [];
    this.#differentBytes = 0;
    this.#digests?.clearFrom(0);
    this.#agreedIn.fill(0);
    this.#agreed = 0;
  }

  /** What is left of the range that the pass began with. */
  get range(): HashRange {
    return this.#range;
  }

  get agreed(): number {
    return this.#agreed;
  }

  /** Of the agreeing keys and their values; under `counter` also their versions. */
  get digest(): DigestSum {
    return this.#digests?.total ?? new DigestSum();
  }

  /** Keys that need another look: shown differently, or by one side only so far. */
  get open(): number {
    return this.#different.length + this.#waiting.size;
  }

  /** An estimate of the memory held. */
  get bytes(): number {
    return this.#waiting.bytes + this.#differentBytes + this.#matched.bytes;
  }

  /** Takes down what a side's scan showed; digests must have been made with the ledger's seed and policy. */
  observe(side: Side, shown: ShownEntries): void {
    for (let entry = 0; entry < shown.length; entry++) this.#observe(side, shown, entry);
  }

  /** Runs for every entry, so that it makes as little as it can. */
  #observe(side: Side, shown: ShownEntries, entry: number): void {
    const digest = this.#key;
    const content = this.#content;
    shown.digestsInto(digest, content, entry);
    const first = digest[0]!;
    if (first < this.#range.from || first >= this.#range.to) return;
    const slot = this.#waiting.find(digest);
    if (slot >= 0 && this.#waiting.sideAt(slot) !== side) this.#match(side, shown, entry, slot);
    else if (!this.#matched.has(digest)) {
      this.#waiting.set(digest, shown.keyBytes, side, {
        content,
        length: shown.valueLength(entry),
        expiring: shown.expiring(entry),
        keyStart: shown.keyStart(entry),
        keyLength: shown.keyLength(entry),
      });
    }
    while (this.bytes > this.#options.maxTrackedBytes && this.#giveUpHalf());
  }

  /** Hands out the open keys, once; the ledger is empty of them afterwards. */
  *takeOpen(): Generator<Uint8Array> {
    for (let key = this.#different.pop(); key !== undefined; key = this.#different.pop()) yield key;
    yield* this.#waiting.take();
  }

  #match(side: Side, shown: ShownEntries, entry: number, slot: number): void {
    const digest = this.#key;
    const other = this.#waiting.expiringAt(slot);
    const same = this.#waiting.holds(slot, this.#content, shown.valueLength(entry));
    this.#waiting.delete(slot);
    this.#matched.add(digest);
    if (!same || !this.#expireAlike(side, shown.expiring(entry), other)) {
      const start = shown.keyStart(entry);
      const key = shown.keyBytes.slice(start, start + shown.keyLength(entry));
      this.#different.push(key);
      this.#differentBytes += differentOverheadBytes + key.length;
      return;
    }
    const at = Math.floor(digest[0]! / finestRange);
    this.#agreed++;
    this.#agreedIn[at]!++;
    this.#digests?.addEntry(at, digest, this.#content);
  }

  #expireAlike(side: Side, now: Expiring, before: Expiring): boolean {
    if (now === undefined && before === undefined) return true;
    const [one, other] = [now ?? immortal, before ?? immortal];
    const [first, second] = side === 'second' ? [other, one] : [one, other];
    return expirationSkewMs(first, second, this.#options.expirationToleranceMs) === undefined;
  }

  #giveUpHalf(): boolean {
    const range = lowerHalf(this.#range);
    if (range === undefined) return false;
    this.#range = range;
    this.#waiting.keepBelow(range.to);
    this.#matched.keepBelow(range.to);
    const { seed } = this.#options;
    this.#different = this.#different.filter((key) => murmur3x128(key, seed)[0] < range.to);
    this.#differentBytes = this.#different.reduce(
      (sum, { length }) => sum + differentOverheadBytes + length,
      0,
    );
    const end = range.to / finestRange;
    this.#agreedIn.fill(0, end);
    this.#agreed = this.#agreedIn.reduce((sum, count) => sum + count, 0);
    this.#digests?.clearFrom(end);
    return true;
  }
}
