import { EntrySum } from './entry-sum.js';
import { type Place, placeName, placeOf } from './located-key.js';
import { type SkipReason, skipReasons } from './skip-reason.js';

/** How a key of the source was found. */
export type VerifiedAs =
  | { readonly as: 'copied' | 'held' | 'missing' | 'different' }
  | { readonly as: 'skipped'; readonly reason: SkipReason };

/** Keys of one place of the source by how they were found. */
export interface VerifiedCounts {
  readonly source: number;
  readonly copied: number;
  readonly held: number;
  readonly skipped: number;
  readonly reasons: Readonly<Partial<Record<SkipReason, number>>>;
  /** The target has none. */
  readonly missing: number;
  /** The target has another value. */
  readonly different: number;
}

/** What a place came to, with the digests of what was to be copied and of what the target holds for it. */
export interface VerifiedPlace extends VerifiedCounts {
  readonly place: Place;
  readonly digests: { readonly source: string; readonly target: string };
}

/** Counts keys by place. Places of a source are as many as its tables. */
export class VerifyTally {
  readonly #places = new Map<string, PlaceTally>();

  count(place: Place, found: VerifiedAs): void {
    const tally = this.#tallyOf(place);
    tally.counts.source++;
    tally.counts[found.as]++;
    if (found.as !== 'skipped') return;
    tally.reasons[found.reason] = (tally.reasons[found.reason] ?? 0) + 1;
  }

  /** The digests of an entry that was to be copied, and of what the target holds for it, if anything. */
  digest(place: Place, source: Uint8Array, target: Uint8Array | undefined): void {
    const { sums } = this.#tallyOf(place);
    sums.source.add(source);
    if (target !== undefined) sums.target.add(target);
  }

  /** In the order of their names. */
  get places(): readonly VerifiedPlace[] {
    return [...this.#places.entries()]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([, { counts, place, reasons, sums }]) => ({
        place,
        ...counts,
        reasons: inOrder(reasons),
        digests: { source: sums.source.toHex(), target: sums.target.toHex() },
      }));
  }

  get total(): Omit<VerifiedPlace, 'place'> {
    const total = newTally({ type: 'kv' });
    for (const { counts, reasons, sums } of this.#places.values()) {
      for (const name of Object.keys(total.counts) as (keyof PlaceTally['counts'])[]) {
        total.counts[name] += counts[name];
      }
      for (const reason of skipReasons) {
        const count = (total.reasons[reason] ?? 0) + (reasons[reason] ?? 0);
        if (count > 0) total.reasons[reason] = count;
      }
      total.sums.source.addSum(sums.source);
      total.sums.target.addSum(sums.target);
    }
    const { counts, reasons, sums } = total;
    const digests = { source: sums.source.toHex(), target: sums.target.toHex() };
    return { ...counts, reasons: inOrder(reasons), digests };
  }

  #tallyOf(place: Place): PlaceTally {
    const name = placeName(place);
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    const made = newTally(placeOf(place));
    this.#places.set(name, made);
    return made;
  }
}

interface PlaceTally {
  readonly place: Place;
  readonly counts: {
    source: number;
    copied: number;
    held: number;
    skipped: number;
    missing: number;
    different: number;
  };
  readonly reasons: Partial<Record<SkipReason, number>>;
  readonly sums: { readonly source: EntrySum; readonly target: EntrySum };
}

function newTally(place: Place): PlaceTally {
  return {
    place,
    counts: { source: 0, copied: 0, held: 0, skipped: 0, missing: 0, different: 0 },
    reasons: {},
    sums: { source: new EntrySum(), target: new EntrySum() },
  };
}

function inOrder(reasons: Partial<Record<SkipReason, number>>): Partial<Record<SkipReason, number>> {
  return Object.fromEntries(
    skipReasons.flatMap((reason) => (reasons[reason] === undefined ? [] : [[reason, reasons[reason]]])),
  );
}
