/** Calls `wake` no later than the earliest time asked for, and a little after it; keeps the process alive only when told to. */
export class WakeTimer {
  readonly #wake: () => void;
  #timer: NodeJS.Timeout | undefined;
  #dueMs = Number.POSITIVE_INFINITY;
  #held = false;

  constructor(wake: () => void) {
    this.#wake = wake;
  }

  /** Both on the same clock, in milliseconds. A later time than one already asked for changes nothing. */
  wakeBy(dueMs: number, nowMs: number): void {
    if (dueMs >= this.#dueMs) return;
    this.#dueMs = dueMs;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#fire, Math.max(1, Math.ceil(dueMs - nowMs)));
    if (!this.#held) this.#timer.unref();
  }

  /** Whether a time that was asked for keeps the process alive until then. */
  hold(held: boolean): void {
    this.#held = held;
    if (held) this.#timer?.ref();
    else this.#timer?.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#dueMs = Number.POSITIVE_INFINITY;
  }

  readonly #fire = (): void => {
    this.#timer = undefined;
    this.#dueMs = Number.POSITIVE_INFINITY;
    this.#wake();
  };
}
