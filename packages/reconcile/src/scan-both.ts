import type { ScannedEntry, Side, Two, VersionedStore } from '@kvtwin/versioned-value';
import { abortable } from './abortable.js';
import type { DiffSettings } from './diff-options.js';
import type { RatePacer } from './rate-pacer.js';
import { resumableScan } from './resumable-scan.js';

/** What the two scans run with. */
export interface ScanBothParts {
  readonly stores: Two<VersionedStore>;
  readonly settings: DiffSettings;
  readonly pacers: Two<RatePacer>;
  readonly signal: AbortSignal;
  /** Called with each batch, in turn. */
  readonly onBatch: (side: Side, entries: readonly ScannedEntry[]) => void;
}

const sideNames: Two<Side> = ['first', 'second'];

/**
 * Scans both stores in lock-step: takes a batch from the side that has shown fewer entries while the other's next is
 * on its way. Where both show their keys in a like order, few keys wait for their other half at a time.
 */
export async function scanBoth({ stores, settings, pacers, signal, onBatch }: ScanBothParts): Promise<void> {
  const scans = stores.map((store) =>
    resumableScan(store, {
      batchSize: settings.batchSize,
      timeoutMs: settings.timeoutMs,
      retries: settings.scanRetries,
      clock: settings.clock,
      signal,
    }),
  );
  const advance = (at: 0 | 1): Promise<IteratorResult<readonly ScannedEntry[]>> => {
    const step = scans[at]!.next();
    step.catch(() => undefined);
    return step;
  };
  const steps = [advance(0), advance(1)];
  const shown = [0, 0] as [number, number];
  const done = [false, false];
  try {
    while (!done[0] || !done[1]) {
      const at = done[0] || (!done[1] && shown[1] < shown[0]) ? 1 : 0;
      const step = await abortable(steps[at]!, signal);
      if (step.done) {
        done[at] = true;
        continue;
      }
      steps[at] = advance(at);
      shown[at] += step.value.length;
      onBatch(sideNames[at], step.value);
      await pacers[at].take(step.value.length, signal);
    }
  } finally {
    for (const scan of scans) scan.return(undefined).catch(() => undefined);
  }
}
