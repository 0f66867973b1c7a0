/** Figures of a workload, or of a part of it. Times in milliseconds. */
export interface WorkloadFigures {
  readonly name: string;
  readonly durationMs: number;
  /** Calls that were answered. */
  readonly answered: number;
  readonly answeredPerSecond: number;
  /** Calls that failed, by code. */
  readonly errors: Readonly<Record<string, number>>;
  /** Those of them that were writes which may have been applied. */
  readonly maybeWritten: number;
  /** Of those, how many were seen to have been. */
  readonly late: number;
  /** Removals of an entry that were answered with "there was none" while the cluster changed. */
  readonly removalsDenied: number;
  /** Reads that saw what such a removal was to take away come back, or go again. */
  readonly revived: number;
  /** Longest time in which no call was answered. */
  readonly longestPauseMs: number;
  /** Longest time that a call took, whatever its end. */
  readonly longestCallMs: number;
}

/** Counts while a part of a workload goes on. */
export class FigureCounter {
  answered = 0;
  maybeWritten = 0;
  late = 0;
  removalsDenied = 0;
  revived = 0;
  readonly errors = new Map<string, number>();
  readonly #name: string;
  readonly #beganMs: number;
  #lastAnswerMs: number;
  #longestPauseMs = 0;
  #longestCallMs = 0;

  constructor(name: string, nowMs: number) {
    this.#name = name;
    this.#beganMs = nowMs;
    this.#lastAnswerMs = nowMs;
  }

  onAnswer(beganMs: number, nowMs: number): void {
    this.answered++;
    this.#longestPauseMs = Math.max(this.#longestPauseMs, nowMs - this.#lastAnswerMs);
    this.#lastAnswerMs = nowMs;
    this.#onEnd(beganMs, nowMs);
  }

  onError(code: string, beganMs: number, nowMs: number): void {
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
    this.#onEnd(beganMs, nowMs);
  }

  figures(nowMs: number): WorkloadFigures {
    const durationMs = nowMs - this.#beganMs;
    return {
      name: this.#name,
      durationMs: Math.round(durationMs),
      answered: this.answered,
      answeredPerSecond: durationMs === 0 ? 0 : Math.round((this.answered * 1_000) / durationMs),
      errors: Object.fromEntries([...this.errors].sort()),
      maybeWritten: this.maybeWritten,
      late: this.late,
      removalsDenied: this.removalsDenied,
      revived: this.revived,
      longestPauseMs: Math.round(Math.max(this.#longestPauseMs, nowMs - this.#lastAnswerMs)),
      longestCallMs: Math.round(this.#longestCallMs),
    };
  }

  #onEnd(beganMs: number, nowMs: number): void {
    this.#longestCallMs = Math.max(this.#longestCallMs, nowMs - beganMs);
  }
}
