/** Pauses between attempts to connect. */
export interface ReconnectBackoffOptions {
  readonly minMs: number;
  readonly maxMs: number;
  /** 0 up to 1. */
  readonly random: () => number;
}

/** Doubling pauses, each shortened at random by up to a half, so that clients of a restarted server do not come at once. */
export class ReconnectBackoff {
  #failures = 0;

  constructor(private readonly options: ReconnectBackoffOptions) {}

  /** Attempts that failed since the last success. */
  get failures(): number {
    return this.#failures;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  /** Milliseconds until the next attempt. */
  failed(): number {
    const { minMs, maxMs, random } = this.options;
    const full = Math.min(maxMs, minMs * 2 ** Math.min(this.#failures++, 30));
    return Math.max(1, Math.round(full * (1 - random() / 2)));
  }
}
