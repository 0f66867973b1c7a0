/** The unread bytes of a chunk, for fast paths. */
export interface ByteWindow {
  chunk: Uint8Array;
  /** Where the body begins; a fast path that succeeds moves it behind the body. */
  at: number;
  /** Bytes of arrays copied out of it. */
  copied: number;
}
