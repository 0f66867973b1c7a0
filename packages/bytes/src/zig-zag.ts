/** Signed 32-bit to unsigned 32-bit, small magnitudes first: 0, −1, 1, −2 … become 0, 1, 2, 3 …. */
export function encodeZigZag(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}

/** Inverse of {@link encodeZigZag}. */
export function decodeZigZag(value: number): number {
  return (value >>> 1) ^ -(value & 1);
}
