import { ShownEntries, type ShownOptions } from './shown-entries.js';

/** More than are in use at a time are not kept. */
const mostKept = 32;

/** Batches that were compared lend their memory to the next ones. */
export class ShownPool {
  readonly #options: ShownOptions;
  readonly #free: ShownEntries[] = [];

  constructor(options: ShownOptions) {
    this.#options = options;
  }

  take(): ShownEntries {
    return this.#free.pop() ?? new ShownEntries(this.#options);
  }

  /** Takes back one that nobody looks at any more. */
  giveBack(shown: ShownEntries): void {
    if (this.#free.length === mostKept) return;
    shown.clear();
    this.#free.push(shown);
  }
}
