import type { CacheEventType } from '@kvtwin/hotrod-protocol';
import { fromByteKey } from './byte-key.js';
import type { CacheEntry } from './cache-entry.js';

/** What happened to an entry. `entry` is what the key holds now; absent where it was removed or expired. */
export interface CacheChange {
  readonly type: CacheEventType;
  readonly key: Uint8Array;
  readonly entry?: CacheEntry;
}

/** Who wants to hear of the changes of a cache, at whatever node it is. Told at once, in order of the changes. */
export class CacheChanges {
  readonly #subscribers = new Set<(change: CacheChange) => void>();
  #silent = false;

  /** Whether anybody listens: where nobody does, changes cost nothing. */
  get wanted(): boolean {
    return this.#subscribers.size > 0 && !this.#silent;
  }

  /** Calls back at every change until the function that it returns is called. */
  subscribe(onChange: (change: CacheChange) => void): () => void {
    this.#subscribers.add(onChange);
    return () => this.#subscribers.delete(onChange);
  }

  /** Does something that nobody hears of. */
  silently<T>(act: () => T): T {
    const before = this.#silent;
    this.#silent = true;
    try {
      return act();
    } finally {
      this.#silent = before;
    }
  }

  tell(type: CacheEventType, byteKey: string, entry?: CacheEntry): void {
    if (!this.wanted) {
      return;
    }
    const change = { type, key: fromByteKey(byteKey), ...(entry === undefined ? {} : { entry }) };
    for (const onChange of [...this.#subscribers]) {
      onChange(change);
    }
  }
}
