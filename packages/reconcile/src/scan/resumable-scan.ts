import {
  type Clock,
  type ScanBatch,
  type ScanOptions,
  StoreError,
  type StoreErrorCode,
} from '@kvtwin/versioned-value';
import type { BatchSize } from './batch-size.js';
import type { SideLoad } from './side-load.js';

/** A batch that weighs more makes the following ones smaller: two of each side are held at a time. */
const heavyBatchBytes = 4 * 1024 * 1024;

/** Doubled from one attempt to the next. */
const firstRetryPauseMs = 100;

/** Failures that may pass. */
const passing: ReadonlySet<StoreErrorCode> = new Set<StoreErrorCode>([
  'STORE_UNREACHABLE',
  'STORE_TIMEOUT',
  'STORE_OVERLOADED',
  'STORE_REJECTED',
]);

/** How a scan is read. */
export interface ResumableScanOptions {
  readonly batchSize: number;
  /** Only that part of the store. */
  readonly part?: number | undefined;
  /** Is asked how large batches may be, and told how long they take. */
  readonly load?: SideLoad | undefined;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Where to begin; absent: at the beginning. */
  readonly cursor?: string | undefined;
}

/**
 * The entries of a store in batches. A scan that breaks off is taken up at its last cursor, a few times in a row at
 * most, and so is one whose batches are too heavy, with fewer entries each. Entries may come twice.
 */
export function resumableScan<Batch extends ScanBatch>(
  store: { scan(options: ScanOptions): AsyncIterable<Batch> },
  options: ResumableScanOptions,
): AsyncGenerator<Batch> {
  return resumableBatches(store, options, ({ entries }) => ({
    entries: entries.length,
    bytes: entries.reduce((sum, { entry }) => sum + entry.value.length, 0),
  }));
}

/** {@link resumableScan} of batches of any kind. */
export async function* resumableBatches<Batch extends { readonly cursor: string }>(
  store: { scan(options: ScanOptions): AsyncIterable<Batch> },
  options: ResumableScanOptions,
  sizeOf: (batch: Batch) => BatchSize,
): AsyncGenerator<Batch> {
  const { batchSize, timeoutMs, retries, clock, signal, part, load } = options;
  const place = part === undefined ? {} : { part };
  let most = load?.fitting(batchSize) ?? batchSize;
  let cursor = options.cursor;
  let failures = 0;
  for (let ended = false; !ended; ) {
    try {
      ended = true;
      const size = load?.batchSize(most) ?? most;
      const scan = store.scan({ cursor, batchSize: size, timeoutMs, signal, ...place });
      for await (const batch of load === undefined ? scan : timedScan(scan, load)) {
        failures = 0;
        cursor = batch.cursor;
        // Before it is handed out: whoever takes it may use it up.
        const found = sizeOf(batch);
        load?.weigh(found);
        yield batch;
        const lighter = lighterSize(found, size);
        if (lighter !== size) most = lighter;
        else if (!isFarFrom(size, load?.batchSize(most) ?? most)) continue;
        ended = false;
        break;
      }
    } catch (thrown) {
      failures++;
      if (!StoreError.is(thrown) || !passing.has(thrown.code) || failures > retries) throw thrown;
      ended = false;
      await clock.sleep(firstRetryPauseMs * 2 ** (failures - 1), signal);
    }
  }
}

/** Whether beginning anew with the other size is worth it: entries may come twice then. */
function isFarFrom(size: number, wanted: number): boolean {
  return wanted <= size / 2 || wanted >= size * 2;
}

/** A scan whose steps are timed. */
async function* timedScan<Batch>(scan: AsyncIterable<Batch>, load: SideLoad): AsyncGenerator<Batch> {
  const iterator = scan[Symbol.asyncIterator]();
  try {
    for (;;) {
      const step = await load.timed(() => iterator.next());
      if (step.done) return;
      yield step.value;
    }
  } finally {
    await iterator.return?.();
  }
}

/** Halves the size until a batch like this one would not be heavy. */
function lighterSize(found: BatchSize, size: number): number {
  let { bytes } = found;
  let lighter = size;
  while (bytes > heavyBatchBytes && lighter > 1) {
    lighter = Math.ceil(lighter / 2);
    bytes /= 2;
  }
  return lighter;
}
