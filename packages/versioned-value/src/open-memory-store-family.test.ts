import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ManualClock,
  MemoryRegistry,
  openMemoryStoreFamily,
  type ScannedEntry,
  StoreError,
  type StoreSelector,
  toByteString,
  type VersionedStore,
} from './index.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const empty = new Uint8Array();
const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'fulfilled',
    (thrown: unknown) => (StoreError.is(thrown) ? thrown.code : 'no StoreError'),
  );
const allOf = async (store: VersionedStore, batchSize?: number, cursor?: string): Promise<ScannedEntry[]> => {
  const all: ScannedEntry[] = [];
  for await (const { entries } of store.scan({ batchSize, cursor })) all.push(...entries);
  return all;
};

describe('names', () => {
  it('share data within a registry, and only there', async () => {
    const registry = new MemoryRegistry();
    const open = (name: string, shared?: MemoryRegistry): Promise<VersionedStore> =>
      openMemoryStoreFamily(name, { registry: shared }).open({ type: 'kv' });
    await (await open('a', registry)).put(utf8('k'), utf8('v'));
    expect((await (await open('a', registry)).get(utf8('k')))?.value).toEqual(utf8('v'));
    expect(await (await open('b', registry)).get(utf8('k'))).toBeUndefined();
    expect(await (await open('a')).get(utf8('k'))).toBeUndefined();
  });

  it('keep their data when a family is closed', async () => {
    const registry = new MemoryRegistry();
    const first = openMemoryStoreFamily('a', { registry });
    await (await first.open({ type: 'kv' })).put(utf8('k'), utf8('v'));
    await first.close();
    const again = await openMemoryStoreFamily('a', { registry }).open({ type: 'kv' });
    expect((await again.get(utf8('k')))?.value).toEqual(utf8('v'));
  });

  it('stand in the names of the stores', async () => {
    const family = openMemoryStoreFamily('lon');
    expect(family.name).toBe('memory:lon');
    expect((await family.open({ type: 'hash', table: 'users' })).name).toBe('memory:lon/users');
  });
});

describe('limits', () => {
  const limited = (limits: object): Promise<VersionedStore> =>
    openMemoryStoreFamily('limited', { limits, clock: new ManualClock() }).open({ type: 'kv' });

  it('refuse a key or a value that is too long, and nothing shorter', async () => {
    const store = await limited({ maxKeyBytes: 3, maxValueBytes: 4 });
    expect(store.capabilities).toMatchObject({ maxKeyBytes: 3, maxValueBytes: 4 });
    expect(await codeOf(store.put(utf8('abc'), utf8('1234')))).toBe('fulfilled');
    expect(await codeOf(store.put(utf8('abcd'), utf8('1')))).toBe('STORE_INVALID_KEY');
    expect(await codeOf(store.get(utf8('abcd')))).toBe('STORE_INVALID_KEY');
    expect(await codeOf(store.put(utf8('a'), utf8('12345')))).toBe('STORE_INVALID_VALUE');
  });

  it('refuse one entry too many, but not an overwrite', async () => {
    const store = await limited({ maxEntries: 2 });
    await store.put(utf8('a'), empty);
    await store.put(utf8('b'), empty);
    expect(await codeOf(store.put(utf8('c'), empty))).toBe('STORE_REJECTED');
    expect(await codeOf(store.put(utf8('b'), utf8('new')))).toBe('fulfilled');
    await store.remove(utf8('a'));
    expect(await codeOf(store.put(utf8('c'), empty))).toBe('fulfilled');
  });

  it('make room of what has expired', async () => {
    const clock = new ManualClock();
    const family = openMemoryStoreFamily('full', { limits: { maxEntries: 1 }, clock });
    const store = await family.open({ type: 'kv' });
    await store.put(utf8('a'), empty, { lifespanMs: 10 });
    clock.turn(10);
    expect(await codeOf(store.put(utf8('b'), empty))).toBe('fulfilled');
  });

  it('must be whole numbers from 1 on', () => {
    expect(() => openMemoryStoreFamily('x', { limits: { maxEntries: 0 } })).toThrow(StoreError);
  });
});

describe('tables', () => {
  it('have the type of their first entry until they are empty', async () => {
    const clock = new ManualClock();
    const family = openMemoryStoreFamily('typed', { clock });
    const [hash, set] = [
      await family.open({ type: 'hash', table: 't' }),
      await family.open({ type: 'set', table: 't' }),
    ];
    await hash.put(utf8('k'), utf8('v'), { lifespanMs: 10 });
    for (const call of [set.get(utf8('k')), set.put(utf8('k'), empty), set.remove(utf8('k')), allOf(set)]) {
      expect(await codeOf(call)).toBe('STORE_WRONG_TYPE');
    }
    clock.turn(10);
    expect(await set.get(utf8('k'))).toBeUndefined();
    await set.put(utf8('m'), empty);
    expect(await codeOf(hash.get(utf8('k')))).toBe('STORE_WRONG_TYPE');
  });

  it('of members hold no value, of scores a 64-bit integer', async () => {
    const family = openMemoryStoreFamily('members');
    const set = await family.open({ type: 'set', table: 's' });
    expect(await codeOf(set.put(utf8('m'), utf8('value')))).toBe('STORE_INVALID_VALUE');
    expect(await codeOf(set.put(utf8('m'), empty))).toBe('fulfilled');
    const zset = await family.open({ type: 'zset', table: 'z' });
    for (const score of ['0', '-1', '9223372036854775807', '-9223372036854775808']) {
      expect(await codeOf(zset.put(utf8('m'), utf8(score)))).toBe('fulfilled');
    }
    for (const score of ['', '-0', '01', '1.5', 'x', '9223372036854775808', '1'.repeat(40)]) {
      expect(await codeOf(zset.put(utf8('m'), utf8(score)))).toBe('STORE_INVALID_VALUE');
    }
  });
});

describe('max-idle', () => {
  it('is reset by a get, not by a scan', async () => {
    const clock = new ManualClock();
    const store = await openMemoryStoreFamily('idle', { clock }).open({ type: 'kv' });
    await store.put(utf8('read'), empty, { maxIdleMs: 100 });
    await store.put(utf8('scanned'), empty, { maxIdleMs: 100 });
    for (let step = 0; step < 3; step++) {
      clock.turn(60);
      await store.get(utf8('read'));
      await allOf(store);
    }
    expect((await allOf(store)).map(({ key }) => key)).toEqual([utf8('read')]);
  });
});

describe('scans', () => {
  const filled = async (count: number): Promise<VersionedStore> => {
    const store = await openMemoryStoreFamily('scanned').open({ type: 'kv' });
    for (let at = 0; at < count; at++) await store.put(utf8(`k${at}`), utf8(`${at}`));
    return store;
  };

  it('end, although a writer adds keys all the time', async () => {
    const store = await filled(10);
    let batches = 0;
    for await (const { entries } of store.scan({ batchSize: 2 })) {
      batches++;
      for (const { key } of entries) {
        await store.put(Uint8Array.of(...key, 0x2b), empty);
        await store.remove(key);
        await store.put(key, empty);
      }
    }
    expect(batches).toBe(6);
  });

  it('resume at every cursor with just what is left', async () => {
    const store = await filled(9);
    const keys = (await allOf(store)).map(({ key }) => toByteString(key));
    let shown = 0;
    for await (const { entries, cursor } of store.scan({ batchSize: 2 })) {
      shown += entries.length;
      expect((await allOf(store, 2, cursor)).map(({ key }) => toByteString(key))).toEqual(keys.slice(shown));
    }
    expect(shown).toBe(9);
  });

  it('stop with STORE_CLOSED when the family is closed on the way', async () => {
    const family = openMemoryStoreFamily('closing');
    const store = await family.open({ type: 'kv' });
    for (const text of ['a', 'b', 'c']) await store.put(utf8(text), empty);
    const scanned = async (): Promise<void> => {
      for await (const _ of store.scan({ batchSize: 1 })) await family.close();
    };
    expect(await codeOf(scanned())).toBe('STORE_CLOSED');
  });
});

describe('against a model', () => {
  const selector: StoreSelector = { type: 'kv' };
  const step = fc.record({
    call: fc.constantFrom('put', 'putIfAbsent', 'remove', 'replace', 'replaceLate', 'wait'),
    key: fc.integer({ min: 0, max: 3 }),
    value: fc.uint8Array({ maxLength: 3 }),
    lifespanMs: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
  });

  it('answers as a Map with expirations does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const clock = new ManualClock(0);
        const store = await openMemoryStoreFamily('model', { clock }).open(selector);
        const model = new Map<number, { value: Uint8Array; until: number }>();
        const tokens = new Set<string>();
        for (const { call, key, value, lifespanMs } of steps) {
          const bytes = Uint8Array.of(key);
          const held = model.get(key);
          const live = held !== undefined && held.until > clock.nowMs() ? held : undefined;
          const next = {
            value,
            until: lifespanMs === undefined ? Number.POSITIVE_INFINITY : clock.nowMs() + lifespanMs,
          };
          const current = (await store.get(bytes))?.version;
          const stale = { scheme: 'memory', token: 'stale' } as const;
          expect(current === undefined).toBe(live === undefined);
          const expected = {
            put: 'applied',
            putIfAbsent: live ? 'exists' : 'applied',
            remove: live ? 'applied' : 'absent',
            replace: live ? 'applied' : 'absent',
            replaceLate: live ? 'mismatch' : 'absent',
            wait: 'applied',
          }[call];
          const results = {
            put: () => store.put(bytes, value, { lifespanMs }),
            putIfAbsent: () => store.putIfAbsent(bytes, value, { lifespanMs }),
            remove: () => store.remove(bytes),
            replace: () => store.replaceIfVersion(bytes, value, current ?? stale, { lifespanMs }),
            replaceLate: () => store.replaceIfVersion(bytes, value, stale, { lifespanMs }),
            wait: async () => {
              clock.turn(20);
              return { outcome: 'applied', version: undefined } as const;
            },
          };
          const result = await results[call]();
          expect(result.outcome).toBe(expected);
          if (result.outcome !== 'applied' || call === 'wait') continue;
          if (call === 'remove') model.delete(key);
          else {
            model.set(key, next);
            expect(tokens.has(result.version!.token)).toBe(false);
            tokens.add(result.version!.token);
          }
        }
        const left = [...model].filter(([, { until }]) => until > clock.nowMs());
        const shown = (await allOf(store)).map(({ key, entry }) => [key[0], toByteString(entry.value)]);
        expect(new Map(shown as [number, string][])).toEqual(
          new Map(left.map(([key, { value }]) => [key, toByteString(value)])),
        );
      }),
    );
  });
});
