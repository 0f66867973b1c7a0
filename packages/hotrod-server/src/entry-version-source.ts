const golden = 0x9e3779b97f4a7c15n;

/**
 * Hands out entry versions: signed 64-bit, random-looking, never 0 or -1, and no number twice.
 * A counter goes through a bijective mixer (SplitMix64), so two versions of one source can never be equal, and nobody
 * mistakes them for a sequence.
 */
export class EntryVersionSource {
  #state: bigint;

  /** `seed`: any 64 bits; the same seed gives the same versions. */
  constructor(seed: bigint) {
    this.#state = BigInt.asUintN(64, seed);
  }

  next(): bigint {
    for (;;) {
      this.#state = BigInt.asUintN(64, this.#state + golden);
      const version = BigInt.asIntN(64, mix(this.#state));
      if (version !== 0n && version !== -1n) {
        return version;
      }
    }
  }
}

function mix(state: bigint): bigint {
  let z = state;
  z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return z ^ (z >> 31n);
}
