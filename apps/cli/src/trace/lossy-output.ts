import type { CliOutput } from '../command-line/cli-io.js';

/** Text that waits for a slow reader; past it lines are dropped, and counted. Some thousand lines. */
const maxWaitingCharacters = 4 * 1024 * 1024;

/** Writes lines without ever waiting: what is traced must not slow down because whoever reads the trace is slow. */
export class LossyOutput {
  readonly #output: CliOutput;
  readonly #lost: (count: number) => string;
  readonly #maxWaiting: number;
  #waiting: string[] = [];
  #waitingCharacters = 0;
  #draining: Promise<void> | undefined;
  #dropped = 0;
  /** Lines dropped since the beginning. */
  droppedInAll = 0;

  /** `lost` makes the line that stands where so many were dropped. */
  constructor(output: CliOutput, lost: (count: number) => string, maxWaiting: number = maxWaitingCharacters) {
    this.#output = output;
    this.#lost = lost;
    this.#maxWaiting = maxWaiting;
  }

  writeLine(line: string): void {
    if (this.#draining === undefined) {
      if (!this.#output.write(`${line}\n`)) this.#draining = this.#drain();
    } else if (this.#waitingCharacters + line.length > this.#maxWaiting) {
      this.#dropped++;
      this.droppedInAll++;
    } else {
      if (this.#dropped > 0) this.#keep(this.#lost(this.#dropped));
      this.#dropped = 0;
      this.#keep(line);
    }
  }

  /** Resolves when all that waits is written. */
  async flush(): Promise<void> {
    await this.#draining;
  }

  /** {@link flush}, or gives up: a reader that is stuck must not keep the command. */
  async flushWithin(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    await Promise.race([this.flush(), late]);
    clearTimeout(timer);
  }

  #keep(line: string): void {
    this.#waiting.push(`${line}\n`);
    this.#waitingCharacters += line.length;
  }

  async #drain(): Promise<void> {
    for (;;) {
      await this.#output.drained();
      if (this.#dropped > 0) this.#keep(this.#lost(this.#dropped));
      this.#dropped = 0;
      if (this.#waiting.length === 0) break;
      const text = this.#waiting.join('');
      this.#waiting = [];
      this.#waitingCharacters = 0;
      this.#output.write(text);
    }
    this.#draining = undefined;
  }
}
