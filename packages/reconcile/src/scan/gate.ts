/** Less than any weight: what is left of sums of fractions. */
const leastWeight = 1e-6;

/** Lets as many in at a time as a limit says, which may change meanwhile, some of them for less than one; one is always let in. */
export class Gate {
  readonly #limit: () => number;
  readonly #waiting: Waiting[] = [];
  #inside = 0;

  constructor(limit: () => number) {
    this.#limit = limit;
  }

  /** Waits for a place. Whoever was let in must leave. Rejects with the signal's reason. */
  async enter(signal: AbortSignal, weight = 1): Promise<void> {
    signal.throwIfAborted();
    if (this.#waiting.length === 0 && this.#hasRoom(weight)) {
      this.#inside += weight;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(signal.reason);
      };
      const letIn = (): void => {
        signal.removeEventListener('abort', onAbort);
        this.#inside += weight;
        resolve();
      };
      const waiting = { weight, letIn };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(waiting);
    });
  }

  /** `weight`: as it was entered. */
  leave(weight = 1): void {
    this.#inside -= weight;
    if (this.#inside < leastWeight) this.#inside = 0;
    while (this.#waiting.length > 0 && this.#hasRoom(this.#waiting[0]!.weight))
      this.#waiting.shift()!.letIn();
  }

  /** Enters, does the work and leaves. */
  async through<T>(work: () => Promise<T>, signal: AbortSignal, weight = 1): Promise<T> {
    await this.enter(signal, weight);
    try {
      return await work();
    } finally {
      this.leave(weight);
    }
  }

  #hasRoom(weight: number): boolean {
    return this.#inside === 0 || this.#inside + weight <= this.#limit();
  }
}

interface Waiting {
  readonly weight: number;
  readonly letIn: () => void;
}
