import {
  ManualClock,
  openMemoryStoreFamily,
  type VersionedStore,
  type WriteOptions,
} from '@kvtwin/versioned-value';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { alteredStore } from '../../test/altered-store.js';
import { type GuardedWrite, removeGuarded, writeGuarded } from './write-guarded.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const key = utf8('k');

let clock: ManualClock;
let store: VersionedStore;
let other: VersionedStore;
beforeEach(async () => {
  clock = new ManualClock();
  store = await openMemoryStoreFamily('a', { clock }).open({ type: 'kv' });
  other = await openMemoryStoreFamily('b', { clock }).open({ type: 'kv' });
});

const writing = (value: string, changes: Partial<GuardedWrite> = {}): GuardedWrite => ({
  key,
  value: utf8(value),
  options: {},
  isOurs: async (held) => new TextDecoder().decode(held).startsWith('ours'),
  lookFirst: false,
  overwrite: false,
  dryRun: false,
  nowMs: () => clock.nowMs(),
  call: {},
  ...changes,
});
const held = async (from = store): Promise<string | undefined> => {
  const entry = await from.get(key);
  return entry === undefined ? undefined : new TextDecoder().decode(entry.value);
};

describe('a guarded write', () => {
  it.each([
    [undefined, {}, 'written', 'ours 2'],
    ['ours 1', {}, 'written', 'ours 2'],
    ['ours 1', { lookFirst: true }, 'written', 'ours 2'],
    ['ours 2', {}, 'same', 'ours 2'],
    ['theirs', {}, 'exists', 'theirs'],
    ['theirs', { overwrite: true }, 'written', 'ours 2'],
    [undefined, { dryRun: true }, 'written', undefined],
    ['ours 1', { dryRun: true }, 'written', 'ours 1'],
    ['theirs', { dryRun: true, overwrite: true }, 'written', 'theirs'],
  ] as const)('over %s, %o: %s', async (before, changes, outcome, after) => {
    if (before !== undefined) await store.put(key, utf8(before));
    expect((await writeGuarded([store], writing('ours 2', changes))).outcome).toBe(outcome);
    expect(await held()).toBe(after);
  });

  it.each<[WriteOptions, WriteOptions, string]>([
    [{}, {}, 'same'],
    [{ lifespanMs: 60_000 }, { lifespanMs: 60_000 }, 'same'],
    [{ lifespanMs: 60_000 }, { lifespanMs: 59_000 }, 'same'],
    [{ lifespanMs: 60_000 }, { lifespanMs: 50_000 }, 'expires-otherwise'],
    [{ lifespanMs: 60_000 }, {}, 'expires-otherwise'],
    [{}, { lifespanMs: 60_000 }, 'expires-otherwise'],
    [{ maxIdleMs: 1000 }, { maxIdleMs: 2000 }, 'expires-otherwise'],
    [{ lifespanMs: 60_000 }, { lifespanMs: 60_000, maxIdleMs: 60_000 }, 'same'],
  ])('of the same value, there with %o, to be %o: %s', async (there, wanted, outcome) => {
    await store.put(key, utf8('v'), there);
    expect((await writeGuarded([store], writing('v', { options: wanted }))).outcome).toBe(outcome);
  });

  it('takes a lifespan that is given for the same later on too', async () => {
    await store.put(key, utf8('v'), { lifespanMs: 3_600_000 });
    clock.turn(600_000);
    expect((await writeGuarded([store], writing('v', { options: { lifespanMs: 3_600_000 } }))).outcome).toBe(
      'same',
    );
  });

  it('writes neither of two stores where one holds something else', async () => {
    await other.put(key, utf8('theirs'));
    expect((await writeGuarded([store, other], writing('ours'))).outcome).toBe('exists');
    expect(await held()).toBeUndefined();
    await other.put(key, utf8('ours 1'));
    expect((await writeGuarded([store, other], writing('ours 2'))).outcome).toBe('written');
    expect([await held(), await held(other)]).toEqual(['ours 2', 'ours 2']);
    expect((await writeGuarded([store, other], writing('ours 2'))).outcome).toBe('same');
  });

  it('gives up a key that never rests, and has written nothing', async () => {
    let writes = 0;
    const restless = alteredStore(store, {
      get: async (wanted) => {
        const entry = await store.get(wanted);
        await store.put(key, utf8(`ours ${++writes}`));
        return entry;
      },
    });
    await store.put(key, utf8('ours 0'));
    expect((await writeGuarded([restless], writing('v'))).outcome).toBe('target-changes');
    expect(await held()).toBe(`ours ${writes}`);
  });

  it('never replaces what somebody else writes, whenever that comes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(undefined, 'ours 1'),
        fc.nat(6),
        fc.boolean(),
        async (before, writeAt, lookFirst) => {
          const fresh = await openMemoryStoreFamily('c', { clock }).open({ type: 'kv' });
          if (before !== undefined) await fresh.put(key, utf8(before));
          let calls = 0;
          let written = false;
          const intruded = async (): Promise<void> => {
            if (calls++ !== writeAt) return;
            written = true;
            await fresh.put(key, utf8('theirs'));
          };
          const watched = alteredStore(fresh, {
            get: async (...args) => {
              await intruded();
              return fresh.get(...args);
            },
            putIfAbsent: async (...args) => {
              await intruded();
              return fresh.putIfAbsent(...args);
            },
            replaceIfVersion: async (...args) => {
              await intruded();
              return fresh.replaceIfVersion(...args);
            },
          });
          const { outcome } = await writeGuarded([watched], writing('ours 2', { lookFirst }));
          expect(outcome).toBe(written ? 'exists' : 'written');
          expect(await held(fresh)).toBe(written ? 'theirs' : 'ours 2');
        },
      ),
    );
  });
});

describe('a guarded removal', () => {
  it.each([
    [undefined, true, undefined],
    ['ours', true, undefined],
    ['theirs', false, 'theirs'],
  ])('of %s: %s', async (before, gone, after) => {
    if (before !== undefined) await store.put(key, utf8(before));
    expect(await removeGuarded([store], writing(''))).toBe(gone);
    expect(await held()).toBe(after);
  });
});
