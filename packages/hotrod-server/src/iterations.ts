import { type IterationRequest, OpenIteration } from './open-iteration.js';

/** Infinispan's own: an iteration that nobody asked for during 5 minutes is given up. */
const idleExpiryMs = 5 * 60_000;

/** The open iterations of a server. Ids are decimal, unique per server, and valid on every connection. */
export class Iterations {
  readonly #open = new Map<string, { readonly iteration: OpenIteration; readonly owner: object }>();
  readonly #maxOpen: number;
  readonly #nowMs: () => number;
  #lastId = 0;

  constructor(options: { maxOpen: number; nowMs: () => number }) {
    this.#maxOpen = options.maxOpen;
    this.#nowMs = options.nowMs;
  }

  /** How many are open, expired ones that were not met among them. */
  get size(): number {
    return this.#open.size;
  }

  /** Opens an iteration for a connection and returns its id; `undefined` where too many are open. */
  start(owner: object, request: IterationRequest): string | undefined {
    if (this.#open.size >= this.#maxOpen) {
      this.dropExpired();
    }
    if (this.#open.size >= this.#maxOpen) {
      return undefined;
    }
    const id = String(++this.#lastId);
    this.#open.set(id, { iteration: new OpenIteration(request, this.#nowMs()), owner });
    return id;
  }

  /** The iteration of an id, used just now. */
  find(id: string): OpenIteration | undefined {
    const open = this.#open.get(id);
    if (open === undefined) {
      return undefined;
    }
    if (this.#isExpired(open.iteration)) {
      this.#open.delete(id);
      return undefined;
    }
    open.iteration.lastUsedMs = this.#nowMs();
    return open.iteration;
  }

  /** Ends an iteration; false where the id is unknown. */
  end(id: string): boolean {
    return this.find(id) !== undefined && this.#open.delete(id);
  }

  /** Ends what a connection opened. */
  endAllOf(owner: object): void {
    for (const [id, open] of this.#open) {
      if (open.owner === owner) {
        this.#open.delete(id);
      }
    }
  }

  dropExpired(): void {
    for (const [id, { iteration }] of this.#open) {
      if (this.#isExpired(iteration)) {
        this.#open.delete(id);
      }
    }
  }

  #isExpired(iteration: OpenIteration): boolean {
    return iteration.lastUsedMs + idleExpiryMs <= this.#nowMs();
  }
}
