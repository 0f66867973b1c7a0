import type { CallTarget } from '../pending-call.js';

/** Who knows where keys are. */
export interface KeyRouter {
  /** What stands for the server that a key's request would go to now, the same for the same server; undefined: any. */
  ownerOf(target: CallTarget, key: Uint8Array): unknown;
}

/**
 * The indexes of some keys, one list for each server that they are best asked at, in the order of their first keys. Lists of
 * more than `most` are followed by others of the same server.
 */
export function ownerParts(
  router: KeyRouter,
  target: CallTarget,
  keys: readonly Uint8Array[],
  most: number = Number.POSITIVE_INFINITY,
): number[][] {
  const all: number[][] = [];
  const parts = new Map<unknown, number[]>();
  for (const [index, key] of keys.entries()) {
    const owner = router.ownerOf(target, key);
    const part = parts.get(owner);
    if (part !== undefined && part.length < most) {
      part.push(index);
      continue;
    }
    const begun = [index];
    parts.set(owner, begun);
    all.push(begun);
  }
  return all;
}
