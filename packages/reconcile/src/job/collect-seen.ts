import type { Side, Two } from '@kvtwin/versioned-value';
import { scanBoth } from '../diff/scan-both.js';
import { shownScan } from '../scan/shown-scan.js';
import type { AttemptParts } from './attempt-parts.js';
import type { DiffJobState } from './diff-job-state.js';
import { seenKey } from './job-keys.js';
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
    scan: (store, options) => shownScan(store, options, () => parts.shown.take()),
    cursors: before.cursors,
    onBatch: async (side, { visitor, entries, cursor }) => {
      const writes: OrderedWrite[] = [];
      for (let entry = 0; entry < entries; entry++) {
        writes.push([seenKey(visitor, entry, side), encodeSeenEntry(visitor, entry)]);
      }
      const bytes = visitor.valueBytes;
      parts.shown.giveBack(visitor);
      parts.onShown(side, entries, bytes);
      state = await keep(writes, {
        listings,
        cursors: withOne(state.cursors, at(side), cursor),
        scanned: withOne(state.scanned, at(side), state.scanned[at(side)] + entries),
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

function withOne<T>(two: Two<T>, at: 0 | 1, value: T): Two<T> {
  return at === 0 ? [value, two[1]] : [two[0], value];
}
