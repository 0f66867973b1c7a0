import {
  expirationSkewMs,
  fromByteString,
  IMMORTAL,
  type ScannedEntry,
  type Side,
  toByteString,
  UNKNOWN_EXPIRATION,
  type VersionedValue,
  type VersionPolicy,
} from '@kvtwin/versioned-value';
import { DigestSum, entryDigest } from './digest-sum.js';
import { entryFingerprint } from './fingerprint.js';
import { finestRange, type HashRange, lowerHalf } from './hash-range.js';
import { type Digest128, murmur3x128 } from './murmur3-128.js';
import { SeenKeys } from './seen-keys.js';

/** What V8 takes for a waiting key besides its bytes: the Map's entry, the record, the strings' headers. Measured. */
const waitingOverheadBytes = 220;

/** How a ledger compares, and what it may take. */
export interface LedgerOptions {
  readonly policy: VersionPolicy;
  readonly expirationToleranceMs: number;
  readonly maxTrackedBytes: number;
  readonly seed: number;
  /** Whether a digest of what agrees is wanted too. Default `only`. */
  readonly counted?: 'only' | 'with-digest';
}

/** A key that only one side has shown so far. */
interface Waiting {
  readonly side: Side;
  readonly fingerprint: string;
  readonly expiring: Pick<VersionedValue, 'expiration' | 'createdAtMs'>;
}

/** Shared, since most keys of most stores are one of the two. */
const unlimited = {
  immortal: { expiration: IMMORTAL },
  unknown: { expiration: UNKNOWN_EXPIRATION },
} as const;

/**
 * Keeps account of one pass over both stores: matches what the two scans show, in whatever order they show it. A key
 * that both sides showed is only remembered as a digest, so that showing it again changes nothing. When the account
 * outgrows its memory it gives up the upper half of its hash range; a later pass takes that up.
 */
export class PassLedger {
  readonly #options: LedgerOptions;
  #range: HashRange;
  readonly #waiting = new Map<string, Waiting>();
  #waitingBytes = 0;
  readonly #matched = new SeenKeys();
  /** Byte strings of keys that both sides showed, not in the same state. */
  readonly #different = new Set<string>();
  #differentBytes = 0;
  /** What the agreeing keys hold, likewise. */
  readonly #digests: (DigestSum | undefined)[] = [];
  /** Agreeing keys by the finest hash range, so that the count of a given-up half can be taken back. */
  readonly #agreed = new Uint32Array(2 ** 32 / finestRange);

  constructor(range: HashRange, options: LedgerOptions) {
    this.#range = range;
    this.#options = options;
  }

  /** What is left of the range that the pass began with. */
  get range(): HashRange {
    return this.#range;
  }

  get agreed(): number {
    return this.#agreed.reduce((sum, count) => sum + count, 0);
  }

  /** Of the agreeing keys and their values; under `counter` also their versions. */
  get digest(): DigestSum {
    const sum = new DigestSum();
    for (const each of this.#digests) if (each !== undefined) sum.addSum(each);
    return sum;
  }

  /** Keys that need another look: shown differently, or by one side only so far. */
  get open(): number {
    return this.#different.size + this.#waiting.size;
  }

  /** An estimate of the memory held. */
  get bytes(): number {
    return this.#waitingBytes + this.#differentBytes + this.#matched.bytes;
  }

  /** Takes down what a side's scan showed. */
  observe(side: Side, { key, entry }: ScannedEntry): void {
    const digest = murmur3x128(key, this.#options.seed);
    if (digest[0] < this.#range.from || digest[0] >= this.#range.to) return;
    const text = toByteString(key);
    const other = this.#waiting.get(text);
    if (other !== undefined && other.side !== side) {
      this.#forget(text);
      this.#matched.add(digest);
      if (this.#agrees(side, entry, other)) this.#agree(digest, entry);
      else this.#differ(text);
    } else if (!this.#matched.has(digest)) {
      if (other === undefined) this.#waitingBytes += waitingOverheadBytes + text.length;
      this.#waiting.set(text, this.#waitingFor(side, entry));
    }
    while (this.bytes > this.#options.maxTrackedBytes && this.#giveUpHalf());
  }

  /** Hands out the open keys, once; the ledger is empty of them afterwards. */
  *takeOpen(): Generator<Uint8Array> {
    for (const keys of [this.#different, this.#waiting] as const) {
      for (const text of keys.keys()) {
        keys.delete(text);
        yield fromByteString(text);
      }
    }
  }

  #agree(key: Digest128, { value, version }: VersionedValue): void {
    const at = Math.floor(key[0] / finestRange);
    this.#agreed[at]!++;
    const { counted, policy, seed } = this.#options;
    if (counted !== 'with-digest') return;
    this.#digests[at] ??= new DigestSum();
    const token = policy === 'counter' ? version.token : undefined;
    this.#digests[at].add(entryDigest(key, murmur3x128(value, seed), token));
  }

  #agrees(side: Side, entry: VersionedValue, other: Waiting): boolean {
    const { expirationToleranceMs, policy, seed } = this.#options;
    if (entryFingerprint(entry, policy, seed) !== other.fingerprint) return false;
    const [first, second] = side === 'second' ? [other.expiring, entry] : [entry, other.expiring];
    return expirationSkewMs(first, second, expirationToleranceMs) === undefined;
  }

  #waitingFor(side: Side, entry: VersionedValue): Waiting {
    const { policy, seed } = this.#options;
    const { createdAtMs, expiration } = entry;
    return {
      side,
      fingerprint: entryFingerprint(entry, policy, seed),
      expiring: expiration.kind === 'mortal' ? { expiration, createdAtMs } : unlimited[expiration.kind],
    };
  }

  #forget(text: string): void {
    this.#waiting.delete(text);
    this.#waitingBytes -= waitingOverheadBytes + text.length;
  }

  #differ(text: string): void {
    this.#different.add(text);
    this.#differentBytes += waitingOverheadBytes + text.length;
  }

  #giveUpHalf(): boolean {
    const range = lowerHalf(this.#range);
    if (range === undefined) return false;
    this.#range = range;
    const isAbove = (text: string): boolean =>
      murmur3x128(fromByteString(text), this.#options.seed)[0] >= range.to;
    for (const text of this.#waiting.keys()) if (isAbove(text)) this.#forget(text);
    for (const text of this.#different) {
      if (!isAbove(text)) continue;
      this.#different.delete(text);
      this.#differentBytes -= waitingOverheadBytes + text.length;
    }
    this.#matched.keepBelow(range.to);
    this.#agreed.fill(0, range.to / finestRange);
    this.#digests.length = Math.min(this.#digests.length, range.to / finestRange);
    return true;
  }
}
