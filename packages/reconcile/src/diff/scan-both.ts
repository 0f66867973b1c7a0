import type { Side, Two, VersionedStore } from '@kvtwin/versioned-value';
import type { RatePacer } from '../scan/rate-pacer.js';
import type { SideLoad } from '../scan/side-load.js';
import type { PartListing, SteadyScanOptions } from '../scan/steady-scan.js';
import { abortable } from './abortable.js';
import type { DiffSettings } from './diff-options.js';

/** A batch of a scan, of whatever kind. */
export interface SideBatch {
  readonly entries: number | readonly unknown[];
  readonly cursor: string;
}

/** What the two scans run with. */
export interface ScanBothParts<Batch extends SideBatch> {
  readonly stores: Two<VersionedStore>;
  /** Scans one of them. */
  readonly scan: (store: VersionedStore, options: SteadyScanOptions) => AsyncGenerator<Batch>;
  readonly settings: DiffSettings;
  readonly pacers: Two<RatePacer>;
  readonly loads: Two<SideLoad>;
  readonly signal: AbortSignal;
  /** Called with each batch, in turn; the next one waits for it. `cursor` resumes that side's scan behind it. */
  readonly onBatch: (side: Side, batch: Batch) => void | Promise<void>;
  /** Where each side begins: at its beginning (`undefined`), behind a cursor, or not at all (`null`). */
  readonly cursors?: Two<string | undefined | null>;
  /** Only that part of both stores. */
  readonly part?: number;
  /** Called when a part of a side whose scans shift was listed. */
  readonly onListed?: (side: Side, listing: PartListing) => void;
  /** Called when a side has shown everything. */
  readonly onEnd?: (side: Side) => void | Promise<void>;
}

const sideNames: Two<Side> = ['first', 'second'];

/**
 * Scans both stores in lock-step: takes a batch from the side that has shown fewer entries while the other's next is
 * on its way. Where both show their keys in a like order, few keys wait for their other half at a time.
 */
export async function scanBoth<Batch extends SideBatch>(parts: ScanBothParts<Batch>): Promise<void> {
  const { stores, settings, pacers, loads, signal, onBatch, onEnd, cursors = [undefined, undefined] } = parts;
  const scans = stores.map((store, at) =>
    parts.scan(store, {
      cursor: cursors[at] ?? undefined,
      part: parts.part,
      load: loads[at],
      maxListings: settings.maxListings,
      onListed: (listing) => parts.onListed?.(sideNames[at]!, listing),
      batchSize: settings.batchSize,
      timeoutMs: settings.timeoutMs,
      retries: settings.scanRetries,
      clock: settings.clock,
      signal,
    }),
  );
  const advance = (at: 0 | 1): Promise<IteratorResult<Batch>> => {
    const step = scans[at]!.next();
    step.catch(() => undefined);
    return step;
  };
  const done = [cursors[0] === null, cursors[1] === null];
  const finished: Promise<IteratorResult<Batch>> = Promise.resolve({ done: true, value: undefined });
  const steps = [done[0] ? finished : advance(0), done[1] ? finished : advance(1)];
  const shown = [0, 0] as [number, number];
  try {
    while (!done[0] || !done[1]) {
      const at = done[0] || (!done[1] && shown[1] < shown[0]) ? 1 : 0;
      const step = await abortable(steps[at]!, signal);
      if (step.done) {
        done[at] = true;
        await onEnd?.(sideNames[at]);
        continue;
      }
      steps[at] = advance(at);
      const { entries } = step.value;
      const count = typeof entries === 'number' ? entries : entries.length;
      shown[at] += count;
      await onBatch(sideNames[at], step.value);
      await pacers[at].take(count, signal);
      await loads[at].pause(signal);
    }
  } finally {
    for (const scan of scans) scan.return(undefined).catch(() => undefined);
  }
}
