import {
  expiryInstantMs,
  type StoreCapabilities,
  type VersionedValue,
  type WriteOptions,
} from '@kvtwin/versioned-value';

/**
 * What became of an expiration on its way to the other side: `carried`: what is left of it; `unlimited`: there is
 * none; `not-told`: the store it comes from does not tell (HustDB), so the copy does not expire; `not-supported`: the
 * store it goes to cannot hold all of it.
 */
export type CarriedExpiration = 'carried' | 'unlimited' | 'not-told' | 'not-supported';

/**
 * Write options that give a copy of `entry` the rest of its time, in the unit of the store it goes to: rounded up, so
 * that no copy goes before the entry, or to the nearest, so that an entry that is put back goes at its time.
 */
export function carriedExpiration(
  entry: Pick<VersionedValue, 'expiration' | 'createdAtMs'>,
  target: StoreCapabilities,
  nowMs: number,
  rounding: 'up' | 'nearest' = 'up',
): { readonly told: CarriedExpiration; readonly options: Pick<WriteOptions, 'lifespanMs' | 'maxIdleMs'> } {
  const { expiration } = entry;
  const instantMs = expiryInstantMs(entry);
  if (expiration.kind === 'unknown' || instantMs === undefined) return { told: 'not-told', options: {} };
  if (expiration.kind === 'immortal') return { told: 'unlimited', options: {} };
  const lifespan = Number.isFinite(instantMs)
    ? rounded(instantMs - nowMs, target.expirationUnitMs, rounding)
    : undefined;
  const maxIdle = expiration.maxIdleMs;
  const supported = (lifespan === undefined || target.lifespan) && (maxIdle === undefined || target.maxIdle);
  return {
    told: supported ? 'carried' : 'not-supported',
    options: {
      ...(lifespan !== undefined && target.lifespan ? { lifespanMs: lifespan } : {}),
      ...(maxIdle !== undefined && target.maxIdle
        ? { maxIdleMs: rounded(maxIdle, target.expirationUnitMs, 'up') }
        : {}),
    },
  };
}

/** At least one unit: an entry that was read a moment ago is not written already expired. */
function rounded(ms: number, unitMs: number, rounding: 'up' | 'nearest'): number {
  return Math.max(1, Math[rounding === 'up' ? 'ceil' : 'round'](ms / unitMs)) * unitMs;
}
