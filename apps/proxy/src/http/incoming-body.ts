import { type BodyFraming, ChunkedDecoder } from '@kvtwin/hustdb-protocol';

/** Who reads a body. One of `end` and `gone` comes last. */
export interface BodySink {
  take(bytes: Uint8Array): void;
  end(): void;
  /** The rest will not come. */
  gone(): void;
}

/** The body of a request as its bytes come. Without a sink they are passed over. */
export class IncomingBody {
  sink: BodySink | undefined;
  #left: number;
  readonly #chunks: ChunkedDecoder | undefined;

  constructor(framing: Exclude<BodyFraming, 'contradictory'>) {
    this.#left = typeof framing === 'number' ? framing : 0;
    if (framing === 'chunked') this.#chunks = new ChunkedDecoder((bytes) => this.sink?.take(bytes));
  }

  /** Whether it has come to its end. */
  get isWhole(): boolean {
    return this.#chunks === undefined ? this.#left === 0 : this.#chunks.done;
  }

  /** Takes bytes from `from` on; answers the offset behind those that belong to it, or undefined where they are no body. */
  push(bytes: Buffer, from: number): number | undefined {
    const end = this.#chunks === undefined ? this.#take(bytes, from) : this.#chunks.push(bytes, from);
    if (end !== undefined && this.isWhole) {
      this.sink?.end();
      this.sink = undefined;
    }
    return end;
  }

  gone(): void {
    this.sink?.gone();
    this.sink = undefined;
  }

  #take(bytes: Buffer, from: number): number {
    const end = Math.min(bytes.length, from + this.#left);
    this.#left -= end - from;
    this.sink?.take(bytes.subarray(from, end));
    return end;
  }
}
