/** Where a piece of work stands, as whoever does it tells {@link Progress}. */
export interface ProgressState {
  /** What is being done: `scanning`, `copy`. A new phase has a rate and a time left of its own. */
  readonly phase: string;
  /** Gone through so far in this phase, whatever is counted: what the rate is made of. */
  readonly items: number;
  /** What `items` are, in the plural: `keys`, `rows`. */
  readonly itemName: string;
  /** How many `items` there will be, where that is known and there is no better measure of the whole. */
  readonly itemCount?: number;
  /** Parts of the whole that are done, where it is cut into some: `192/256 segments`. */
  readonly parts?: { readonly done: number; readonly count: number; readonly name: string };
  /** How much of the whole is done, 0 to 1; by default what `parts`, else `items` of `itemCount`, say. */
  readonly share?: number;
  /** What stands behind all that, the most important first: `conflicts held 41`. */
  readonly notes?: readonly string[];
}

/** How much of the whole is done, 0 to 1; undefined where nobody can tell. */
export function shareOf({ share, parts, items, itemCount }: ProgressState): number | undefined {
  if (share !== undefined) return clamp(share);
  if (parts !== undefined) return parts.count === 0 ? 1 : clamp(parts.done / parts.count);
  if (itemCount === undefined) return undefined;
  return itemCount === 0 ? 1 : clamp(items / itemCount);
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}
