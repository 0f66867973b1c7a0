/** Bytes that requests have in common, as words of four, for fast paths. */
export class RequestStartBytes {
  readonly length: number;
  private readonly words: Int32Array;

  constructor(bytes: readonly number[]) {
    this.length = bytes.length;
    this.words = new Int32Array(Math.ceil(bytes.length / 4));
    const padded = Uint8Array.from({ length: this.words.length * 4 }, (_, at) => bytes[at] ?? 0);
    const view = new DataView(padded.buffer);
    this.words.forEach((_, at) => {
      this.words[at] = view.getInt32(at * 4);
    });
  }

  /** Room that {@link put} needs. */
  get roomBytes(): number {
    return this.words.length * 4;
  }

  /** Writes them and up to three bytes more, which what comes next overwrites; returns where they end. */
  put(into: DataView, at: number): number {
    const { words } = this;
    for (let index = 0; index < words.length; index++) {
      into.setInt32(at + index * 4, words[index] as number);
    }
    return at + this.length;
  }
}
