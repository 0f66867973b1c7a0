import type { PairRead, Two } from '@kvtwin/versioned-value';
import type { RatePacer } from '../scan/rate-pacer.js';
import { Candidate } from './candidate.js';
import type { DiffSettings } from './diff-options.js';
import type { KeyDifference } from './key-difference.js';

/** What a confirmation runs with. */
export interface ConfirmParts {
  /** Reads both sides; answers in the order of the keys. */
  readonly readMany: (keys: readonly Uint8Array[]) => Promise<readonly PairRead[]>;
  readonly settings: DiffSettings;
  readonly pacers: Two<RatePacer>;
  readonly signal: AbortSignal;
  /** Keys per bulk read. */
  readonly batchSize: () => number;
  /** Takes a difference that was confirmed, and waits while nobody wants it. */
  readonly onDifference: (difference: KeyDifference) => Promise<void>;
  /** Takes a key that agreed after all, or is gone on both sides. */
  readonly onSettled: (key: Uint8Array, read: PairRead) => void;
  /** Called after each bulk read with the number of keys that are still open. */
  readonly onBatch: (open: number) => void;
}

interface Batch {
  readonly candidates: readonly Candidate[];
  readonly notBeforeMs: number;
}

/**
 * Reads the keys on both sides again and again until each is in a class. Batches wait for their next turn in a queue,
 * in order of their times; a batch that is due goes before keys that were never read, so that few wait at a time.
 */
export async function confirmCandidates(keys: Iterator<Uint8Array>, parts: ConfirmParts): Promise<void> {
  const confirmation = new Confirmation(keys, parts);
  const workers = Array.from({ length: parts.settings.concurrency }, () => confirmation.work());
  await Promise.all(workers);
}

class Confirmation {
  readonly #keys: Iterator<Uint8Array>;
  readonly #parts: ConfirmParts;
  readonly #waiting: Batch[] = [];
  #open = 0;

  constructor(keys: Iterator<Uint8Array>, parts: ConfirmParts) {
    this.#keys = keys;
    this.#parts = parts;
  }

  /** Takes batches until there are none; what a batch leaves over is this worker's again, or another's. */
  async work(): Promise<void> {
    const { settings, signal } = this.#parts;
    for (let batch = this.#next(); batch !== undefined; batch = this.#next()) {
      const waitMs = batch.notBeforeMs - settings.clock.nowMs();
      if (waitMs > 0) await settings.clock.sleep(waitMs, signal);
      await this.#read(batch.candidates);
    }
  }

  #next(): Batch | undefined {
    const due = this.#waiting[0];
    if (due !== undefined && due.notBeforeMs <= this.#parts.settings.clock.nowMs())
      return this.#waiting.shift();
    const fresh: Candidate[] = [];
    const size = this.#parts.batchSize();
    while (fresh.length < size) {
      const next = this.#keys.next();
      if (next.done) break;
      fresh.push(new Candidate(next.value));
    }
    this.#open += fresh.length;
    return fresh.length > 0 ? { candidates: fresh, notBeforeMs: 0 } : this.#waiting.shift();
  }

  async #read(candidates: readonly Candidate[]): Promise<void> {
    const { onBatch, onDifference, onSettled, pacers, readMany, settings, signal } = this.#parts;
    await Promise.all(pacers.map((pacer) => pacer.take(candidates.length, signal)));
    const beganMs = settings.clock.nowMs();
    const keys = candidates.map(({ key }) => key);
    const reads = await readMany(keys);
    const endedMs = settings.clock.nowMs();
    const again: Candidate[] = [];
    for (const [at, candidate] of candidates.entries()) {
      const read = reads[at]!;
      const verdict = candidate.judge(read, { beganMs, endedMs }, settings);
      if (verdict === undefined) {
        again.push(candidate);
        continue;
      }
      this.#open--;
      if (verdict === 'settled') onSettled(candidate.key, read);
      else {
        const { confirmed, key, overMs } = candidate;
        await onDifference({ class: verdict, key, read, confirmed, overMs });
      }
    }
    const pauseMs = Math.ceil(settings.settleMs / (settings.confirmReads - 1));
    if (again.length > 0) this.#waiting.push({ candidates: again, notBeforeMs: endedMs + pauseMs });
    onBatch(this.#open);
  }
}
