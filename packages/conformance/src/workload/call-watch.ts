const SWEEP_MS = 250;

/** A call that was not settled although its time limit is long over. */
export class HungCallError extends Error {
  override readonly name = 'HungCallError';
}

interface Watched {
  readonly what: string;
  readonly beganMs: number;
  readonly giveUp: (error: HungCallError) => void;
}

/** Waits for calls, but not for ever: one that is pending past `limitMs` is given up as hung. */
export class CallWatch {
  readonly #limitMs: number;
  readonly #pending = new Set<Watched>();
  readonly #timer: NodeJS.Timeout;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
    this.#timer = setInterval(() => this.#sweep(), SWEEP_MS);
  }

  get pending(): number {
    return this.#pending.size;
  }

  /** As the call, or rejects with a HungCallError. */
  watch<T>(what: string, call: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const watched: Watched = { what, beganMs: performance.now(), giveUp: reject };
      this.#pending.add(watched);
      call.then(resolve, reject).finally(() => this.#pending.delete(watched));
    });
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #sweep(): void {
    const nowMs = performance.now();
    for (const watched of this.#pending) {
      // They are in the order in which they began.
      if (nowMs - watched.beganMs < this.#limitMs) return;
      this.#pending.delete(watched);
      watched.giveUp(
        new HungCallError(`${watched.what} is pending after ${Math.round(nowMs - watched.beganMs)} ms`),
      );
    }
  }
}
