import type { ChunkCopies } from '@kvtwin/bytes';

/** The unread bytes of a chunk, for fast paths. */
export interface ByteWindow {
  chunk: Uint8Array;
  /** Where the body begins; a fast path that succeeds moves it behind the body. */
  at: number;
  /** Bytes of arrays copied out of it. */
  copied: number;
  /** Takes arrays out of it; forgets whenever chunks may have changed. */
  readonly copies: ChunkCopies;
}
