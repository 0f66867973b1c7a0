import type { Exchange } from './exchange.js';
import type { BodySink } from './incoming-body.js';

/** How reading a body ended. `aborted`: the client went away. */
export type RequestBody =
  | { readonly kind: 'whole'; readonly bytes: Uint8Array }
  | { readonly kind: 'too-large' }
  /** Above `hardLimitBytes`, so not read to its end. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'overloaded' }
  | { readonly kind: 'stalled' }
  | { readonly kind: 'aborted' };

/** A count of bytes that requests hold together. */
export interface ByteBudget {
  /** False, and nothing is taken, when the budget has less left. */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

/** Makes a budget of `limit` bytes. */
export function byteBudget(limit: number): ByteBudget {
  let taken = 0;
  return {
    take(bytes) {
      if (taken + bytes > limit) return false;
      taken += bytes;
      return true;
    },
    give(bytes) {
      taken -= bytes;
    },
  };
}

export interface RequestBodyOptions {
  /** A longer body is read to its end and dropped, so that the connection can go on. */
  readonly limitBytes: number;
  /** A body beyond this is not read any more. */
  readonly hardLimitBytes: number;
  /** Longest pause between two chunks. */
  readonly idleTimeoutMs: number;
  readonly budget: ByteBudget;
}

const EMPTY = new Uint8Array(0);

/** Reads a request's body. What it took from the budget the caller gives back: `bytes.length` of a whole body. */
export function readRequestBody(exchange: Exchange, options: RequestBodyOptions): Promise<RequestBody> {
  const declared = exchange.declaredBytes;
  if (declared > options.hardLimitBytes) return Promise.resolve({ kind: 'refused' });
  return new Promise((resolve) => exchange.readBody(new BodyReader(options, declared, resolve)));
}

class BodyReader implements BodySink {
  readonly #options: RequestBodyOptions;
  readonly #idle: NodeJS.Timeout;
  readonly #resolve: (body: RequestBody) => void;
  #isOver = false;
  #chunks: Uint8Array[] = [];
  #length = 0;
  /** Bytes of the chunks, as taken from the budget. */
  #held = 0;
  /** Why the rest is read and forgotten. */
  #dropped: 'too-large' | 'overloaded' | undefined;

  constructor(options: RequestBodyOptions, declaredBytes: number, resolve: (body: RequestBody) => void) {
    this.#options = options;
    this.#resolve = resolve;
    this.#idle = setTimeout(() => this.#finish({ kind: 'stalled' }), options.idleTimeoutMs);
    if (declaredBytes > options.limitBytes) this.#dropped = 'too-large';
  }

  take(chunk: Uint8Array): void {
    if (this.#isOver) return;
    this.#idle.refresh();
    this.#length += chunk.length;
    if (this.#length > this.#options.hardLimitBytes) this.#finish({ kind: 'refused' });
    else if (this.#dropped === undefined) this.#keep(chunk);
  }

  end(): void {
    if (this.#dropped !== undefined) this.#finish({ kind: this.#dropped });
    else this.#finish({ kind: 'whole', bytes: joined(this.#chunks, this.#length) });
  }

  gone(): void {
    this.#finish({ kind: 'aborted' });
  }

  #finish(body: RequestBody): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#idle);
    if (body.kind !== 'whole') this.#release();
    this.#resolve(body);
  }

  #keep(chunk: Uint8Array): void {
    const tooLarge = this.#length > this.#options.limitBytes;
    if (tooLarge || !this.#options.budget.take(chunk.length)) {
      this.#dropped = tooLarge ? 'too-large' : 'overloaded';
      this.#release();
      return;
    }
    this.#held += chunk.length;
    this.#chunks.push(chunk);
  }

  #release(): void {
    this.#options.budget.give(this.#held);
    this.#held = 0;
    this.#chunks = [];
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  if (chunks.length === 0) return EMPTY;
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length);
}
