import { describe, expect, it } from 'vitest';
import { callTarget } from '../call-target.js';
import { HotRodError } from '../hotrod-error.js';
import { ownerParts } from './owner-parts.js';
import { settleParts } from './settle-parts.js';

const put = { operation: 'putAll', cache: 'c', writes: true };
const lost = (mayHaveBeenApplied: boolean) =>
  new HotRodError('lost', { code: 'HOTROD_CONNECTION_LOST', retryable: true, mayHaveBeenApplied });

describe('the parts of a call', () => {
  it('have the keys of one owner each', () => {
    const router = { ownerOf: (_: unknown, key: Uint8Array) => (key[0] as number) % 3 || undefined };
    const keys = [1, 4, 3, 2, 6, 5].map((byte) => Uint8Array.of(byte));
    expect(ownerParts(router, callTarget({ cacheName: 'c' }), keys)).toEqual([
      [0, 1],
      [2, 4],
      [3, 5],
    ]);
  });

  it('give their results in order', async () => {
    const parts = [1, 2].map((result) => ({ keys: 1, outcome: Promise.resolve(result) }));
    expect(await settleParts(put, parts)).toEqual([1, 2]);
    expect(await settleParts(put, [])).toEqual([]);
  });

  it('fail as the call does where there is one', async () => {
    const error = lost(false);
    await expect(settleParts(put, [{ keys: 9, outcome: Promise.reject(error) }])).rejects.toBe(error);
  });

  it('tell how much of a write was done when some fail', async () => {
    const parts = [
      { keys: 2, outcome: Promise.reject(lost(false)) },
      { keys: 5, outcome: Promise.resolve() },
    ];
    await expect(settleParts(put, parts)).rejects.toMatchObject({
      code: 'HOTROD_CONNECTION_LOST',
      message: 'putAll failed for 2 of 7 keys: lost; the other 5 were done',
      mayHaveBeenApplied: true,
      retryable: true,
    });
  });

  it.each([true, false])('say what may have been applied where all fail (%s)', async (mayHaveBeenApplied) => {
    const parts = [1, 2].map((keys) => ({
      keys,
      outcome: Promise.reject(lost(keys === 2 && mayHaveBeenApplied)),
    }));
    await expect(settleParts(put, parts)).rejects.toMatchObject({ mayHaveBeenApplied });
    const read = { ...put, operation: 'getAll', writes: false };
    const half = [
      { keys: 1, outcome: Promise.reject(lost(false)) },
      { keys: 1, outcome: Promise.resolve() },
    ];
    await expect(settleParts(read, half)).rejects.toMatchObject({ mayHaveBeenApplied: false });
  });
});
