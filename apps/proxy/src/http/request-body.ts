import type { IncomingMessage } from 'node:http';

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

/** Whether a request has a body, by its headers: the hot path asks nothing else of one without. */
export function hasBody(request: IncomingMessage): boolean {
  const { headers } = request;
  if (headers['transfer-encoding'] !== undefined) return true;
  const length = headers['content-length'];
  return length !== undefined && length !== '0';
}

/** Reads a request's body. What it took from the budget the caller gives back: `bytes.length` of a whole body. */
export function readRequestBody(request: IncomingMessage, options: RequestBodyOptions): Promise<RequestBody> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > options.hardLimitBytes) return Promise.resolve({ kind: 'refused' });
  return new Promise((resolve) => new BodyReader(request, options, declared, resolve));
}

class BodyReader {
  readonly #options: RequestBodyOptions;
  readonly #idle: NodeJS.Timeout;
  readonly #finish: (body: RequestBody) => void;
  #chunks: Uint8Array[] = [];
  #length = 0;
  /** Bytes of the chunks, as taken from the budget. */
  #held = 0;
  /** Why the rest is read and forgotten. */
  #dropped: 'too-large' | 'overloaded' | undefined;

  constructor(
    request: IncomingMessage,
    options: RequestBodyOptions,
    declaredBytes: number,
    resolve: (body: RequestBody) => void,
  ) {
    this.#options = options;
    const onData = (chunk: Uint8Array): void => this.#take(chunk);
    const onEnd = (): void => this.#end();
    const onGone = (): void => this.#finish({ kind: 'aborted' });
    this.#finish = (body) => {
      clearTimeout(this.#idle);
      request.off('data', onData).off('end', onEnd).off('close', onGone).off('error', onGone);
      request.on('error', () => {});
      if (body.kind !== 'whole') this.#release();
      resolve(body);
    };
    this.#idle = setTimeout(() => this.#finish({ kind: 'stalled' }), options.idleTimeoutMs);
    if (declaredBytes > options.limitBytes) this.#dropped = 'too-large';
    request.on('data', onData).on('end', onEnd).on('close', onGone).on('error', onGone);
  }

  #take(chunk: Uint8Array): void {
    this.#idle.refresh();
    this.#length += chunk.length;
    if (this.#length > this.#options.hardLimitBytes) this.#finish({ kind: 'refused' });
    else if (this.#dropped === undefined) this.#keep(chunk);
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

  #end(): void {
    if (this.#dropped === undefined)
      this.#finish({ kind: 'whole', bytes: joined(this.#chunks, this.#length) });
    else this.#finish({ kind: this.#dropped });
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
