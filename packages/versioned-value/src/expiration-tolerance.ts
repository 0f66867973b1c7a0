import type { Two } from './two.js';
import type { StoreCapabilities } from './versioned-store.js';

/**
 * A pair's writes reach the second side after the first, and a lifespan counts from when each side got it: within a
 * second two copies of one write are not called different.
 */
const writeDelayMs = 1000;

/** How far apart the expirations of two sides may lie and still count as the same, in milliseconds: the coarser unit
 * of the two, and a second for the delay between the two writes. */
export function expirationToleranceMs(sides: Two<Pick<StoreCapabilities, 'expirationUnitMs'>>): number {
  return Math.max(sides[0].expirationUnitMs, sides[1].expirationUnitMs) + writeDelayMs;
}
