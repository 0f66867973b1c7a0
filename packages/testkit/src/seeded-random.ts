/** Random numbers that a seed fixes, so that a failing test can be run again. */
export interface SeededRandom {
  /** From 0 (included) to 1 (excluded). */
  next(): number;
  /** A whole number from `low` to `high`, both included. */
  integer(low: number, high: number): number;
  /** `length` random bytes. */
  bytes(length: number): Uint8Array;
  /** One of the items, which must not be empty. */
  pick<T>(items: readonly T[]): T;
  /** A new array with the same items in another order. */
  shuffle<T>(items: readonly T[]): T[];
}

/** `seed`: any 32-bit number. The generator is mulberry32: small, fast, good enough for tests, never for secrets. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const integer = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    integer,
    bytes: (length) => Uint8Array.from({ length }, () => integer(0, 255)),
    pick: (items) => items[integer(0, items.length - 1)]!,
    shuffle: (items) => shuffled(items, integer),
  };
}

function shuffled<T>(items: readonly T[], integer: (low: number, high: number) => number): T[] {
  const result = [...items];
  for (let at = result.length - 1; at > 0; at--) {
    const other = integer(0, at);
    [result[at], result[other]] = [result[other]!, result[at]!];
  }
  return result;
}
