import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differenceOf } from './text-difference.js';

function marked(before: string, after: string): string | undefined {
  return differenceOf(before, after)
    ?.map(({ kind, text }) => (kind === 'same' ? text : kind === 'removed' ? `[-${text}-]` : `{+${text}+}`))
    .join('');
}

describe('the difference of two texts', () => {
  it('shows digits one by one and words as a whole', () => {
    expect(
      marked(
        '{"plan":"pro","seats":5,"updated":"2026-11-21"}',
        '{"plan":"team","seats":8,"updated":"2026-11-22"}',
      ),
    ).toBe('{"plan":"[-pro-]{+team+}","seats":[-5-]{+8+},"updated":"2026-11-2[-1-]{+2+}"}');
  });

  it('is nothing but the text where the two are the same', () => {
    expect(differenceOf('same', 'same')).toEqual([{ kind: 'same', text: 'same' }]);
    expect(differenceOf('', '')).toEqual([]);
  });

  it('gives up on texts whose table would be too large', () => {
    expect(differenceOf('1'.repeat(2000), '2'.repeat(2000))).toBeUndefined();
  });

  it('always leads from the one to the other', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (before, after) => {
        const runs = differenceOf(before, after)!;
        const without = (kind: string): string =>
          runs
            .filter((run) => run.kind !== kind)
            .map((run) => run.text)
            .join('');
        expect(without('added')).toBe(before);
        expect(without('removed')).toBe(after);
      }),
    );
  });
});
