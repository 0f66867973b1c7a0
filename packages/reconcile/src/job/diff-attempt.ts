import { encodeUtf8, equalBytes } from '@kvtwin/bytes';
import type { ReplicaPairStore, Sha256 } from '@kvtwin/replica-pair';
import type { ScannedEntry, Side, Two, VersionedStore } from '@kvtwin/versioned-value';
import { confirmCandidates } from '../confirm-candidates.js';
import type { DiffClass } from '../diff-class.js';
import type { DiffSettings } from '../diff-options.js';
import type { KeyDifference } from '../key-difference.js';
import type { RatePacer } from '../rate-pacer.js';
import { scanBoth } from '../scan-both.js';
import { type DiffJobState, stateWrite } from './diff-job-state.js';
import { formatDiffRow } from './diff-row.js';
import { parseSeenKey, rowKey, seenKey, seenRange, unitCount } from './job-keys.js';
import type { OrderedStore, OrderedWrite } from './ordered-store.js';
import { encodeSeenEntry, sameSeenEntry } from './seen-entry.js';

/** A bulk read of both sides holds about this many bytes of values at most, judged by what the scans showed. */
const readBatchBytes = 4 * 1024 * 1024;

/** What an attempt at a job works with. */
export interface DiffAttemptParts {
  readonly stores: Two<VersionedStore>;
  readonly store: OrderedStore;
  readonly settings: DiffSettings;
  readonly pair: ReplicaPairStore;
  readonly pacers: Two<RatePacer>;
  readonly toleranceMs: number;
  readonly signal: AbortSignal;
  readonly sha256: Sha256 | undefined;
  /** When the job would have begun if this were its only attempt, in milliseconds since the epoch. */
  readonly beganMs: number;
  readonly onState: (state: DiffJobState) => void;
}

/** One attempt at a job: from the state that the last one left to the end, every step kept before the next. */
export class DiffAttempt {
  readonly #parts: DiffAttemptParts;

  constructor(parts: DiffAttemptParts) {
    this.#parts = parts;
  }

  /** Resolves to the state at the end; rejects where it stopped. */
  async from(before: DiffJobState): Promise<DiffJobState> {
    let state = before;
    if (state.phase === 'scanning') state = await this.#scan(state);
    while (state.phase === 'comparing') state = await this.#compare(state);
    return state;
  }

  async #scan(before: DiffJobState): Promise<DiffJobState> {
    const { pacers, settings, signal, stores } = this.#parts;
    let state = before;
    const at = (side: Side): 0 | 1 => (side === 'first' ? 0 : 1);
    const onBatch = async (side: Side, entries: readonly ScannedEntry[], cursor: string): Promise<void> => {
      const writes: OrderedWrite[] = entries.map(({ key, entry }) => [
        seenKey(key, side),
        encodeSeenEntry(entry, state.seed),
      ]);
      const bytes = entries.reduce((sum, { entry }) => sum + entry.value.length, 0);
      const scanned = state.scanned[at(side)] + entries.length;
      state = await this.#keep(writes, {
        ...state,
        cursors: withOne(state.cursors, at(side), cursor),
        scanned: withOne(state.scanned, at(side), scanned),
        valueBytes: state.valueBytes + bytes,
      });
    };
    const onEnd = async (side: Side): Promise<void> => {
      state = await this.#keep([], { ...state, cursors: withOne(state.cursors, at(side), null) });
    };
    const { cursors } = state;
    await scanBoth({ stores, settings, pacers, signal, onBatch, onEnd, cursors });
    return this.#keep([], { ...state, phase: 'comparing' });
  }

  async #compare(before: DiffJobState): Promise<DiffJobState> {
    const { settings } = this.#parts;
    const unit = before.units;
    const { agreed, open } = await this.#match(unit);
    const classes: Record<DiffClass, number> = { ...before.classes, agreed: before.classes.agreed + agreed };
    const rows: OrderedWrite[] = [];
    await confirmCandidates(open[Symbol.iterator](), {
      pair: this.#parts.pair,
      settings,
      signal: this.#parts.signal,
      pacers: this.#parts.pacers,
      batchSize: this.#readBatchSize(before),
      onDifference: async (difference: KeyDifference) => {
        classes[difference.class]++;
        const row = await formatDiffRow(difference, this.#parts.sha256);
        rows.push([rowKey(unit, difference.key), encodeUtf8(row)]);
      },
      onSettled: () => {
        classes.settled++;
      },
      onBatch: () => undefined,
    });
    const units = unit + 1;
    return this.#keep(rows, { ...before, classes, units, phase: units < unitCount ? 'comparing' : 'done' });
  }

  /** Both sides' records of a unit lie side by side: those that agree are counted, the keys of the others returned. */
  async #match(unit: number): Promise<{ agreed: number; open: Uint8Array[] }> {
    const { settings, signal, store, toleranceMs } = this.#parts;
    let agreed = 0;
    const open: Uint8Array[] = [];
    let last: { key: Uint8Array; record: Uint8Array } | undefined;
    for await (const entries of store.range(...seenRange(unit))) {
      signal.throwIfAborted();
      for (const [name, record] of entries) {
        const { key, side } = parseSeenKey(name);
        if (side === 'second' && last !== undefined && equalBytes(last.key, key)) {
          if (sameSeenEntry(last.record, record, settings.policy, toleranceMs)) agreed++;
          else open.push(key);
          last = undefined;
          continue;
        }
        if (last !== undefined) open.push(last.key);
        last = { key, record };
        if (side === 'second') {
          open.push(key);
          last = undefined;
        }
      }
    }
    if (last !== undefined) open.push(last.key);
    return { agreed, open };
  }

  async #keep(writes: readonly OrderedWrite[], next: DiffJobState): Promise<DiffJobState> {
    const { beganMs, onState, settings, store } = this.#parts;
    const state = { ...next, elapsedMs: settings.clock.nowMs() - beganMs };
    await store.write([...writes, stateWrite(state)]);
    onState(state);
    return state;
  }

  #readBatchSize({ scanned, valueBytes }: DiffJobState): number {
    const meanBytes = valueBytes / Math.max(1, scanned[0] + scanned[1]);
    const fitting = Math.floor(readBatchBytes / Math.max(1, meanBytes));
    return Math.max(1, Math.min(this.#parts.settings.batchSize, fitting));
  }
}

function withOne<T>(two: Two<T>, at: 0 | 1, value: T): Two<T> {
  return at === 0 ? [value, two[1]] : [two[0], value];
}
