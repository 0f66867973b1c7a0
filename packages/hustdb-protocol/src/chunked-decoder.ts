/** Longest chunk-size or trailer line; longer ones are no HTTP that we know. */
const MAX_LINE_BYTES = 4096;
/** Trailers are dropped, so a few are enough for anybody. */
const MAX_TRAILER_BYTES = 16_384;

const SIZE_LINE = /^([0-9A-Fa-f]{1,8})(?:;[\t\x20-\x7e\x80-\xff]*)?$/;

const CR = 0x0d;
const LF = 0x0a;

type Stage = 'size' | 'bytes' | 'behind-bytes' | 'trailer' | 'done';

/**
 * Takes the chunking off a body that comes in pieces, strictly: lines end with CRLF, sizes are bare hexadecimal numbers.
 *
 *     size in hex [;extension] CRLF | bytes CRLF | … | 0 CRLF | trailers | CRLF
 */
export class ChunkedDecoder {
  readonly #take: (bytes: Uint8Array) => void;
  #stage: Stage = 'size';
  #line = '';
  #left = 0;
  #trailerBytes = 0;

  /** `take` is handed the body's bytes, which share memory with what was pushed. */
  constructor(take: (bytes: Uint8Array) => void) {
    this.#take = take;
  }

  /** Whether the body has come to its end. */
  get done(): boolean {
    return this.#stage === 'done';
  }

  /**
   * Reads on from `from` up to `to` (default: the end); answers the offset behind what belongs to the body, which is `to` until
   * the body is done. Undefined: this is no chunked body; do not go on.
   */
  push(bytes: Uint8Array, from = 0, to: number = bytes.length): number | undefined {
    let at: number | undefined = from;
    while (at !== undefined && at < to && this.#stage !== 'done') {
      at = this.#stage === 'bytes' ? this.#readBytes(bytes, at, to) : this.#readLine(bytes, at, to);
    }
    return at;
  }

  #readBytes(bytes: Uint8Array, at: number, to: number): number {
    const end = Math.min(to, at + this.#left);
    this.#take(bytes.subarray(at, end));
    this.#left -= end - at;
    if (this.#left === 0) this.#stage = 'behind-bytes';
    return end;
  }

  #readLine(bytes: Uint8Array, from: number, to: number): number | undefined {
    for (let at = from; at < to; at++) {
      const byte = bytes[at]!;
      if (byte === LF) return this.#endLine() ? at + 1 : undefined;
      if (this.#line.endsWith('\r') || this.#line.length > MAX_LINE_BYTES) return undefined;
      if (byte < 0x20 && byte !== CR && byte !== 0x09) return undefined;
      this.#line += String.fromCharCode(byte);
    }
    return to;
  }

  /** False for a line that is none. */
  #endLine(): boolean {
    if (!this.#line.endsWith('\r')) return false;
    const line = this.#line.slice(0, -1);
    this.#line = '';
    switch (this.#stage) {
      case 'size':
        return this.#begin(line);
      case 'behind-bytes':
        this.#stage = 'size';
        return line === '';
      default:
        this.#trailerBytes += line.length + 2;
        if (line === '') this.#stage = 'done';
        return this.#trailerBytes <= MAX_TRAILER_BYTES;
    }
  }

  #begin(line: string): boolean {
    const size = SIZE_LINE.exec(line)?.[1];
    if (size === undefined) return false;
    this.#left = Number.parseInt(size, 16);
    this.#stage = this.#left === 0 ? 'trailer' : 'bytes';
    return true;
  }
}
