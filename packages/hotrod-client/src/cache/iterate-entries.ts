import type { IterationEntry } from '@kvtwin/hotrod-protocol';
import type { CallSender } from '../call-sender.js';
import type { SegmentRouter } from '../cluster/segment-view.js';
import { HotRodError } from '../hotrod-error.js';
import { debugLog } from '../observe/debug-log.js';
import type { CallTarget } from '../pending-call.js';
import { type IterateBatchesOptions, iterateBatches } from './iterate-batches.js';
import { IterationProgress } from './iteration-progress.js';
import { segmentList } from './segment-list.js';

/** Failures of a server behind which the walk goes on at another one. */
const LOSSES: ReadonlySet<string> = new Set([
  'HOTROD_ITERATION_LOST',
  'HOTROD_CONNECTION_LOST',
  'HOTROD_NODE_SUSPECTED',
  'HOTROD_ILLEGAL_LIFECYCLE',
]);

/** Losses in a row, without a batch between them, after which it gives up: more than a rolling restart brings. */
const MAX_LOSSES = 5;

/**
 * The entries of `iterateBatches`, one by one, as `decode` makes them. Where the server with the cursor is lost, it goes on
 * at another one with the segments that are not done, and leaves out the keys that have come already. That needs to know
 * the segments: of a cache that has none, or whose keys only the server can convert, the loss is an error.
 */
export async function* iterateEntries<T>(
  sender: CallSender & SegmentRouter,
  target: CallTarget,
  options: IterateBatchesOptions,
  decode: (entry: IterationEntry) => T,
): AsyncGenerator<T, void, undefined> {
  const asked = segmentList(options.segments);
  const progress = new IterationProgress(asked);
  let segments = asked;
  for (let losses = 1; ; losses++) {
    try {
      const rest = segments === undefined ? {} : { segments };
      for await (const batch of iterateBatches(sender, target, { ...options, ...rest })) {
        losses = 1;
        for (const entry of progress.take(batch, sender.segmentsOf(target))) yield decode(entry);
      }
      return;
    } catch (error) {
      if (!HotRodError.is(error) || !LOSSES.has(error.code) || losses > MAX_LOSSES) throw error;
      segments = progress.resume(sender.segmentsOf(target));
      if (segments === undefined) throw error;
      if (segments.length === 0) return;
      debugLog('a walk goes on with %d segments: %s', segments.length, error.message);
    }
  }
}
