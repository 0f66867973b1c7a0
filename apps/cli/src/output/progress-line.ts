import type { CliOutput } from '../command-line/cli-io.js';
import { cutToColumns } from './display-width.js';

/** Redrawn so often that it looks alive, and seldom enough to cost nothing. */
const redrawMs = 100;

/** One line at the bottom of a terminal that is drawn over again. On anything but a terminal it prints nothing. */
export class ProgressLine {
  readonly #output: CliOutput;
  readonly #shown: boolean;
  #drawnAtMs = 0;
  #visible = false;

  constructor(output: CliOutput, quiet: boolean) {
    this.#output = output;
    this.#shown = output.isTTY && !quiet;
  }

  /** Draws what `line` answers, if it is time to. */
  show(nowMs: number, line: () => string): void {
    if (!this.#shown || nowMs - this.#drawnAtMs < redrawMs) return;
    this.#drawnAtMs = nowMs;
    this.#visible = true;
    this.#output.write(`\r\u001b[K${cutToColumns(line(), this.#output.columns - 1)}`);
  }

  /** Wipes the line, so that something else can be printed. */
  clear(): void {
    if (!this.#visible) return;
    this.#visible = false;
    this.#output.write('\r\u001b[K');
  }
}
