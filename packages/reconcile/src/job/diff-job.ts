import { decodeUtf8 } from '@kvtwin/bytes';
import { ReplicaPairStore, type Sha256 } from '@kvtwin/replica-pair';
import { expirationToleranceMs, StoreError, type Two, type VersionedStore } from '@kvtwin/versioned-value';
import { type DiffClass, diffClasses, differenceClasses } from '../diff-class.js';
import { type DiffOptions, type DiffSettings, diffSettings } from '../diff-options.js';
import type { ClassCounts } from '../diff-progress.js';
import { RatePacer } from '../rate-pacer.js';
import { DiffAttempt } from './diff-attempt.js';
import { type DiffJobState, newDiffJobState, readDiffJobState } from './diff-job-state.js';
import { rowRange, unitCount } from './job-keys.js';
import type { OrderedStore } from './ordered-store.js';

/** How {@link DiffJob} works; see {@link DiffOptions} for the rest. */
export interface DiffJobOptions extends Omit<DiffOptions, 'onProgress' | 'maxTrackedBytes' | 'seed'> {
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
  readonly scanned: Two<number>;
  /** Units compared, of {@link DiffJobProgress.unitCount}. */
  readonly units: number;
  readonly unitCount: number;
  readonly classes: ClassCounts;
  /** Over all attempts. */
  readonly elapsedMs: number;
}

/** What a job found. */
export interface DiffJobSummary extends DiffJobProgress {
  readonly keys: number;
  /** Keys in the classes that are differences of data. */
  readonly differences: number;
}

/**
 * Compares two stores like `diffStores`, but keeps what it knows in an {@link OrderedStore} instead of in memory: it
 * takes the same memory for any number of keys, and goes on where it was after its process was killed.
 *
 * ```
 *   scanning    both stores → what each key held, by hash of the key; cursors in the same write
 *   comparing   unit by unit (256 ranges of the hash): the same on both sides, or read again until it settles
 *                 → rows of the report, sorted by key; counts in the same write
 * ```
 */
export class DiffJob {
  readonly #options: DiffJobOptions;
  readonly #settings: DiffSettings;
  readonly #pair: ReplicaPairStore;
  readonly #pacers: Two<RatePacer>;
  readonly #toleranceMs: number;

  /** Misuse throws `STORE_INVALID_ARGUMENT` or, for a store that cannot list its keys, `STORE_UNSUPPORTED`. */
  constructor(options: DiffJobOptions) {
    const { onProgress: _, stores, state: __, sha256: ___, ...diff } = options;
    this.#options = options;
    this.#settings = diffSettings(diff);
    const [first, second] = stores;
    for (const { capabilities, name } of stores) {
      if (capabilities.scan !== 'none') continue;
      throw new StoreError(`${name} cannot list its keys, so it cannot be compared`, {
        code: 'STORE_UNSUPPORTED',
        store: name,
        operation: 'diff',
      });
    }
    const { clock, policy, rps, timeoutMs } = this.#settings;
    this.#toleranceMs =
      options.expirationToleranceMs ?? expirationToleranceMs([first.capabilities, second.capabilities]);
    this.#pacers = [new RatePacer(rps, clock), new RatePacer(rps, clock)];
    const tolerance = { expirationToleranceMs: this.#toleranceMs };
    this.#pair = new ReplicaPairStore({ first, second, policy, clock, timeoutMs, ...tolerance });
  }

  /**
   * Runs to the end, from where an earlier attempt stopped. Rejects with `STORE_ABORTED` when the signal fires, with
   * the store's error where one cannot be scanned, and with what the state's store throws; all can be resumed.
   */
  async run(): Promise<DiffJobSummary> {
    const { clock, policy, seed } = this.#settings;
    const stop = new AbortController();
    const { signal } = this.#settings;
    const onAbort = (): void => stop.abort(aborted(signal?.reason));
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      const before = (await readDiffJobState(this.#options.state)) ?? newDiffJobState(policy, seed);
      if (before.policy !== policy) {
        throw new StoreError(`the job compares by policy ${before.policy}, not ${policy}`, {
          code: 'STORE_INVALID_ARGUMENT',
          operation: 'diff',
        });
      }
      const { onProgress, sha256, state, stores } = this.#options;
      const attempt = new DiffAttempt({
        stores,
        store: state,
        sha256,
        settings: this.#settings,
        pair: this.#pair,
        pacers: this.#pacers,
        toleranceMs: this.#toleranceMs,
        signal: stop.signal,
        beganMs: clock.nowMs() - before.elapsedMs,
        onState: (now) => onProgress?.(progressOf(now)),
      });
      return summaryOf(await attempt.from(before));
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
}

/** What a state says to people. */
export function progressOf({ phase, scanned, units, classes, elapsedMs }: DiffJobState): DiffJobProgress {
  return { phase, scanned, units, unitCount, classes, elapsedMs };
}

function summaryOf(state: DiffJobState): DiffJobSummary {
  const sum = (names: readonly DiffClass[]): number =>
    names.reduce((total, name) => total + state.classes[name], 0);
  return { ...progressOf(state), keys: sum(diffClasses), differences: sum(differenceClasses) };
}

function aborted(cause: unknown): StoreError {
  return new StoreError('the diff was stopped; run it again to go on', {
    code: 'STORE_ABORTED',
    operation: 'diff',
    cause,
  });
}
