import type { ScannedEntry, Side, Two } from '@kvtwin/versioned-value';
import { scanBoth } from '../diff/scan-both.js';
import { steadyScan } from '../scan/steady-scan.js';
import type { AttemptParts } from './attempt-parts.js';
import type { DiffJobState } from './diff-job-state.js';
import { seenKey } from './job-keys.js';
import { jobSeed } from './job-seed.js';
import type { OrderedWrite } from './ordered-store.js';
import { encodeSeenEntry } from './seen-entry.js';

/** Keeps writes together with the state that they lead to. */
export type Keep = (writes: readonly OrderedWrite[], change: Partial<DiffJobState>) => Promise<DiffJobState>;

/** Scans both stores whole, from where they stand, and keeps a record of each entry by the hash of its key. */
export async function collectSeen(parts: AttemptParts, before: DiffJobState, keep: Keep): Promise<void> {
  let state = before;
  let { listings } = before;
  const at = (side: Side): 0 | 1 => (side === 'first' ? 0 : 1);
  await scanBoth({
    ...parts,
    scan: steadyScan,
    cursors: before.cursors,
    onBatch: async (side, { entries, cursor }) => {
      const writes = entries.map(
        ({ key, entry }): OrderedWrite => [seenKey(key, side), encodeSeenEntry(entry, jobSeed)],
      );
      const bytes = valueBytesOf(entries);
      parts.onShown(side, entries.length, bytes);
      state = await keep(writes, {
        listings,
        cursors: withOne(state.cursors, at(side), cursor),
        scanned: withOne(state.scanned, at(side), state.scanned[at(side)] + entries.length),
        valueBytes: state.valueBytes + bytes,
      });
    },
    onEnd: async (side) => {
      state = await keep([], { listings, cursors: withOne(state.cursors, at(side), null) });
    },
    onListed: (side, listing) => {
      // Kept with the next batch. A part that is listed anew after a stop replaces what was told of it.
      const others = listings.filter((each) => each.side !== side || each.part !== listing.part);
      listings = [...others, { side, ...listing }];
    },
  });
  await keep([], { listings, phase: 'comparing' });
}

function valueBytesOf(entries: readonly ScannedEntry[]): number {
  return entries.reduce((sum, { entry }) => sum + entry.value.length, 0);
}

function withOne<T>(two: Two<T>, at: 0 | 1, value: T): Two<T> {
  return at === 0 ? [value, two[1]] : [two[0], value];
}
