import type { Two } from '@kvtwin/versioned-value';
import type { SideLoad } from './side-load.js';

/** A bulk read of both sides holds about this many bytes of values at most, judged by what the scans showed. */
const readBatchBytes = 4 * 1024 * 1024;
/** Each key is a request of its own: more of them at once only wait for one another. */
const mostKeys = 500;

/** Keys per bulk read: no more than the sides are fit for, nor than `meanBytes` of a value allow. */
export function readBatchSize(batchSize: number, meanBytes: number, loads: Two<SideLoad>): number {
  const fitting = Math.floor(readBatchBytes / Math.max(1, meanBytes));
  const most = Math.min(batchSize, mostKeys);
  return Math.max(1, Math.min(fitting, ...loads.map((load) => load.batchSize(most))));
}
