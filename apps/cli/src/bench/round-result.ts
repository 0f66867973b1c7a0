import type { OperationKind } from './bench-target.js';
import { LatencyHistogram } from './latency-histogram.js';

/** Kinds of failures told apart; what comes beyond is counted together. */
const maxCodes = 32;

/** What one round measured, or several together. */
export class RoundResult {
  readonly kinds: Readonly<Record<OperationKind, LatencyHistogram>> = {
    get: new LatencyHistogram(),
    put: new LatencyHistogram(),
  };
  /** How late this process itself was; empty in a closed loop. */
  readonly lateness = new LatencyHistogram();
  /** Failures by code. */
  readonly errors = new Map<string, number>();
  /** Operations that were due and not begun before the end. */
  notBegun = 0;
  /** Time that the rounds took, from the first operation to the last answer. */
  elapsedMs = 0;
  /** When it began, milliseconds since the epoch. */
  startedAtMs: number;

  constructor(startedAtMs: number) {
    this.startedAtMs = startedAtMs;
  }

  /** All operations that ended well, and the time-outs, which lasted at least so long. */
  get all(): LatencyHistogram {
    const all = new LatencyHistogram();
    all.add(this.kinds.get);
    all.add(this.kinds.put);
    return all;
  }

  get failures(): number {
    return [...this.errors.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Operations that ended well, in a second. */
  get throughput(): number {
    const ended = this.kinds.get.count + this.kinds.put.count - this.#recordedFailures;
    return this.elapsedMs === 0 ? 0 : (ended * 1000) / this.elapsedMs;
  }

  #recordedFailures = 0;

  /** An operation has ended. A time-out counts as a failure and as a latency: leaving it out would flatter. */
  end(kind: OperationKind, latencyMs: number, error: unknown): void {
    if (error !== undefined) {
      const code = codeOf(error);
      const known = this.errors.has(code) || this.errors.size < maxCodes ? code : 'OTHER';
      this.errors.set(known, (this.errors.get(known) ?? 0) + 1);
      if (!/TIMEOUT/.test(code)) return;
      this.#recordedFailures++;
    }
    this.kinds[kind].record(latencyMs);
  }

  /** An operation was due and never begun: it waited at least so long. */
  waited(kind: OperationKind, ms: number): void {
    this.notBegun++;
    this.#recordedFailures++;
    this.kinds[kind].record(ms);
  }

  add(other: RoundResult): void {
    this.kinds.get.add(other.kinds.get);
    this.kinds.put.add(other.kinds.put);
    this.lateness.add(other.lateness);
    for (const [code, count] of other.errors) this.errors.set(code, (this.errors.get(code) ?? 0) + count);
    this.notBegun += other.notBegun;
    this.elapsedMs += other.elapsedMs;
    this.#recordedFailures += other.#recordedFailures;
  }
}

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : 'ERROR';
}
