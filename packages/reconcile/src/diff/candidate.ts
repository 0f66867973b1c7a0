import type { PairRead } from '@kvtwin/versioned-value';
import { type DiffClass, diffClassOf } from './diff-class.js';
import type { DiffSettings } from './diff-options.js';
import { pairFingerprint } from './fingerprint.js';

/** When a read began and when it was answered, in milliseconds since the epoch. */
export interface ReadTimes {
  readonly beganMs: number;
  readonly endedMs: number;
}

/**
 * A key that looked different in the scans, and what the reads since then have shown. Holds no values: a fingerprint
 * tells whether both sides stayed as they were.
 */
export class Candidate {
  readonly key: Uint8Array;
  #fingerprint: string | undefined;
  #reads = 0;
  #confirmed = 0;
  #sinceMs = 0;
  #overMs = 0;

  constructor(key: Uint8Array) {
    this.key = key;
  }

  /** Reads in a row that showed the same. */
  get confirmed(): number {
    return this.#confirmed;
  }

  /** From the answer of the first of these reads to the beginning of the last. */
  get overMs(): number {
    return this.#overMs;
  }

  /** Takes in one more read; `undefined`: read it again. */
  judge(read: PairRead, times: ReadTimes, settings: DiffSettings): Exclude<DiffClass, 'agreed'> | undefined {
    const found = diffClassOf(read);
    if (found === 'agreed') return 'settled';
    this.#reads++;
    const fingerprint = pairFingerprint(read, settings.seed);
    if (fingerprint === this.#fingerprint) {
      this.#confirmed++;
      this.#overMs = times.beganMs - this.#sinceMs;
    } else {
      this.#fingerprint = fingerprint;
      this.#confirmed = 1;
      this.#sinceMs = times.endedMs;
      this.#overMs = 0;
    }
    if (this.#confirmed >= settings.confirmReads && this.#overMs >= settings.settleMs) return found;
    if (this.#reads < settings.maxReads) return undefined;
    return found === 'unreadable' ? 'unreadable' : 'unsettled';
  }
}
