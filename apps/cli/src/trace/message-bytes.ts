/** Bytes kept of a message that is too long to be kept: to say what it was. */
const keptOfTooLong = 64;

/** The bytes of a stream that belong to messages not yet taken, up to a limit. */
export class MessageBytes {
  readonly #maxBytes: number;
  #chunks: Uint8Array[] = [];
  #length = 0;
  /** Absolute offset of the first byte kept. */
  #from = 0;
  /** Bytes of the message under way that were let go because it is too long. */
  #skipped = 0;

  /** `maxBytes`: of a longer message only the first so many are kept. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** The first bytes that belong to the message under way, at most `count`. */
  peek(count: number): Uint8Array {
    const shown: Uint8Array[] = [];
    for (let at = 0, have = 0; at < this.#chunks.length && have < count; at++) {
      shown.push(this.#chunks[at]!);
      have += this.#chunks[at]!.length;
    }
    return Buffer.concat(shown).subarray(0, count);
  }

  /** The bytes up to the absolute offset `end`, which are then forgotten; `undefined` where they were too many. */
  take(end: number): Uint8Array | undefined {
    const whole = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    const tooLong = this.#skipped > 0 || end - this.#from > this.#maxBytes;
    const length = end - this.#from - this.#skipped;
    const rest = whole.subarray(length);
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#length = rest.length;
    this.#from = end;
    this.#skipped = 0;
    return tooLong ? undefined : whole.subarray(0, length);
  }

  /** To be called while the message under way is not complete: lets go of one that has become too long. */
  trim(): void {
    if (this.#skipped === 0 && this.#length <= this.#maxBytes) return;
    const first = this.#skipped > 0 ? this.#chunks[0]! : Buffer.from(this.peek(keptOfTooLong));
    this.#skipped += this.#length - first.length;
    this.#chunks = [first];
    this.#length = first.length;
  }
}
