/** One past the highest first word of a digest. */
const hashEnd = 2 ** 32;

/** Ranges are never cut finer: 4096 of them make the whole. */
export const finestRange = 2 ** 20;

/** Keys whose digest's first word lies in `[from, to)`; both are multiples of {@link finestRange}. */
export interface HashRange {
  readonly from: number;
  readonly to: number;
}

export const wholeRange: HashRange = { from: 0, to: hashEnd };

/** The lower half; `undefined` when the range is as fine as it gets. */
export function lowerHalf({ from, to }: HashRange): HashRange | undefined {
  return to - from > finestRange ? { from, to: from + (to - from) / 2 } : undefined;
}

/** The range behind, as wide as this one or up to the end; `undefined` when there is none. */
export function nextRange({ from, to }: HashRange): HashRange | undefined {
  return to === hashEnd ? undefined : { from: to, to: Math.min(hashEnd, to + (to - from)) };
}

/** How much of the whole lies before the range's end, 0 to 1. */
export function shareDone({ to }: HashRange): number {
  return to / hashEnd;
}
