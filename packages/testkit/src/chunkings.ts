import { seededRandom } from './seeded-random.js';

/** One way in which a frame may arrive. The chunks, one after the other, are the frame. */
export interface Chunking {
  /** For test titles and messages: `whole`, `byte by byte`, `split at 7`, `random 3`. */
  readonly name: string;
  readonly chunks: readonly Uint8Array[];
}

/** Options of {@link chunkings}. */
export interface ChunkingOptions {
  /** How many seeded random splits; 8 by default. */
  readonly random?: number;
  readonly seed?: number;
  /** Above this many bytes the single splits are taken at this many evenly spread offsets; 4,096 by default. */
  readonly maxSplits?: number;
}

/**
 * Every way in which a decoder must take a frame: whole, byte by byte, split in two at every offset, and some seeded
 * random splits with empty chunks among them. Each chunk is a copy that ends where its memory ends, so that reading past
 * a chunk shows. An empty frame gives one chunking.
 */
export function* chunkings(frame: Uint8Array, options: ChunkingOptions = {}): Generator<Chunking> {
  yield { name: 'whole', chunks: [frame.slice()] };
  if (frame.length < 2) {
    return;
  }
  yield { name: 'byte by byte', chunks: Array.from(frame, (byte) => Uint8Array.of(byte)) };
  const step = Math.max(1, Math.ceil(frame.length / (options.maxSplits ?? 4096)));
  for (let at = 1; at < frame.length; at += step) {
    yield { name: `split at ${at}`, chunks: [frame.slice(0, at), frame.slice(at)] };
  }
  const random = seededRandom(options.seed ?? 42);
  for (let run = 1; run <= (options.random ?? 8); run++) {
    const cuts = Array.from({ length: random.integer(1, 6) }, () => random.integer(0, frame.length));
    yield { name: `random ${run}`, chunks: splitAt(frame, cuts) };
  }
}

function splitAt(frame: Uint8Array, cuts: number[]): Uint8Array[] {
  const edges = [0, ...cuts.sort((a, b) => a - b), frame.length];
  return edges.slice(1).map((end, index) => frame.slice(edges[index], end));
}
