import type { ChunkCopies } from '@kvtwin/bytes';

/** The unread bytes of a chunk, for fast paths. */
export interface ByteWindow {
  chunk: Uint8Array;
  /** Where the body begins; a fast path that succeeds moves it behind the body. */
  at: number;
  /** Bytes of arrays copied out of it. */
  copied: number;
  /** Where the value is wanted as text: what reads it. */
  textOf: ((bytes: Uint8Array, start: number, end: number) => string) | undefined;
  /** Takes arrays out of it; forgets whenever chunks may have changed. */
  readonly copies: ChunkCopies;
}
