import { performance } from 'node:perf_hooks';
import type { Cell } from '../cell.js';

/** One way to do the operations over and over, inside the process that measures it. */
export interface Competitor {
  /** Keeps `cell.depth` calls in flight until `pace` is over, and resolves once all are answered. */
  run(cell: Cell, pace: Pace): Promise<void>;
  close(): Promise<void>;
}

const MAX_SAMPLES = 65_536;
/** Times are taken of every 16th call, of every 4th where there are few. */
const SAMPLE_MASK = 15;
const SAMPLE_MASK_OF_FEW = 3;
const CLOCK_LOOK_EVERY = 32;

/** Counts what is answered, says when it is enough, and takes the time of some calls. */
export class Pace {
  answered = 0;
  readonly samplesMs: number[] = [];
  readonly #endMs: number;
  readonly #most: number;
  readonly #mask: number;
  readonly #lookEvery: number;
  #nextLook = 0;
  #over = false;

  /** Over after `ms`, or after `most` answers. */
  constructor(cell: Cell, ms: number, most: number = Number.POSITIVE_INFINITY) {
    this.#endMs = performance.now() + ms;
    this.#most = most;
    this.#mask = cell.depth >= 8 ? SAMPLE_MASK : SAMPLE_MASK_OF_FEW;
    this.#lookEvery = cell.size === '100 B' && cell.operation !== 'getAll' ? CLOCK_LOOK_EVERY : 1;
  }

  /** Whether the next call is one whose time is taken. */
  get sampled(): boolean {
    return (this.answered & this.#mask) === 0;
  }

  /** Looks at the clock only now and then, which costs more than some competitors' reads. */
  get over(): boolean {
    if (!this.#over && this.answered >= this.#nextLook) {
      this.#nextLook = this.answered + this.#lookEvery;
      this.#over = this.answered >= this.#most || performance.now() >= this.#endMs;
    }
    return this.#over;
  }

  took(ms: number): void {
    if (this.samplesMs.length < MAX_SAMPLES) this.samplesMs.push(ms);
  }
}

/** Calls one after the other, and whether their answers are right. */
export interface Calls {
  call(): Promise<unknown>;
  isRight?(answer: unknown): boolean;
}

/** `depth` loops that each await one call after the other, as an application's callers do. */
export async function runInLoops(depth: number, pace: Pace, { call, isRight }: Calls): Promise<void> {
  const loop = async (): Promise<void> => {
    do {
      const startedMs = pace.sampled ? performance.now() : 0;
      const answer = await call();
      if (startedMs !== 0) pace.took(performance.now() - startedMs);
      if (isRight !== undefined && !isRight(answer)) throw new Error(`a wrong answer: ${String(answer)}`);
      pace.answered++;
    } while (!pace.over);
  };
  await Promise.all(Array.from({ length: depth }, loop));
}
