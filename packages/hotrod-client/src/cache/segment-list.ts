import { HotRodError } from '../hotrod-error.js';
import { listOf } from './list-of.js';

/** More segments than any cache has; so many fill 128 KiB of a request. */
const MAX_SEGMENTS = 0x10_0000;

/** Segments as a list; undefined: all. Throws `HOTROD_INVALID_ARGUMENT` on one that is none: it would stand for another one. */
export function segmentList(given: Iterable<number> | undefined): number[] | undefined {
  if (given === undefined) return undefined;
  const segments = listOf('segments', given);
  for (const segment of segments) {
    if (Number.isInteger(segment) && segment >= 0 && segment < MAX_SEGMENTS) continue;
    throw new HotRodError(
      `segments has ${String(segment)}; give whole numbers from 0 on, below ${MAX_SEGMENTS}`,
      { code: 'HOTROD_INVALID_ARGUMENT' },
    );
  }
  return segments;
}
