/**
 * What a read of HustDB 1.9 tells after a write has stored `stored`: the version is kept in 6 + 16 bits that are split at 64
 * and joined at 16, so it is a counter up to 63 only. A write answers `stored` itself, which is no token from there on.
 */
export function readBackVersion(stored: number): number {
  return 16 * (Math.floor(stored / 64) % 64) + (stored % 65_536);
}
