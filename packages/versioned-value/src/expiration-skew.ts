import type { Expiration } from './expiration.js';
import { expiryInstantMs } from './expiry-instant.js';
import type { VersionedValue } from './versioned-value.js';

type Expiring = Pick<VersionedValue, 'expiration' | 'createdAtMs'>;

/**
 * By how much the second entry goes away later than the first, in milliseconds: infinite (or minus infinite) where
 * only one of the two ever goes; `undefined` where they agree within `toleranceMs`, or a side does not tell.
 *
 * Lifespans are compared by the instant at which they end. Where these agree the max-idle times are compared as
 * configured, not by instant: every access moves those, on the side that it reached.
 */
export function expirationSkewMs(first: Expiring, second: Expiring, toleranceMs: number): number | undefined {
  return (
    skewOf(expiryInstantMs(first), expiryInstantMs(second), toleranceMs) ??
    skewOf(maxIdleOf(first.expiration), maxIdleOf(second.expiration), toleranceMs)
  );
}

function skewOf(
  first: number | undefined,
  second: number | undefined,
  toleranceMs: number,
): number | undefined {
  if (first === undefined || second === undefined || first === second) return undefined;
  const skew = second - first;
  return Math.abs(skew) > toleranceMs ? skew : undefined;
}

function maxIdleOf(expiration: Expiration): number | undefined {
  if (expiration.kind === 'unknown') return undefined;
  return (expiration.kind === 'mortal' ? expiration.maxIdleMs : undefined) ?? Number.POSITIVE_INFINITY;
}
