import type { CliOutput } from '../command-line/cli-io.js';

const lineFeed = 10;

/** An output that knows whether its last line is ended: a prompt would be drawn over one that is not. */
export class LineEndOutput implements CliOutput {
  readonly #output: CliOutput;
  #isEnded = true;

  constructor(output: CliOutput) {
    this.#output = output;
  }

  get isTTY(): boolean {
    return this.#output.isTTY;
  }

  get columns(): number {
    return this.#output.columns;
  }

  write(chunk: string | Uint8Array): boolean {
    if (chunk.length > 0) this.#isEnded = chunk.at(-1) === '\n' || chunk.at(-1) === lineFeed;
    return this.#output.write(chunk);
  }

  drained(): Promise<void> {
    return this.#output.drained();
  }

  /** Ends the last line, if it is not. */
  endLine(): void {
    if (!this.#isEnded) this.write('\n');
  }
}
