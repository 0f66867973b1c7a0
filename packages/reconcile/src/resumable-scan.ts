import {
  type Clock,
  type ScanBatch,
  type ScannedEntry,
  type ScanOptions,
  StoreError,
  type StoreErrorCode,
} from '@kvtwin/versioned-value';

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
  readonly timeoutMs: number;
  readonly retries: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Where to begin; absent: at the beginning. */
  readonly cursor?: string;
}

/**
 * The entries of a store in batches. A scan that breaks off is taken up at its last cursor, a few times in a row at
 * most, and so is one whose batches are too heavy, with fewer entries each. Entries may come twice.
 */
export async function* resumableScan<Batch extends ScanBatch>(
  store: { scan(options: ScanOptions): AsyncIterable<Batch> },
  { batchSize, timeoutMs, retries, clock, signal, cursor: from }: ResumableScanOptions,
): AsyncGenerator<Batch> {
  let size = batchSize;
  let cursor = from;
  let failures = 0;
  for (let ended = false; !ended; ) {
    try {
      ended = true;
      for await (const batch of store.scan({ cursor, batchSize: size, timeoutMs, signal })) {
        failures = 0;
        cursor = batch.cursor;
        yield batch;
        const lighter = lighterSize(batch.entries, size);
        if (lighter === size) continue;
        size = lighter;
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

/** Halves the size until a batch like this one would not be heavy. */
function lighterSize(entries: readonly ScannedEntry[], size: number): number {
  let bytes = entries.reduce((sum, { entry }) => sum + entry.value.length, 0);
  let lighter = size;
  while (bytes > heavyBatchBytes && lighter > 1) {
    lighter = Math.ceil(lighter / 2);
    bytes /= 2;
  }
  return lighter;
}
