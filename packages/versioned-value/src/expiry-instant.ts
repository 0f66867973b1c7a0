import type { VersionedValue } from './versioned-value.js';

/**
 * When an entry's lifespan ends, in milliseconds since the epoch on its replica's clock: infinite where the lifespan
 * is unlimited, `undefined` where the store does not tell. Max-idle is left out: it moves with every access.
 */
export function expiryInstantMs(
  entry: Pick<VersionedValue, 'expiration' | 'createdAtMs'>,
): number | undefined {
  const { expiration, createdAtMs } = entry;
  if (expiration.kind === 'unknown') return undefined;
  if (expiration.kind === 'immortal' || expiration.lifespanMs === undefined) return Number.POSITIVE_INFINITY;
  return createdAtMs === undefined ? undefined : createdAtMs + expiration.lifespanMs;
}
