/** Segments of a bit set: bit `s mod 8` of byte `s div 8`, least significant bit first. Ascending. */
export function segmentsOf(bits: Uint8Array): number[] {
  const segments: number[] = [];
  for (let at = 0; at < bits.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      if (((bits[at] as number) & (1 << bit)) !== 0) {
        segments.push(at * 8 + bit);
      }
    }
  }
  return segments;
}

/** The bit set of some segments, without zero bytes at its end; the inverse of {@link segmentsOf}. */
export function segmentSet(segments: Iterable<number>): Uint8Array {
  const all = [...segments];
  const bits = new Uint8Array(all.reduce((most, segment) => Math.max(most, (segment >> 3) + 1), 0));
  for (const segment of all) {
    bits[segment >> 3] = (bits[segment >> 3] as number) | (1 << (segment & 7));
  }
  return bits;
}
