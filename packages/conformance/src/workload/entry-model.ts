/** What a key holds: a value, or nothing. */
export type Held = string | undefined;

/**
 * What an observation says about the cache. `late`: a write whose answer was lost shows now. `revived`: what a removal was to
 * take away, which the servers denied, shows or is gone again.
 */
export type Judgement = 'expected' | 'late' | 'revived' | 'wrong';

interface OpenWrite {
  readonly held: Held;
  /** From then on it can no longer arrive. */
  readonly untilMs: number;
}

/**
 * How long a write without an answer may still arrive: a server gives up inside its cluster after 15 s (remote timeout), a
 * lock after 10 s, and it may try again after a change of the cluster.
 */
const OPEN_WRITE_MS = 60_000;
const HISTORY = 16;

/**
 * What one key of the cache may hold, as its only writer knows: the last write that was answered, or any that may have been
 * applied although its answer was lost.
 */
export class EntryModel {
  /** The last steps, the newest last, for the report of a violation. */
  readonly history: string[] = [];
  #held: Held;
  #open: OpenWrite[] = [];
  /** What a denied removal may have left on some of the owners. */
  #undead: Held;

  /** What it holds if no write is open. */
  get held(): Held {
    return this.#held;
  }

  /** Whether some write may still show. */
  isOpen(nowMs: number): boolean {
    if (this.#open.length > 0) this.#open = this.#open.filter(({ untilMs }) => untilMs > nowMs);
    return this.#open.length > 0;
  }

  /** A write was answered. */
  written(held: Held): void {
    this.#held = held;
    this.#undead = undefined;
  }

  /** A removal was answered with "there was none" although there was: some owners may still have it, until the next write. */
  removalDenied(): void {
    this.#undead = this.#held;
    this.#held = undefined;
  }

  /** A write was begun whose answer is lost: it shows now, later or never. */
  maybeWritten(held: Held, nowMs: number): void {
    this.#open.push({ held, untilMs: nowMs + OPEN_WRITE_MS });
  }

  /** Every node has ended: nothing is left, and what was under way cannot arrive. */
  lost(): void {
    this.#held = undefined;
    this.#open = [];
    this.#undead = undefined;
    this.note('all lost');
  }

  /** The cache was seen to hold this. Goes on from there, whatever the judgement. */
  seen(held: Held, nowMs: number): Judgement {
    if (held === this.#held) return 'expected';
    if (this.#undead !== undefined && (held === undefined || held === this.#undead)) {
      this.#held = held;
      return 'revived';
    }
    const judgement =
      this.isOpen(nowMs) && this.#open.some((write) => write.held === held) ? 'late' : 'wrong';
    this.#held = held;
    return judgement;
  }

  /** The cache was seen to hold something or nothing, but not what. */
  seenPresence(present: boolean, nowMs: number): Judgement {
    if (present === (this.#held !== undefined)) return 'expected';
    if (this.#undead !== undefined) return 'revived';
    if (!this.isOpen(nowMs)) return 'wrong';
    return this.#open.some(({ held }) => (held !== undefined) === present) ? 'late' : 'wrong';
  }

  /** Whether an owner may have what the others have not. */
  get isUndead(): boolean {
    return this.#undead !== undefined;
  }

  /** Adds a step to {@link history}. */
  note(step: string): void {
    if (this.history.length === HISTORY) this.history.shift();
    this.history.push(step);
  }
}
