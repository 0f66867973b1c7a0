import type { DecodeLimits } from '../decode-limits.js';

/** Longest array that a fast path takes: its length fits two bytes of vInt. Longer ones gain nothing by it. */
export const LONGEST_FAST_ARRAY = 0x3fff;

/** Longest message that a fast path outside of lists can read. */
const LONGEST_FAST_MESSAGE = LONGEST_FAST_ARRAY + 64;

/** Whether limits leave room for fast paths, which do not look at them. */
export function allowFastPaths({ maxArrayBytes, maxMessageBytes }: DecodeLimits): boolean {
  return maxArrayBytes >= LONGEST_FAST_ARRAY && maxMessageBytes >= LONGEST_FAST_MESSAGE;
}
