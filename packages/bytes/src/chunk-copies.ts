/** Slabs that copies share; as large as the pool of small Buffers in Node, twice. */
const SLAB_BYTES = 16 * 1024;
/** Arrays above this get memory of their own: a slab would be used up by a few. */
const LARGEST_IN_SLAB = 4096;
/** So much more than the array that is asked for is copied at once, for the next ones; bounds what an array that is kept holds. */
const AHEAD_FACTOR = 16;
const LEAST_AHEAD_BYTES = 512;

let slab = new Uint8Array(SLAB_BYTES);
let used = 0;

/**
 * Copies of arrays that lie close together in a chunk, as the values of many replies do. The chunk is copied piece by piece,
 * and the arrays are views of the pieces: a view costs a third of a copy. Each covers its own bytes only, but its `buffer` is
 * longer than it.
 *
 * ```
 *   chunk:  … | header | value | header | value | header | val ‥
 *             └──────── one piece, copied once ───────┘
 * ```
 */
export class ChunkCopies {
  private chunk: Uint8Array | undefined;
  private piece = slab;
  private from = 0;
  private to = 0;
  /** What is added to a place in the chunk for its place in the slab. */
  private shift = 0;

  /** A copy of some bytes of a chunk, which must not have changed since the last `forget()`. */
  copy(chunk: Uint8Array, start: number, end: number): Uint8Array {
    if (start < this.from || end > this.to || chunk !== this.chunk) {
      if (end - start > LARGEST_IN_SLAB) {
        return chunk.slice(start, end);
      }
      this.copyPiece(chunk, start, end);
    }
    return new Uint8Array(this.piece.buffer, start + this.shift, end - start);
  }

  /** Before chunks may change. */
  forget(): void {
    this.chunk = undefined;
  }

  private copyPiece(chunk: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (used + length > SLAB_BYTES) {
      slab = new Uint8Array(SLAB_BYTES);
      used = 0;
    }
    const ahead = Math.max(length * AHEAD_FACTOR, LEAST_AHEAD_BYTES);
    const taken = Math.min(ahead, chunk.length - start, SLAB_BYTES - used);
    slab.set(chunk.subarray(start, start + taken), used);
    this.chunk = chunk;
    this.piece = slab;
    this.from = start;
    this.to = start + taken;
    this.shift = used - start;
    used += taken;
  }
}
