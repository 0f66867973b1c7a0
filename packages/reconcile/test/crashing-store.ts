import { MemoryOrderedStore } from '../src/job/memory-ordered-store.js';
import type { OrderedWrite } from '../src/job/ordered-store.js';

/** Fails at a write, before or (`kept`) after it happened, and at every later one, as if its process were gone. */
export class CrashingStore extends MemoryOrderedStore {
  writes = 0;
  crashAt = Number.POSITIVE_INFINITY;
  kept = false;

  override async write(entries: readonly OrderedWrite[]): Promise<void> {
    if (this.writes >= this.crashAt + (this.kept ? 1 : 0)) throw new Error('crashed');
    this.writes++;
    await super.write(entries);
    if (this.kept && this.writes > this.crashAt) throw new Error('crashed');
  }
}
