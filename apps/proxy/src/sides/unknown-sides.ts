import { StoreError } from '@kvtwin/versioned-value';
import type { Peer } from '../cluster/cluster.js';
import type { PairCommands } from '../commands/pair-commands.js';

/** For a pair that a program hands in: nothing is known of its sides, so what asks them by themselves is unsupported. */
export class UnknownSides implements PairCommands, Peer {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  list(): Promise<never> {
    return this.#refuse('list');
  }

  text(): Promise<never> {
    return this.#refuse('text');
  }

  cacheRead(): Promise<never> {
    return this.#refuse('cache');
  }

  cacheWrite(): Promise<never> {
    return this.#refuse('cache');
  }

  add(): Promise<never> {
    return this.#refuse('add');
  }

  async #refuse(operation: string): Promise<never> {
    throw new StoreError(
      `${operation} on ${this.name}: a pair that was handed in does only reads and writes`,
      {
        code: 'STORE_UNSUPPORTED',
        store: this.name,
        operation,
      },
    );
  }
}
