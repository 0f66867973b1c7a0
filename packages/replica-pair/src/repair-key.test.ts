import { createHash } from 'node:crypto';
import {
  ManualClock,
  openMemoryStoreFamily,
  StoreError,
  type VersionedStore,
  withCounterEnvelope,
} from '@kvtwin/versioned-value';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { type RepairRequest, type RepairResult, ReplicaPairStore } from './index.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const key = utf8('key');
let clock: ManualClock;
let first: VersionedStore;
let second: VersionedStore;

beforeEach(async () => {
  clock = new ManualClock();
  first = await openMemoryStoreFamily('first', { clock }).open({ type: 'kv' });
  second = await openMemoryStoreFamily('second', { clock }).open({ type: 'kv' });
});

function altered(store: VersionedStore, changes: Partial<VersionedStore>): VersionedStore {
  return new Proxy(store, {
    get: (target, name) => {
      const changed = changes[name as keyof VersionedStore];
      if (changed !== undefined) return changed;
      const value = target[name as keyof VersionedStore];
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

const pairOf = (left: VersionedStore = first, right: VersionedStore = second): ReplicaPairStore =>
  new ReplicaPairStore({ first: left, second: right, policy: 'opaque', clock });
const repair = (request: RepairRequest, pair = pairOf()): Promise<RepairResult> => pair.repair(key, request);
const heldBy = async (store: VersionedStore): Promise<string | undefined> => {
  const entry = await store.get(key);
  return entry && new TextDecoder().decode(entry.value);
};
const fill = async (left: string | undefined, right: string | undefined): Promise<void> => {
  if (left !== undefined) await first.put(key, utf8(left));
  if (right !== undefined) await second.put(key, utf8(right));
};

describe('repair', () => {
  it('writes the side that lost, with its token', async () => {
    await fill('a', 'b');
    const before = (await first.get(key))?.version;
    const result = await repair({ take: 'first' });
    expect(result).toMatchObject({
      outcome: 'repaired',
      guard: 'strong',
      writes: [{ action: 'none' }, { action: 'replace', guard: 'strong', result: { state: 'applied' } }],
      hashes: [sha256('a'), sha256('b')],
      before: { kind: 'value-conflict' },
      after: { kind: 'agreed', value: utf8('a') },
    });
    expect((await first.get(key))?.version).toEqual(before);
    expect(await heldBy(second)).toBe('a');
  });

  it('creates what a side lacks', async () => {
    await fill(undefined, 'b');
    expect(await repair({ take: 'second' })).toMatchObject({
      outcome: 'repaired',
      guard: 'strong',
      writes: [{ action: 'create' }, { action: 'none' }],
      hashes: [null, sha256('b')],
    });
    expect(await heldBy(first)).toBe('b');
  });

  it('never removes by taking an absent side, only when asked for removal', async () => {
    await fill(undefined, 'b');
    expect(await repair({ take: 'first' })).toMatchObject({ outcome: 'nothing-to-take' });
    expect(await heldBy(second)).toBe('b');
    expect(await repair({ take: 'removal' })).toMatchObject({
      outcome: 'repaired',
      writes: [{ action: 'none' }, { action: 'remove', guard: 'strong' }],
    });
    expect(await heldBy(second)).toBeUndefined();
  });

  it('writes a merged value to both sides, with its lifespan', async () => {
    await fill('a', 'b');
    const result = await repair({ take: { value: utf8('merged'), lifespanMs: 60_000 } });
    expect(result).toMatchObject({
      outcome: 'repaired',
      writes: [{ action: 'replace' }, { action: 'replace' }],
    });
    for (const store of [first, second]) {
      expect(await heldBy(store)).toBe('merged');
      expect((await store.get(key))?.expiration).toEqual({ kind: 'mortal', lifespanMs: 60_000 });
    }
  });

  it('has nothing to do where both hold it already', async () => {
    await fill('a', 'a');
    const result = await repair({ take: 'second' });
    expect(result).toMatchObject({
      outcome: 'nothing-to-do',
      writes: [{ action: 'none' }, { action: 'none' }],
    });
    expect(result).not.toHaveProperty('guard');
    expect(result).not.toHaveProperty('after');
    expect(await repair({ take: 'removal', ifHashes: [sha256('a'), sha256('a')] })).toMatchObject({
      outcome: 'repaired',
    });
    expect(await repair({ take: 'removal' })).toMatchObject({ outcome: 'nothing-to-do' });
  });

  it('writes nothing when either side is no longer what the decision was made on', async () => {
    for (const moved of [first, second]) {
      await fill('a', 'b');
      const basedOn = await pairOf().read(key);
      await moved.put(key, utf8('newer'));
      expect(await repair({ take: 'first', basedOn })).toMatchObject({ outcome: 'changed-since' });
      expect(await heldBy(moved)).toBe('newer');
    }
  });

  it('writes nothing when a hash does not fit', async () => {
    await fill('a', 'b');
    expect(await repair({ take: 'first', ifHashes: [sha256('a'), sha256('old')] })).toMatchObject({
      outcome: 'changed-since',
    });
    expect(await repair({ take: 'first', ifHashes: [null, sha256('b')] })).toMatchObject({
      outcome: 'changed-since',
    });
    expect(await heldBy(second)).toBe('b');
    expect(await repair({ take: 'first', ifHashes: [sha256('a'), sha256('b')] })).toMatchObject({
      outcome: 'repaired',
    });
  });

  it('loses against a writer that comes between its read and its write', async () => {
    await fill('a', 'b');
    const racing = altered(second, {
      replaceIfVersion: async (...call) => {
        await second.put(key, utf8('newer'));
        return second.replaceIfVersion(...call);
      },
    });
    const result = await repair({ take: 'first' }, pairOf(first, racing));
    expect(result).toMatchObject({
      outcome: 'changed-since',
      writes: [{ action: 'none' }, { action: 'replace', result: { state: 'rejected', reason: 'mismatch' } }],
    });
    expect(await heldBy(second)).toBe('newer');
  });

  it('loses against a creator that comes between', async () => {
    await fill('a', undefined);
    const racing = altered(second, {
      putIfAbsent: async (...call) => {
        await second.put(key, utf8('newer'));
        return second.putIfAbsent(...call);
      },
    });
    expect(await repair({ take: 'first' }, pairOf(first, racing))).toMatchObject({
      outcome: 'changed-since',
    });
    expect(await heldBy(second)).toBe('newer');
  });

  it('says so when somebody wrote right behind it', async () => {
    await fill('a', 'b');
    const racing = altered(second, {
      replaceIfVersion: async (...call) => {
        const result = await second.replaceIfVersion(...call);
        await second.put(key, utf8('newer'));
        return result;
      },
    });
    expect(await repair({ take: 'first' }, pairOf(first, racing))).toMatchObject({ outcome: 'unverified' });
  });

  it('tells what it wrote when the signal fires right after', async () => {
    await fill('a', 'b');
    const controller = new AbortController();
    const aborting = altered(second, {
      replaceIfVersion: async (...call) => {
        const result = await second.replaceIfVersion(...call);
        setImmediate(() => controller.abort());
        return result;
      },
      get: async (...call) => {
        await new Promise((resolve) => setImmediate(resolve));
        await new Promise((resolve) => setImmediate(resolve));
        return second.get(...call);
      },
    });
    const result = await repair({ take: 'first', signal: controller.signal }, pairOf(first, aborting));
    expect(result).toMatchObject({ outcome: 'unverified', writes: [{}, { result: { state: 'applied' } }] });
    expect(result).not.toHaveProperty('after');
  });

  it('leaves the second side alone when the first did not take a merged value', async () => {
    await fill('a', 'b');
    const refusing = altered(first, {
      replaceIfVersion: () => Promise.reject(new StoreError('full', { code: 'STORE_REJECTED' })),
    });
    expect(await repair({ take: { value: utf8('merged') } }, pairOf(refusing))).toMatchObject({
      outcome: 'rejected',
      writes: [{ result: { state: 'rejected', reason: 'error' } }, { result: { state: 'not-sent' } }],
    });
    expect(await heldBy(second)).toBe('b');
  });

  it('calls a write without an answer unknown', async () => {
    await fill('a', 'b');
    const lost = altered(second, {
      replaceIfVersion: () => Promise.reject(new StoreError('reset', { code: 'STORE_UNREACHABLE' })),
    });
    expect(await repair({ take: 'first' }, pairOf(first, lost))).toMatchObject({ outcome: 'unknown' });
  });

  it('writes nothing while a side cannot be read', async () => {
    await fill('a', 'b');
    const down = altered(first, {
      get: () => Promise.reject(new StoreError('no', { code: 'STORE_TIMEOUT' })),
    });
    expect(await repair({ take: 'second' }, pairOf(down))).toMatchObject({ outcome: 'unreadable' });
    const basedOn = await pairOf(down).read(key);
    await expect(repair({ take: 'second', basedOn })).rejects.toMatchObject({
      code: 'STORE_INVALID_ARGUMENT',
    });
  });
});

describe('guards', () => {
  it('are weak where tokens repeat, and then a key that was removed and written anew is noticed', async () => {
    const counted = withCounterEnvelope(second);
    await first.put(key, utf8('a'));
    await counted.put(key, utf8('b'));
    let reads = 0;
    const racing = altered(counted, {
      get: async (wanted, options) => {
        if (++reads === 2) {
          await counted.remove(wanted);
          await counted.put(wanted, utf8('other'));
        }
        return counted.get(wanted, options);
      },
    });
    const result = await repair({ take: 'first' }, pairOf(first, racing));
    expect(result).toMatchObject({ outcome: 'changed-since', guard: 'weak' });
    expect((await counted.get(key))?.value).toEqual(utf8('other'));
    expect(await repair({ take: 'first' }, pairOf(first, counted))).toMatchObject({
      outcome: 'repaired',
      guard: 'weak',
    });
    expect((await counted.get(key))?.value).toEqual(utf8('a'));
  });

  it('are none without compare-and-set, and then nothing is written unless that is allowed', async () => {
    await fill('a', 'b');
    const plain = altered(second, {
      capabilities: { ...second.capabilities, compareAndSet: 'none', putIfAbsent: 'none' },
      replaceIfVersion: () => Promise.reject(new StoreError('no', { code: 'STORE_UNSUPPORTED' })),
      removeIfVersion: () => Promise.reject(new StoreError('no', { code: 'STORE_UNSUPPORTED' })),
      putIfAbsent: () => Promise.reject(new StoreError('no', { code: 'STORE_UNSUPPORTED' })),
    });
    const pair = pairOf(first, plain);
    expect(await repair({ take: 'first' }, pair)).toMatchObject({ outcome: 'unguarded', guard: 'none' });
    expect(await heldBy(second)).toBe('b');
    const allowed = { allowUnguarded: true };
    expect(await repair({ take: 'first', ...allowed }, pair)).toMatchObject({
      outcome: 'repaired',
      guard: 'none',
    });
    expect(await repair({ take: 'removal', ...allowed }, pair)).toMatchObject({
      outcome: 'repaired',
      guard: 'none',
    });
    await first.put(key, utf8('a'));
    expect(await repair({ take: 'first', ...allowed }, pair)).toMatchObject({
      outcome: 'repaired',
      writes: [{ action: 'none' }, { action: 'create', guard: 'none' }],
    });
  });
});

describe('expiration', () => {
  const told = async (pair?: ReplicaPairStore): Promise<unknown> => {
    const { outcome, writes } = await repair({ take: 'first' }, pair);
    expect(outcome).toBe('repaired');
    return writes[1].expiration;
  };

  it('goes along with what is left of it', async () => {
    await first.put(key, utf8('a'), { lifespanMs: 60_000, maxIdleMs: 30_000 });
    clock.turn(10_000);
    expect(await told()).toBe('carried');
    expect((await second.get(key))?.expiration).toEqual({
      kind: 'mortal',
      lifespanMs: 50_000,
      maxIdleMs: 30_000,
    });
  });

  it('is rounded up to the unit of the other store', async () => {
    await first.put(key, utf8('a'), { lifespanMs: 60_500 });
    const coarse = altered(second, { capabilities: { ...second.capabilities, expirationUnitMs: 1000 } });
    expect(await told(pairOf(first, coarse))).toBe('carried');
    expect((await second.get(key))?.expiration).toEqual({ kind: 'mortal', lifespanMs: 61_000 });
  });

  it('is unlimited where there is none', async () => {
    await first.put(key, utf8('a'));
    expect(await told()).toBe('unlimited');
  });

  it('is not told by a store that keeps it to itself', async () => {
    await first.put(key, utf8('a'));
    const silent = altered(first, {
      get: async (wanted) => {
        const entry = await first.get(wanted);
        return entry && { ...entry, expiration: { kind: 'unknown' } as const };
      },
    });
    expect(await told(pairOf(silent))).toBe('not-told');
  });

  it('is not supported by a store that cannot hold it', async () => {
    await first.put(key, utf8('a'), { maxIdleMs: 30_000, lifespanMs: 60_000 });
    const restless = altered(second, { capabilities: { ...second.capabilities, maxIdle: false } });
    expect(await told(pairOf(first, restless))).toBe('not-supported');
    expect((await second.get(key))?.expiration).toEqual({ kind: 'mortal', lifespanMs: 60_000 });
  });
});

describe('against interleaved writers', () => {
  it('never overwrites a value that it did not read', async () => {
    const spot = fc.integer({ min: 0, max: 12 });
    await fc.assert(
      fc.asyncProperty(
        spot,
        fc.boolean(),
        fc.constantFrom('first', 'second', 'removal'),
        async (at, onFirst, take) => {
          first = await openMemoryStoreFamily('first', { clock }).open({ type: 'kv' });
          second = await openMemoryStoreFamily('second', { clock }).open({ type: 'kv' });
          await fill('a', 'b');
          const target = onFirst ? first : second;
          let calls = 0;
          const step = async (): Promise<void> => {
            if (calls++ === at) await target.put(key, utf8('newer'));
          };
          const watched = (store: VersionedStore): VersionedStore =>
            altered(store, {
              get: async (...call) => {
                await step();
                const entry = await store.get(...call);
                await step();
                return entry;
              },
              replaceIfVersion: async (...call) => {
                await step();
                const result = await store.replaceIfVersion(...call);
                await step();
                return result;
              },
              removeIfVersion: async (...call) => {
                await step();
                const result = await store.removeIfVersion(...call);
                await step();
                return result;
              },
            });
          const basedOn = await pairOf().read(key);
          const result = await repair(
            { take, basedOn } as RepairRequest,
            pairOf(watched(first), watched(second)),
          );
          if (calls <= at) {
            expect(result.outcome).toBe('repaired');
            return;
          }
          expect(await heldBy(target)).toBe('newer');
          expect(['changed-since', 'unverified', 'repaired']).toContain(result.outcome);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('the moment before a repair writes', () => {
  it('is told what is to be written, while nothing is written yet', async () => {
    await fill('a', 'b');
    const seen: unknown[] = [];
    await repair({
      take: 'first',
      beforeWrite: async (intent) => {
        seen.push(intent, await heldBy(second));
      },
    });
    expect(seen).toMatchObject([
      {
        before: { kind: 'value-conflict' },
        writes: [{ action: 'none' }, { action: 'replace', result: { state: 'not-sent' } }],
      },
      'b',
    ]);
    expect(await heldBy(second)).toBe('a');
  });

  it('can still stop the repair', async () => {
    await fill('a', 'b');
    const refusal = new Error('the disk is full');
    await expect(repair({ take: 'first', beforeWrite: () => Promise.reject(refusal) })).rejects.toBe(refusal);
    expect(await heldBy(second)).toBe('b');
  });

  it('does not come where there is nothing to write', async () => {
    await fill('a', 'a');
    const result = await repair({ take: 'first', beforeWrite: () => Promise.reject(new Error('never')) });
    expect(result.outcome).toBe('nothing-to-do');
  });
});
