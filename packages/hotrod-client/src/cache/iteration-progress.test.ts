import { type IterationBatch, segmentSet } from '@kvtwin/hotrod-protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SegmentView } from '../cluster/segment-view.js';
import { IterationProgress } from './iteration-progress.js';

const SEGMENTS = 8;
const view: SegmentView = { segmentCount: SEGMENTS, segmentOf: (key) => (key[0] as number) % SEGMENTS };
const ALL = Array.from({ length: SEGMENTS }, (_, segment) => segment);

const entry = (at: number) => ({ key: Uint8Array.of(at), values: [new Uint8Array()] });
const batch = (keys: readonly number[], finished: readonly number[] = []): IterationBatch =>
  ({ outcome: 'ok', entries: keys.map(entry), finishedSegments: segmentSet(finished) }) as never;

describe('the progress of a walk', () => {
  it('is each entry once, wherever cursors are lost', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(255), { maxLength: 100 }),
        fc.array(fc.record({ losses: fc.boolean(), size: fc.integer({ min: 1, max: 9 }) }), { minLength: 1 }),
        (keys, steps) => {
          const progress = new IterationProgress(undefined);
          const seen: number[] = [];
          let segments = ALL;
          let left: number[] = [...keys];
          for (let step = 0; left.length > 0 || segments.length > 0; step++) {
            const { losses, size } = steps[step % steps.length]!;
            if (losses && step < 50) {
              segments = progress.resume(view)!;
              left = keys.filter((key) => segments.includes(key % SEGMENTS)).reverse();
              if (left.length === 0) break;
            }
            const taken = left.splice(0, size);
            const finished = segments.filter((segment) => !left.some((key) => key % SEGMENTS === segment));
            segments = segments.filter((segment) => !finished.includes(segment));
            for (const { key } of progress.take(batch(taken, finished), view)) seen.push(key[0]!);
          }
          expect(seen.toSorted((a, b) => a - b)).toEqual(keys.toSorted((a, b) => a - b));
        },
      ),
    );
  });

  it('goes on with what is not done of what was asked for', () => {
    const progress = new IterationProgress([1, 2, 3]);
    progress.take(batch([1, 9], [1]), view);
    expect(progress.resume(view)).toEqual([2, 3]);
    expect(progress.take(batch([2, 10], [2]), view)).toHaveLength(2);
    progress.take(batch([3]), view);
    expect(progress.resume(view)).toEqual([3]);
    expect(progress.take(batch([3, 11], [3]), view)).toMatchObject([{ key: Uint8Array.of(11) }]);
    expect(progress.resume(view)).toEqual([]);
  });

  it('cannot be told without segments, and stays so', () => {
    const without = new IterationProgress(undefined);
    without.take(batch([1]), undefined);
    expect(without.resume(undefined)).toBeUndefined();
    const unknown = new IterationProgress(undefined);
    unknown.take(batch([1]), view);
    expect(unknown.resume({ segmentCount: SEGMENTS, segmentOf: () => undefined })).toBeUndefined();
    expect(unknown.resume(view)).toBeUndefined();
  });
});
