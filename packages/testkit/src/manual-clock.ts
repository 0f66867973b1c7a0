interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

/** A clock that stands still until a test turns it; fits where the product takes a `Clock`. */
export class ManualClock {
  #nowMs: number;
  #sleepers: Sleeper[] = [];

  /** `startMs`: milliseconds since the epoch; 2026-01-01 by default. */
  constructor(startMs: number = Date.UTC(2026, 0, 1)) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  /** How many calls sleep at this moment. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  /** Resolves once the clock was turned by `ms`; rejects with the signal's reason when it fires first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = (): void => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal?.reason);
      };
      const wake = (): void => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      const sleeper: Sleeper = { dueMs: this.#nowMs + ms, wake };
      if (ms <= 0) {
        wake();
        return;
      }
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Turns the clock and wakes, in order, whoever is due; what they then do runs before this resolves. */
  async advance(ms: number): Promise<void> {
    const end = this.#nowMs + ms;
    await settled();
    for (let next = this.#nextDue(end); next !== undefined; next = this.#nextDue(end)) {
      const due = next;
      this.#sleepers = this.#sleepers.filter((other) => other !== due);
      this.#nowMs = Math.max(this.#nowMs, due.dueMs);
      due.wake();
      await settled();
    }
    this.#nowMs = end;
  }

  /** Sets the time without waking anybody, as a corrected system clock does; may go backwards. */
  jumpTo(nowMs: number): void {
    this.#nowMs = nowMs;
  }

  #nextDue(end: number): Sleeper | undefined {
    return this.#sleepers
      .filter((sleeper) => sleeper.dueMs <= end)
      .sort((a, b) => a.dueMs - b.dueMs)
      .at(0);
  }
}

/** Lets everything run that waits only for promises already resolved. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
