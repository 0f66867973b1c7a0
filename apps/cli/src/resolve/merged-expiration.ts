import { expiryInstantMs, type PairRead } from '@kvtwin/versioned-value';

/** How long an edited value lives: as long as the side that lives longer; unlimited where nobody tells. */
export function mergedExpiration(read: PairRead, nowMs: number): { lifespanMs?: number; maxIdleMs?: number } {
  const entries = read.sides.flatMap((side) => (side.state === 'present' ? [side.entry] : []));
  const ends = entries.map((entry) => expiryInstantMs(entry) ?? Number.POSITIVE_INFINITY);
  const last = Math.max(...ends);
  const idles = entries.map(({ expiration }) =>
    expiration.kind === 'mortal'
      ? (expiration.maxIdleMs ?? Number.POSITIVE_INFINITY)
      : Number.POSITIVE_INFINITY,
  );
  const idle = Math.max(...idles);
  return {
    ...(Number.isFinite(last) ? { lifespanMs: Math.max(1000, last - nowMs) } : {}),
    ...(Number.isFinite(idle) ? { maxIdleMs: idle } : {}),
  };
}
