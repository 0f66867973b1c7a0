/** What waits in a {@link WaitingLine}. */
export interface Waiting {
  /** Its number in the line; kept by the line. */
  place: number;
}

/**
 * First in, first out; who gives up leaves. No Set: each table that V8 makes of one, as entries come and go, points to the next, so
 * that once one dead table is old the collector keeps all behind it, with all that ever waited.
 */
export class WaitingLine<T extends Waiting> {
  #slots: (T | undefined)[] = [];
  /** The first slot that may be filled, and the place that slot 0 stands for. */
  #head = 0;
  #firstPlace = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(item: T): void {
    item.place = this.#firstPlace + this.#slots.length;
    this.#slots.push(item);
    this.#size++;
  }

  /** The one that waits longest; it stays. */
  get first(): T | undefined {
    if (this.#size === 0) return undefined;
    while (this.#slots[this.#head] === undefined) this.#head++;
    return this.#slots[this.#head];
  }

  /** The one that waits longest. */
  take(): T | undefined {
    const item = this.first;
    if (item !== undefined) this.delete(item);
    return item;
  }

  /** Without effect where it does not wait here. */
  delete(item: T): void {
    const slot = item.place - this.#firstPlace;
    if (this.#slots[slot] !== item) return;
    this.#slots[slot] = undefined;
    this.#size--;
    if (this.#size === 0) this.#drop(this.#slots.length);
    else if (slot === this.#head && ++this.#head >= 1024 && this.#head * 2 > this.#slots.length) {
      this.#drop(this.#head);
    }
  }

  /** All, oldest first. */
  all(): T[] {
    return this.#slots.filter((item) => item !== undefined);
  }

  #drop(count: number): void {
    this.#slots = this.#slots.slice(count);
    this.#firstPlace += count;
    this.#head = 0;
  }
}
