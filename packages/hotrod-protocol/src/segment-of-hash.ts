/**
 * The segment that a {@link murmurHash3} falls into: the 31-bit hash space is cut into `numSegments` slices of
 * `ceil(2^31 / numSegments)`, of which the last may be short (Hot Rod §segments).
 */
export function segmentOfHash(hash: number, numSegments: number): number {
  const slice = Math.ceil(0x8000_0000 / numSegments);
  return Math.floor((hash & 0x7fff_ffff) / slice);
}
