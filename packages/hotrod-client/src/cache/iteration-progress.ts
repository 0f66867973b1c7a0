import { type IterationBatch, type IterationEntry, segmentsOf } from '@kvtwin/hotrod-protocol';
import type { SegmentView } from '../cluster/segment-view.js';
import { latin1Text } from './latin1-text.js';

/** From so many remembered keys on it is looked which of them belong to segments that are done. */
const FIRST_SORTING = 20_000;
/** More are not remembered: such a walk cannot be resumed. Some hundred megabytes of short keys. */
const MAX_KEYS = 1_000_000;

/**
 * How far a walk through a cache has come: the segments that are done, and the keys that were seen in the others.
 *
 * ```
 *   segments:  done │ done │ half done: keys seen │ not begun      lost cursor → begin anew with the two on the right,
 *                                                                  and leave out the keys seen
 * ```
 */
export class IterationProgress {
  readonly #asked: readonly number[] | undefined;
  readonly #done = new Set<number>();
  #keys: string[] = [];
  #sortAt = FIRST_SORTING;
  #delivered: ReadonlySet<string> | undefined;
  #lost = false;

  /** `asked`: the segments of the walk; undefined: all. */
  constructor(asked: readonly number[] | undefined) {
    this.#asked = asked;
  }

  /** Notes a batch; those of its entries that have not been in one before. */
  take(
    { entries, finishedSegments }: IterationBatch,
    view: SegmentView | undefined,
  ): readonly IterationEntry[] {
    const delivered = this.#delivered;
    const fresh =
      delivered === undefined ? entries : entries.filter(({ key }) => !delivered.has(latin1Text(key)));
    if (!this.#lost) for (const { key } of fresh) this.#keys.push(latin1Text(key));
    for (const segment of segmentsOf(finishedSegments)) this.#done.add(segment);
    if (this.#keys.length >= this.#sortAt) this.#sort(view);
    return fresh;
  }

  /** The segments to begin anew with, after which {@link take} leaves out what has been delivered. Undefined: it cannot be told. */
  resume(view: SegmentView | undefined): number[] | undefined {
    this.#sort(view);
    if (this.#lost || view === undefined) return undefined;
    this.#delivered = new Set(this.#keys);
    const all = this.#asked ?? Array.from({ length: view.segmentCount }, (_, segment) => segment);
    return all.filter((segment) => !this.#done.has(segment));
  }

  /** Forgets the keys of segments that are done. */
  #sort(view: SegmentView | undefined): void {
    const kept: string[] = [];
    for (const key of this.#keys) {
      const segment = view?.segmentOf(Buffer.from(key, 'latin1'));
      if (segment === undefined) this.#lost = true;
      else if (!this.#done.has(segment)) kept.push(key);
    }
    if (kept.length > MAX_KEYS / 2) this.#lost = true;
    this.#keys = this.#lost ? [] : kept;
    this.#sortAt = Math.max(FIRST_SORTING, kept.length * 2);
  }
}
