import { decodeUtf8 } from '@kvtwin/bytes';
import { ReplicaPairStore, type Sha256 } from '@kvtwin/replica-pair';
import { expirationToleranceMs, StoreError, type Two, type VersionedStore } from '@kvtwin/versioned-value';
import { type DiffOptions, type DiffSettings, diffSettings } from '../diff/diff-options.js';
import type { ClassCounts } from '../diff/diff-progress.js';
import { ShownPool } from '../diff/shown-pool.js';
import { Gate } from '../scan/gate.js';
import { LatencyHistogram } from '../scan/latency-histogram.js';
import { measuredStore } from '../scan/measured-store.js';
import { RatePacer } from '../scan/rate-pacer.js';
import { SideLoad } from '../scan/side-load.js';
import type { AttemptParts } from './attempt-parts.js';
import { type AttemptStanding, DiffAttempt } from './diff-attempt.js';
import { type DiffJobState, newDiffJobState, readDiffJobState } from './diff-job-state.js';
import type { DiffJobSummary } from './diff-job-summary.js';
import { chooseLayout, type DiffLayout, stillFits } from './diff-layout.js';
import { rowRange, unitOfRow } from './job-keys.js';
import { jobSeed } from './job-seed.js';
import { LedgerPool } from './ledger-pool.js';
import type { OrderedStore } from './ordered-store.js';
import { summarize } from './summarize.js';
import { readUnits, type UnitRecord } from './unit-record.js';

/** How {@link DiffJob} works; see {@link DiffOptions} for the rest. */
export interface DiffJobOptions extends Omit<DiffOptions, 'onProgress' | 'seed'> {
  readonly stores: Two<VersionedStore>;
  /** Where the job is kept. What an earlier attempt left there is taken up. */
  readonly state: OrderedStore;
  readonly sha256?: Sha256;
  /** Called after each batch and each unit. Must not throw. */
  readonly onProgress?: (progress: DiffJobProgress) => void;
}

/** Where a job stands. */
export interface DiffJobProgress {
  readonly phase: DiffJobState['phase'];
  readonly layout: DiffLayout;
  /** Entries that both sides showed so far. */
  readonly scanned: Two<number>;
  /** Units compared, of {@link DiffJobProgress.unitCount}. */
  readonly units: number;
  readonly unitCount: number;
  readonly classes: ClassCounts;
  /** Over all attempts. */
  readonly elapsedMs: number;
  /** The 99th percentile of the latest calls to each side, in milliseconds; 0 where there were none. */
  readonly p99Ms: Two<number>;
  /** How much is asked of each side, as a share of the most: less than 1 while it is slow. */
  readonly levels: Two<number>;
}

/**
 * Compares two stores like `diffStores`, but keeps what it knows in an {@link OrderedStore} instead of in memory: it
 * takes the same memory for any number of keys, and goes on where it was after its process was killed.
 *
 * ```
 *   parts alike on both sides (segments, files):     part by part: both scanned, compared in memory
 *   otherwise:    both scanned whole → the job's store, by hash of the key; then range by range (256 of them)
 *
 *   a unit:    the same on both sides, or read again until it settles → its rows, counts and digest in one write
 * ```
 */
export class DiffJob {
  readonly #options: DiffJobOptions;
  readonly #settings: DiffSettings;

  /** Misuse throws `STORE_INVALID_ARGUMENT` or, for a store that cannot list its keys, `STORE_UNSUPPORTED`. */
  constructor(options: DiffJobOptions) {
    this.#options = options;
    const { stores, state: _, sha256: __, onProgress: ___, ...rest } = options;
    this.#settings = diffSettings(rest);
    for (const { name, capabilities } of stores) {
      if (capabilities.scan !== 'none') continue;
      throw new StoreError(`${name} cannot list its keys, so it cannot be compared`, {
        code: 'STORE_UNSUPPORTED',
        store: name,
        operation: 'diff',
      });
    }
  }

  /**
   * Runs to the end, from where an earlier attempt stopped. Rejects with `STORE_ABORTED` when the signal fires, with
   * the store's error where one cannot be scanned, and with what the state's store throws; all can be resumed. Rejects
   * with `STORE_INVALID_ARGUMENT` where the job was begun with another policy, or with stores that had other parts.
   */
  async run(): Promise<DiffJobSummary> {
    const { signal } = this.#settings;
    const stop = new AbortController();
    const onAbort = (): void => stop.abort(aborted(signal?.reason));
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      stop.signal.throwIfAborted();
      return await this.#attempt(stop);
    } catch (error) {
      throw stop.signal.aborted ? stop.signal.reason : error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** The rows of the report so far, each a line of JSON, by unit and within it by key. */
  async *rows(): AsyncGenerator<string> {
    for await (const rows of this.#options.state.range(...rowRange)) {
      for (const [, text] of rows) yield decodeUtf8(text);
    }
  }

  async #attempt(stop: AbortController): Promise<DiffJobSummary> {
    const { onProgress, state: store } = this.#options;
    const before = await this.#before(stop.signal);
    const done = await readUnits(store);
    const stale = await staleUnits(store, done);
    const parts = { ...this.#parts(before, stop.signal), stale };
    const attempt = new DiffAttempt(parts, {
      state: before,
      done,
      beganMs: this.#settings.clock.nowMs() - before.elapsedMs,
      onStanding: (standing) => onProgress?.(progressOf(standing, parts.loads)),
    });
    await attempt.run(stop);
    return summarize(attempt.standing.state, await readUnits(store), this.rows());
  }

  /** What an earlier attempt left, if it fits; else a new state. */
  async #before(signal: AbortSignal): Promise<DiffJobState> {
    const { state, stores } = this.#options;
    const { policy, timeoutMs } = this.#settings;
    const call = { signal, timeoutMs };
    const before = await readDiffJobState(state);
    if (before === undefined) return newDiffJobState(policy, await chooseLayout(stores, call));
    if (before.policy !== policy) throw refusal(`the job compares by policy ${before.policy}, not ${policy}`);
    if (before.phase !== 'done' && !(await stillFits(before.layout, stores, call))) {
      throw refusal(`the stores are no longer cut alike into ${before.layout.scheme}; begin a new job`);
    }
    return before;
  }

  #parts(before: DiffJobState, signal: AbortSignal): Omit<AttemptParts, 'onShown' | 'stale'> {
    const { sha256, state: store, stores } = this.#options;
    const { clock, concurrency, maxP99Ms, maxTrackedBytes, policy, rps, timeoutMs } = this.#settings;
    const load = (at: 0 | 1): SideLoad =>
      new SideLoad({ clock, maxP99Ms }, LatencyHistogram.from(before.latency[at]));
    const loads: Two<SideLoad> = [load(0), load(1)];
    const toleranceMs =
      this.#settings.expirationToleranceMs ??
      expirationToleranceMs([stores[0].capabilities, stores[1].capabilities]);
    const pair = new ReplicaPairStore({
      first: measuredStore(stores[0], loads[0]),
      second: measuredStore(stores[1], loads[1]),
      policy,
      clock,
      timeoutMs,
      expirationToleranceMs: toleranceMs,
    });
    return {
      stores,
      store,
      settings: this.#settings,
      pair,
      loads,
      pacers: [new RatePacer(rps, clock), new RatePacer(rps, clock)],
      reads: new Gate(() => Math.floor(concurrency * Math.min(...loads.map(({ level }) => level)))),
      toleranceMs,
      shown: new ShownPool({ policy, seed: jobSeed }),
      ledgers: new LedgerPool({
        policy,
        seed: jobSeed,
        expirationToleranceMs: toleranceMs,
        // Units that are scanned at once share what may be taken.
        maxTrackedBytes: Math.ceil(maxTrackedBytes / concurrency),
        counted: 'with-digest',
      }),
      signal,
      sha256,
    };
  }
}

/** Units that are to be compared although rows of them are there: an attempt before was stopped in the middle. */
async function staleUnits(store: OrderedStore, done: readonly UnitRecord[]): Promise<ReadonlySet<number>> {
  const units = new Set<number>();
  for await (const rows of store.range(...rowRange)) for (const [key] of rows) units.add(unitOfRow(key));
  for (const { unit } of done) units.delete(unit);
  return units;
}

/** What a standing says to people. */
function progressOf(standing: AttemptStanding, loads: Two<SideLoad>): DiffJobProgress {
  const { state, scanned, units, classes, elapsedMs } = standing;
  const { phase, layout } = state;
  return {
    phase,
    layout,
    scanned,
    units,
    unitCount: layout.units,
    classes,
    elapsedMs,
    p99Ms: [loads[0].recent.percentile(0.99), loads[1].recent.percentile(0.99)],
    levels: [loads[0].level, loads[1].level],
  };
}

function refusal(message: string): StoreError {
  return new StoreError(message, { code: 'STORE_INVALID_ARGUMENT', operation: 'diff' });
}

function aborted(cause: unknown): StoreError {
  return new StoreError('the diff was stopped; run it again to go on', {
    code: 'STORE_ABORTED',
    operation: 'diff',
    cause,
  });
}
