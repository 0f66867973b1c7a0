import type { RepairIntent } from './repair-intent.js';

/**
 * Two writes of a key, one behind the other, as one that leads from the base of the first to what the second wrote; undefined
 * where they do not belong together that way.
 */
export function mergeIntents(first: RepairIntent, second: RepairIntent): RepairIntent | undefined {
  const { side } = second;
  if (side === undefined || first.side !== side) return undefined;
  if (first.refusedBy !== undefined || second.refusedBy !== undefined) return undefined;
  if (!second.conditional) return { ...second, base: first.base };
  if (second.base[1 - side]?.hash !== first.written) return undefined;
  return { ...second, base: first.base, conditional: first.conditional };
}
