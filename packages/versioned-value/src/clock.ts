/** Time as it is handed in, so that tests turn it by hand. */
export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
  /**
   * Milliseconds since some moment, with fractions, never set back: for measuring how long something takes. Clocks need
   * not have it; {@link nowMs} will do then.
   */
  fineMs?(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it fires first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /**
   * Calls `ring` once after `ms` milliseconds: a sleep for those who take it up and leave it thousands of times a second.
   * Clocks need not have it.
   */
  alarm?(ms: number, ring: () => void): Alarm;
}

/** A call that a clock will make. */
export interface Alarm {
  /** Whether it keeps the process alive, as it does at first. */
  hold(busy: boolean): void;
  /** Without effect once it rang. */
  cancel(): void;
}
