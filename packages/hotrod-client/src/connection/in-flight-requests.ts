/**
 * The requests that await an answer on one connection, by message id.
 *
 * ```
 *   ids given out one after the other, slot = id & mask
 *   slots:   [ 9 | – | – | – | 5 | 6 | – | 8 ]      next id: 10
 *                              ↑ oldest
 * ```
 *
 * No hash map on the way of the ordinary request. A request that stays unanswered for long would stand in the way of the
 * ids that come round to its slot: it moves to a map of stragglers, so that the ring keeps the size of the traffic.
 */
export class InFlightRequests<T> {
  #slots: (T | undefined)[];
  #ids: Float64Array;
  #mask: number;
  #nextId = 1;
  #size = 0;
  readonly #stragglers = new Map<number, T>();

  /** `capacity`: first number of slots, a power of two. */
  constructor(capacity = 64) {
    this.#slots = new Array<T | undefined>(capacity).fill(undefined);
    this.#ids = new Float64Array(capacity);
    this.#mask = capacity - 1;
  }

  /** Requests that await an answer, also those whose caller has gone. */
  get size(): number {
    return this.#size;
  }

  /** Keeps a request and gives it the next id: 1, 2, 3 … (events carry 0). */
  add(request: T): number {
    const id = this.#nextId++;
    let slot = this.#slotOf(id);
    if (this.#slots[slot] !== undefined) {
      this.#makeRoom(slot);
      slot = this.#slotOf(id);
    }
    this.#slots[slot] = request;
    this.#ids[slot] = id;
    this.#size++;
    return id;
  }

  /** The request of an id, which stays. */
  peek(id: number): T | undefined {
    const slot = this.#slotOf(id);
    return this.#ids[slot] === id ? this.#slots[slot] : this.#stragglers.get(id);
  }

  /** The request of an id, which is then forgotten. */
  take(id: number): T | undefined {
    const slot = this.#slotOf(id);
    const request = this.#slots[slot];
    if (request !== undefined && this.#ids[slot] === id) {
      this.#slots[slot] = undefined;
      this.#size--;
      return request;
    }
    const straggler = this.#stragglers.get(id);
    if (straggler !== undefined) {
      this.#stragglers.delete(id);
      this.#size--;
    }
    return straggler;
  }

  /** Calls `visit` for each request, the stragglers first; `visit` must not add or take. */
  forEach(visit: (request: T, id: number) => void): void {
    for (const [id, request] of this.#stragglers) visit(request, id);
    if (this.#size === this.#stragglers.size) return;
    for (let id = Math.max(1, this.#nextId - this.#slots.length); id < this.#nextId; id++) {
      const slot = this.#slotOf(id);
      const request = this.#slots[slot];
      if (request !== undefined && this.#ids[slot] === id) visit(request, id);
    }
  }

  /** Forgets all and returns them in the order of their ids. */
  drain(): T[] {
    const all: T[] = [];
    this.forEach((request) => {
      all.push(request);
    });
    this.#slots.fill(undefined);
    this.#stragglers.clear();
    this.#size = 0;
    return all;
  }

  #slotOf(id: number): number {
    // `&` works on 32 bits; the low bits of a larger id are the same after the remainder.
    return id <= 0x7fff_ffff ? id & this.#mask : id % this.#slots.length;
  }

  /** The slot is taken by an older request: grow when the ring is well filled, else put that request aside. */
  #makeRoom(slot: number): void {
    const inRing = this.#size - this.#stragglers.size;
    if (inRing * 2 >= this.#slots.length) {
      this.#grow();
      return;
    }
    this.#stragglers.set(this.#ids[slot] as number, this.#slots[slot] as T);
    this.#slots[slot] = undefined;
  }

  #grow(): void {
    const slots = this.#slots;
    const ids = this.#ids;
    const capacity = slots.length * 2;
    this.#slots = new Array<T | undefined>(capacity).fill(undefined);
    this.#ids = new Float64Array(capacity);
    this.#mask = capacity - 1;
    for (let old = 0; old < slots.length; old++) {
      const request = slots[old];
      if (request === undefined) continue;
      const slot = this.#slotOf(ids[old] as number);
      this.#slots[slot] = request;
      this.#ids[slot] = ids[old] as number;
    }
  }
}
