import type { CallTarget } from '../pending-call.js';

/** How the keys of one cache, in one media type, are spread over its segments. */
export interface SegmentView {
  readonly segmentCount: number;
  /** Undefined where it cannot be told from here. */
  segmentOf(key: Uint8Array): number | undefined;
}

/** Who knows the segments of caches. */
export interface SegmentRouter {
  /** Undefined where the servers tell of no segments, or have not yet. */
  segmentsOf(target: CallTarget): SegmentView | undefined;
}
