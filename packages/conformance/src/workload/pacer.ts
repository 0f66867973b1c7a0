const TICK_MS = 5;
/** After a stall no more than this much is made up for at once. */
const CATCH_UP_MS = 250;

/** Lets so many pass per second; who comes too early waits for a turn, first come, first served. */
export class Pacer {
  readonly #perMs: number;
  readonly #waiting: (() => void)[] = [];
  readonly #timer: NodeJS.Timeout;
  #credit = 0;
  #stopped = false;
  #lastMs = performance.now();

  constructor(perSecond: number) {
    this.#perMs = perSecond / 1_000;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Resolves when it is the caller's turn; at once when the pacer has stopped. */
  turn(): Promise<void> {
    return this.#stopped ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
    for (const go of this.#waiting.splice(0)) go();
  }

  #tick(): void {
    const nowMs = performance.now();
    const room = this.#perMs * CATCH_UP_MS;
    this.#credit = Math.min(this.#credit + (nowMs - this.#lastMs) * this.#perMs, room);
    this.#lastMs = nowMs;
    const turns = Math.min(Math.floor(this.#credit), this.#waiting.length);
    this.#credit -= turns;
    for (const go of this.#waiting.splice(0, turns)) go();
  }
}
