import { toByteString } from '@kvtwin/versioned-value';
import { malformed, type PlanHeader, parsePlanEnd, parsePlanHeader, parsePlanRow } from './plan-file.js';
import type { PlanRow } from './plan-row.js';

/** Checks a plan line by line as it is read: each line by itself, and that the whole was neither cut off nor added to. */
export class PlanReader {
  #header: PlanHeader | undefined;
  #made: number | undefined;
  #line = 0;
  #rows = 0;
  readonly #lineOfKey: Map<string, number> | undefined;

  /** `checkKeys: false` does not look for keys that come twice, and keeps none: for a plan that was read before. */
  constructor({ checkKeys = true }: { readonly checkKeys?: boolean } = {}) {
    this.#lineOfKey = checkKeys ? new Map() : undefined;
  }

  /** Undefined before the first line. */
  get header(): PlanHeader | undefined {
    return this.#header;
  }

  /** Rows so far. */
  get rows(): number {
    return this.#rows;
  }

  /** Rows that the plan had when it was made; undefined before its last line. */
  get made(): number | undefined {
    return this.#made;
  }

  /**
   * Takes the next line; answers its row, or undefined for the header, the last line, an empty one, and one that a
   * person has put out of work by a `#`. `STORE_INVALID_ARGUMENT` names the line that is wrong.
   */
  take(line: string): PlanRow | undefined {
    const number = ++this.#line;
    if (number === 1) {
      this.#header = parsePlanHeader(line);
      return undefined;
    }
    if (line.trim() === '' || line.startsWith('#')) return undefined;
    if (this.#made !== undefined) throw malformed(number, 'it comes after the last line of the plan');
    const end = parsePlanEnd(line, number);
    if (end !== undefined) {
      this.#made = end.rows;
      return undefined;
    }
    const row = parsePlanRow(line, number, this.#header?.names);
    this.#checkKey(row.key, number);
    this.#rows++;
    return row;
  }

  #checkKey(key: Uint8Array, number: number): void {
    if (this.#lineOfKey === undefined) return;
    const name = toByteString(key);
    const before = this.#lineOfKey.get(name);
    if (before !== undefined) throw malformed(number, `its key is that of line ${before}`);
    this.#lineOfKey.set(name, number);
  }

  /** To be called after the last line: `STORE_INVALID_ARGUMENT` where the plan does not end there. */
  end(): { readonly header: PlanHeader; readonly rows: number; readonly made: number } {
    if (this.#header === undefined) throw malformed(1, 'the file is empty; it is no plan');
    if (this.#made !== undefined) return { header: this.#header, rows: this.#rows, made: this.#made };
    throw malformed(this.#line + 1, 'the plan ends without its last line: it was cut off. Make it again');
  }
}
