import { StoreError, type Two, type VersionedStore } from '@kvtwin/versioned-value';
import { BoundedQueue } from '../scan/bounded-queue.js';
import { type DiffOptions, type DiffSettings, diffSettings } from './diff-options.js';
import type { DiffSummary } from './diff-progress.js';
import { DiffRun } from './diff-run.js';
import type { KeyDifference } from './key-difference.js';
import type { StoreDiff } from './store-diff.js';

/** Differences that wait for the consumer: enough to keep the reads busy, few enough to hold their values. */
const queuedDifferences = 64;

/**
 * Compares two stores key by key, with memory bounded by `maxTrackedBytes` whatever the stores hold.
 *
 * Both are scanned at once. A key that both showed in the same state is `agreed`; every other one is read again on both
 * sides until it agrees (`settled`) or has shown the same difference over the whole settle window. So a writer that
 * writes both sides within that window invents nothing. A difference that is there before the diff begins and stays is
 * found, whatever else is written meanwhile; one that comes up during the diff may be.
 *
 * Scans leave max-idle times alone where `capabilities.scanTouches` is false; the keys that are read again do not:
 * a get resets their max-idle time on both sides.
 *
 * Misuse throws at once. The stores stay open.
 */
export function diffStores(
  first: VersionedStore,
  second: VersionedStore,
  options: DiffOptions = {},
): StoreDiff {
  const settings = diffSettings(options);
  for (const store of [first, second]) {
    if (store.capabilities.scan !== 'none') continue;
    throw new StoreError(`${store.name} cannot list its keys, so it cannot be compared`, {
      code: 'STORE_UNSUPPORTED',
      store: store.name,
      operation: 'diff',
    });
  }
  return new Diff([first, second], settings);
}

interface Settle {
  readonly resolve: (summary: DiffSummary) => void;
  readonly reject: (reason: unknown) => void;
}

class Diff implements StoreDiff {
  readonly summary: Promise<DiffSummary>;
  readonly #stores: Two<VersionedStore>;
  readonly #settings: DiffSettings;
  readonly #settle: Settle;
  #begun = false;

  constructor(stores: Two<VersionedStore>, settings: DiffSettings) {
    this.#stores = stores;
    this.#settings = settings;
    let settle: Settle | undefined;
    this.summary = new Promise((resolve, reject) => {
      settle = { resolve, reject };
    });
    this.#settle = settle!;
    this.summary.catch(() => undefined);
  }

  [Symbol.asyncIterator](): AsyncGenerator<KeyDifference, void, undefined> {
    if (this.#begun) {
      throw new StoreError('a diff can be iterated once; call diffStores again', {
        code: 'STORE_INVALID_ARGUMENT',
        operation: 'diff',
      });
    }
    this.#begun = true;
    return this.#iterate();
  }

  async *#iterate(): AsyncGenerator<KeyDifference, void, undefined> {
    const queue = new BoundedQueue<KeyDifference>(queuedDifferences);
    const stop = new AbortController();
    const onAbort = (): void => stop.abort(aborted(this.#settings.signal?.reason));
    if (this.#settings.signal?.aborted) onAbort();
    this.#settings.signal?.addEventListener('abort', onAbort, { once: true });
    const finished = this.#run(queue, stop);
    try {
      for (let next = await queue.take(); next !== undefined; next = await queue.take()) yield next;
    } finally {
      this.#settings.signal?.removeEventListener('abort', onAbort);
      stop.abort(aborted('the iteration was broken off'));
      queue.end();
      await finished;
    }
  }

  /** Runs to the end; never rejects, the queue and the summary do. */
  async #run(queue: BoundedQueue<KeyDifference>, stop: AbortController): Promise<void> {
    const run = new DiffRun({
      stores: this.#stores,
      settings: this.#settings,
      signal: stop.signal,
      onDifference: (difference) => queue.push(difference),
    });
    try {
      stop.signal.throwIfAborted();
      const summary = await run.run();
      stop.signal.throwIfAborted();
      this.#settle.resolve(summary);
      queue.end();
    } catch (thrown) {
      const error = stop.signal.aborted ? stop.signal.reason : thrown;
      stop.abort(error);
      this.#settle.reject(error);
      queue.end(error);
    }
  }
}

function aborted(cause: unknown): StoreError {
  return new StoreError('the diff was aborted', { code: 'STORE_ABORTED', operation: 'diff', cause });
}
