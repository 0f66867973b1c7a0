/** Up to here an array of its own costs less than a place in a slab: it lies on the heap of the engine. */
const LARGEST_ON_HEAP = 64;
/** From here on an array of its own: a slab would be used up by a few. */
const LARGEST_IN_SLAB = 4096;
const SLAB_BYTES = 16 * 1024;

let slab = new Uint8Array(SLAB_BYTES);
let used = 0;

/**
 * A copy of some bytes of an array. Copies of 65 to 4,096 bytes share the memory of a slab, as small Buffers of Node do,
 * which takes a quarter of the time: each covers its own bytes only, but its `buffer` is longer than it.
 */
export function copyBytes(source: Uint8Array, start: number, end: number): Uint8Array {
  const length = end - start;
  if (length <= LARGEST_ON_HEAP || length > LARGEST_IN_SLAB) {
    return source.slice(start, end);
  }
  if (used + length > SLAB_BYTES) {
    slab = new Uint8Array(SLAB_BYTES);
    used = 0;
  }
  const copy = new Uint8Array(slab.buffer, used, length);
  used += length;
  copy.set(source.subarray(start, end));
  return copy;
}
