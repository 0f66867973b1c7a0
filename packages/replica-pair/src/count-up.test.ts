import type { EntryVersion, WriteResult } from '@kvtwin/versioned-value';
import { describe, expect, it } from 'vitest';
import { type CountedEntry, countUp } from './count-up.js';

const counter = (count: number): EntryVersion => ({ scheme: 'counter', token: String(count) });

/** An entry at a version, as a store has it; `next` counts. */
function entryAt(
  start: number,
  options: Partial<CountedEntry> & { readonly next?: (count: number) => number } = {},
) {
  const calls: string[] = [];
  let count = start;
  const { next = (now: number) => now + 1, ...rest } = options;
  const applied = (): WriteResult => ({ outcome: 'applied', version: counter(count) });
  const entry: CountedEntry = {
    capabilities: { replay: true },
    valueBytes: 10,
    look: async () => counter(count),
    writeIf: async (version) => {
      calls.push(`if ${version.token}`);
      if (version.token !== String(count)) return { outcome: 'mismatch', version: counter(count) };
      count = next(count);
      return applied();
    },
    replay: async (version) => {
      calls.push(`replay ${version.token}`);
      count = Number(version.token);
      return applied();
    },
    ...rest,
  };
  return { entry, calls };
}

describe('countUp', () => {
  it('writes once for each version between', async () => {
    const { entry, calls } = entryAt(3);
    expect(await countUp(entry, counter(3), counter(6))).toEqual({ outcome: 'applied', version: counter(6) });
    expect(calls).toEqual(['if 3', 'if 4', 'if 5']);
  });

  it('ends where somebody else wrote', async () => {
    const { entry, calls } = entryAt(7);
    expect(await countUp(entry, counter(3), counter(6))).toMatchObject({ outcome: 'mismatch' });
    expect(calls).toEqual(['if 3']);
  });

  it.each<[string, number, Partial<CountedEntry>]>([
    ['is far', 300, {}],
    ['would take many bytes', 20, { valueBytes: 1024 * 1024 }],
    ['cannot be counted to', 5, { capabilities: { replay: true, sameValueKeepsVersion: true } }],
  ])('takes a version in one write that %s', async (_, to, options) => {
    const { entry, calls } = entryAt(3, options);
    expect(await countUp(entry, counter(3), counter(to))).toMatchObject({ version: counter(to) });
    expect(calls).toEqual([`replay ${to}`]);
  });

  it('does not where somebody else wrote, or the store cannot', async () => {
    const changed = entryAt(4);
    expect(await countUp(changed.entry, counter(3), counter(900))).toMatchObject({ outcome: 'mismatch' });
    const gone = entryAt(4, { look: async () => undefined });
    expect(await countUp(gone.entry, counter(3), counter(900))).toEqual({ outcome: 'mismatch' });
    const unable = entryAt(3, { capabilities: {} });
    expect(await countUp(unable.entry, counter(3), counter(900))).toMatchObject({ version: counter(3) });
    expect([...changed.calls, ...gone.calls, ...unable.calls]).toEqual([]);
  });

  it('goes no further than asked where a node counts wrongly', async () => {
    const leaping = entryAt(63, { next: (count) => count + 17 });
    await countUp(leaping.entry, counter(63), counter(66));
    expect(leaping.calls).toEqual(['if 63']);
    const stuck = entryAt(63, { next: (count) => count });
    await countUp(stuck.entry, counter(63), counter(66));
    expect(stuck.calls).toEqual(['if 63', 'if 63', 'if 63']);
  });
});
