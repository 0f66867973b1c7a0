/**
 * How one master took a write, as a front that tells it (`X-Sides`, `@kvtwin/proxy`) says so. `reason`: `mismatch`, `absent`,
 * or the code of what went wrong.
 */
export interface HaSideWrite {
  readonly state: 'applied' | 'rejected' | 'unknown' | 'not-sent';
  readonly reason?: string;
}

const SIDE = /^(applied|rejected|unknown|not-sent)(?: \(([A-Za-z_-]{1,64})\))?$/;

/** Reads `X-Sides`: `applied, rejected (mismatch)`. A header that reads otherwise tells nothing: undefined. */
export function parseSides(text: string | undefined): readonly [HaSideWrite, HaSideWrite] | undefined {
  const sides = text?.split(', ').map(parseSide) ?? [];
  const [first, second] = sides;
  return sides.length === 2 && first !== undefined && second !== undefined ? [first, second] : undefined;
}

function parseSide(text: string): HaSideWrite | undefined {
  const match = SIDE.exec(text);
  if (match === null) return undefined;
  const state = match[1] as HaSideWrite['state'];
  return match[2] === undefined ? { state } : { state, reason: match[2] };
}
