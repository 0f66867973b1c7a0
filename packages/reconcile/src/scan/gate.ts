/** Lets as many in at a time as a limit says, which may change meanwhile; one is always let in. */
export class Gate {
  readonly #limit: () => number;
  readonly #waiting: (() => void)[] = [];
  #inside = 0;

  constructor(limit: () => number) {
    this.#limit = limit;
  }

  /** Waits for a place. Whoever was let in must leave. Rejects with the signal's reason. */
  async enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#waiting.length === 0 && this.#hasRoom()) {
      this.#inside++;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(letIn), 1);
        reject(signal.reason);
      };
      const letIn = (): void => {
        signal.removeEventListener('abort', onAbort);
        this.#inside++;
        resolve();
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(letIn);
    });
  }

  leave(): void {
    this.#inside--;
    while (this.#waiting.length > 0 && this.#hasRoom()) this.#waiting.shift()!();
  }

  /** Enters, does the work and leaves. */
  async through<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.enter(signal);
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  #hasRoom(): boolean {
    return this.#inside === 0 || this.#inside < this.#limit();
  }
}
