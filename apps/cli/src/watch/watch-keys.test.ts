import { ManualClock, type PairRead, StoreError } from '@kvtwin/versioned-value';
import { describe, expect, it } from 'vitest';
import { type WatchEnd, type WatchParts, watchKeys } from './watch-keys.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (kind: PairRead['kind']): PairRead =>
  ({ kind, sides: [{ state: 'absent' }, { state: 'absent' }] }) as unknown as PairRead;

type Round = Readonly<Record<string, PairRead['kind']>> | 'fails';

interface Watched {
  readonly changes: string[];
  readonly end: WatchEnd;
}

async function watched(rounds: readonly Round[], more: Partial<WatchParts> = {}): Promise<Watched> {
  const changes: string[] = [];
  const clock = new ManualClock();
  let round = 0;
  const end = await watchKeys({
    look: async function* () {
      const seen = rounds[round++]!;
      if (seen === 'fails') throw new StoreError('gone', { code: 'STORE_UNREACHABLE' });
      for (const [key, kind] of Object.entries(seen)) yield { key: utf8(key), read: read(kind) };
    },
    confirm: async (_, first) => first,
    clock: { nowMs: () => clock.nowMs(), sleep: async (_, signal) => signal?.throwIfAborted() },
    intervalMs: 1000,
    rounds: rounds.length,
    signal: new AbortController().signal,
    onChange: async ({ key, before, read: { kind } }) => {
      changes.push(`${Buffer.from(key)} ${before ?? '-'} > ${kind}`);
    },
    onFailure: async (error) => {
      changes.push(error.code);
    },
    ...more,
  });
  return { changes, end };
}

describe('watching keys', () => {
  it('tells of each key once, and then only of changes', async () => {
    const { changes, end } = await watched([
      { a: 'agreed', b: 'value-conflict' },
      { a: 'agreed', b: 'value-conflict' },
      { a: 'one-sided', b: 'agreed' },
      { a: 'one-sided' },
    ]);
    expect(changes).toEqual([
      'a - > agreed',
      'b - > value-conflict',
      'a agreed > one-sided',
      'b value-conflict > agreed',
      'b agreed > absent',
    ]);
    expect(end).toEqual({ interrupted: false, differing: 1, unreadable: 0 });
  });

  it('says nothing of a difference that is gone when it is looked at again', async () => {
    const { changes } = await watched([{ a: 'agreed' }, { a: 'one-sided' }], {
      confirm: async () => read('agreed'),
    });
    expect(changes).toEqual(['a - > agreed']);
  });

  it('takes nothing for gone where a look fails, and goes on', async () => {
    const { changes, end } = await watched([{ a: 'value-conflict' }, 'fails', { a: 'value-conflict' }]);
    expect(changes).toEqual(['a - > value-conflict', 'STORE_UNREACHABLE']);
    expect(end.differing).toBe(1);
  });

  it('ends once all agree, where that is asked for', async () => {
    const rounds: Round[] = [
      { a: 'one-sided', b: 'absent' },
      { a: 'agreed', b: 'absent' },
      { a: 'one-sided' },
    ];
    const { changes, end } = await watched(rounds, { untilAgreed: true });
    expect(changes).toHaveLength(3);
    expect(end).toEqual({ interrupted: false, differing: 0, unreadable: 0 });
  });

  it('ends when the signal fires', async () => {
    const stopping = new AbortController();
    const { end } = await watched([{ a: 'unreadable' }, { a: 'agreed' }], {
      signal: stopping.signal,
      onChange: async () => stopping.abort(),
    });
    expect(end).toEqual({ interrupted: true, differing: 0, unreadable: 1 });
  });
});
