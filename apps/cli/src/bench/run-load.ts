import type { OperationKind } from './bench-target.js';
import type { LoadClock } from './load-clock.js';

/** How much load, and for how long. One of `rate` and `inFlight`. */
export interface LoadShape {
  /** Open loop: operations begun in a second, whether or not earlier ones have ended. */
  readonly rate?: number;
  /** Closed loop: so many operations at a time, the next begun as soon as one has ended. */
  readonly inFlight?: number;
  readonly durationMs: number;
  /** Open loop: operations under way at a time, at most; what is due then waits, and its waiting counts. */
  readonly maxInFlight: number;
}

/** Where {@link runLoad} tells what it measured. */
export interface LoadRecord {
  /** An operation has ended. `latencyMs`: open loop: since it was due; closed loop: since it was begun. */
  onEnd(kind: OperationKind, latencyMs: number, error: unknown): void;
  /** Open loop: an operation was due and could not be begun before the end; it had waited for so long. */
  onNotBegun(kind: OperationKind, waitedMs: number): void;
  /** Open loop: by how much an operation was begun late, though nothing was in its way but this process. */
  onLate(ms: number): void;
}

/** One operation. */
export interface Operation {
  readonly kind: OperationKind;
  /** Rejects where it failed. */
  run(): Promise<unknown>;
}

/**
 * Puts load on a target. In an open loop operation number n is due n/rate seconds after the beginning, and its latency
 * counts from then: a target that stalls is charged for all that waits meanwhile (no coordinated omission). Resolves
 * when all operations that were begun have ended; answers the time from the beginning until then.
 */
export async function runLoad(
  shape: LoadShape,
  next: () => Operation,
  record: LoadRecord,
  clock: LoadClock,
  signal: AbortSignal,
): Promise<number> {
  const startMs = clock.nowMs();
  if (shape.rate === undefined) await closedLoop(shape, next, record, clock, signal);
  else await new OpenLoop(shape, shape.rate, next, record, clock, signal).run();
  return clock.nowMs() - startMs;
}

async function closedLoop(
  { inFlight = 1, durationMs }: LoadShape,
  next: () => Operation,
  record: LoadRecord,
  clock: LoadClock,
  signal: AbortSignal,
): Promise<void> {
  const endMs = clock.nowMs() + durationMs;
  const worker = async (): Promise<void> => {
    for (let nowMs = clock.nowMs(); nowMs < endMs && !signal.aborted; ) {
      const operation = next();
      const error = await failureOf(operation);
      const doneMs = clock.nowMs();
      if (!signal.aborted) record.onEnd(operation.kind, doneMs - nowMs, error);
      nowMs = doneMs;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}

class OpenLoop {
  readonly #total: number;
  readonly #intervalMs: number;
  readonly #startMs: number;
  readonly #endMs: number;
  #begun = 0;
  #inFlight = 0;
  #onFree: (() => void) | undefined;

  constructor(
    readonly shape: LoadShape,
    rate: number,
    readonly next: () => Operation,
    readonly record: LoadRecord,
    readonly clock: LoadClock,
    readonly signal: AbortSignal,
  ) {
    this.#intervalMs = 1000 / rate;
    this.#total = Math.max(1, Math.round((rate * shape.durationMs) / 1000));
    this.#startMs = clock.nowMs();
    this.#endMs = this.#startMs + shape.durationMs;
  }

  async run(): Promise<void> {
    let wasFull = false;
    while (this.#begun < this.#total && !this.signal.aborted) {
      const nowMs = this.clock.nowMs();
      if (nowMs >= this.#endMs && wasFull) break;
      if (this.#inFlight >= this.shape.maxInFlight) {
        wasFull = true;
        await this.#freeOr(this.#endMs);
      } else if (this.#dueMs() <= nowMs) {
        if (!wasFull) this.record.onLate(nowMs - this.#dueMs());
        this.#begin();
      } else {
        wasFull = false;
        await this.clock.until(this.#dueMs(), this.signal);
      }
    }
    while (this.#inFlight > 0) await this.#freeOr(undefined);
    this.#countNotBegun();
  }

  #dueMs(): number {
    return this.#startMs + this.#begun * this.#intervalMs;
  }

  #begin(): void {
    const dueMs = this.#dueMs();
    this.#begun++;
    this.#inFlight++;
    const operation = this.next();
    void failureOf(operation).then((error) => {
      this.#inFlight--;
      if (!this.signal.aborted) this.record.onEnd(operation.kind, this.clock.nowMs() - dueMs, error);
      this.#onFree?.();
    });
  }

  /** Resolves when an operation has ended, or at `atMs`. */
  async #freeOr(atMs: number | undefined): Promise<void> {
    const free = new Promise<void>((resolve) => {
      this.#onFree = resolve;
    });
    if (atMs === undefined) await free;
    else {
      const over = new AbortController();
      const waiting = this.clock.until(atMs, AbortSignal.any([over.signal, this.signal]));
      await Promise.race([free, waiting]);
      over.abort();
    }
    this.#onFree = undefined;
  }

  #countNotBegun(): void {
    if (this.signal.aborted) return;
    const nowMs = this.clock.nowMs();
    for (; this.#begun < this.#total; this.#begun++) {
      const dueMs = this.#dueMs();
      if (dueMs >= this.#endMs) break;
      this.record.onNotBegun(this.next().kind, nowMs - dueMs);
    }
  }
}

async function failureOf(operation: Operation): Promise<unknown> {
  try {
    await operation.run();
    return undefined;
  } catch (error) {
    return error ?? new Error('the operation failed');
  }
}
