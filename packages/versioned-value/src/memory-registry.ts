import { MemoryData } from './memory-data.js';

/**
 * Keeps the data of in-memory families by name, so that `memory:NAME` opened twice in one process is the same data.
 * The owner decides how long it lives: hand the same registry to every `openMemoryStoreFamily` that is to share.
 */
export class MemoryRegistry {
  readonly #families = new Map<string, MemoryData>();

  /** The data of that name, empty on first use. */
  dataOf(name: string): MemoryData {
    const known = this.#families.get(name);
    if (known !== undefined) return known;
    const made = new MemoryData();
    this.#families.set(name, made);
    return made;
  }
}
