/** The middle of several measurements: one disturbed round does not move it. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The least disturbed of several measurements of a cost. */
export function least(values: readonly number[]): number {
  return Math.min(...values);
}

/** The value that `share` of the values do not exceed, between two of them in proportion; 0 of none. */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) return 0;
  const sorted = Float64Array.from(values).sort();
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const lower = sorted[below]!;
  return lower + (sorted[Math.min(below + 1, sorted.length - 1)]! - lower) * (place - below);
}
