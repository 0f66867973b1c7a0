/** How rows ended, by their number, at one byte each: a million rows take 1 MB. */
export class RowOutcomes<Name extends string> {
  readonly #names: readonly Name[];
  #codes = new Uint8Array(1024);
  #size = 0;

  /** `names`: all outcomes there are, 255 at most. */
  constructor(names: readonly Name[]) {
    this.#names = names;
  }

  /** Rows with an outcome. */
  get size(): number {
    return this.#size;
  }

  get(row: number): Name | undefined {
    return this.#names[(this.#codes[row] ?? 0) - 1];
  }

  set(row: number, name: Name): void {
    if (row >= this.#codes.length) {
      const grown = new Uint8Array(Math.max(row + 1, this.#codes.length * 2));
      grown.set(this.#codes);
      this.#codes = grown;
    }
    if (this.#codes[row] === 0) this.#size++;
    this.#codes[row] = this.#names.indexOf(name) + 1;
  }
}
