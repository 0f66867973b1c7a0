import {
  ManualClock,
  openMemoryStoreFamily,
  type StoreCapabilities,
  type VersionedStore,
  withCounterEnvelope,
} from '@kvtwin/versioned-value';
import { beforeEach, describe, expect, it } from 'vitest';
import { type RepairResult, ReplicaPairStore } from './index.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const key = utf8('key');
let clock: ManualClock;
let first: VersionedStore;
let second: VersionedStore;

beforeEach(async () => {
  clock = new ManualClock();
  const open = async (name: string): Promise<VersionedStore> =>
    withCounterEnvelope(await openMemoryStoreFamily(name, { clock }).open({ type: 'kv' }));
  first = await open('first');
  second = await open('second');
});

/** As a HustDB node: replays by an unconditional put only, and looks before it creates. */
function asNode(store: VersionedStore, more: Partial<StoreCapabilities> = {}): VersionedStore {
  const capabilities: StoreCapabilities = {
    ...store.capabilities,
    conditionalReplay: false,
    putIfAbsent: 'check-then-write',
    ...more,
  };
  return new Proxy(store, {
    get: (target, name) => {
      if (name === 'capabilities') return capabilities;
      const value = target[name as keyof VersionedStore];
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

async function fill(store: VersionedStore, value: string, version: number): Promise<void> {
  await store.put(key, utf8(value), { replayVersion: { scheme: 'counter', token: String(version) } });
}

const repair = (left = first, right = second): Promise<RepairResult> =>
  new ReplicaPairStore({ first: left, second: right, policy: 'counter', clock }).repair(key, {
    take: 'first',
    align: { versions: true },
  });
const versions = async (): Promise<(string | undefined)[]> =>
  [await first.get(key), await second.get(key)].map((entry) => entry?.version.token);

describe.each([
  ['a store that takes versions under compare-and-set', (store: VersionedStore) => store],
  ['a store that only counts', (store: VersionedStore) => asNode(store)],
])('a repair that aligns versions, on %s', (_, as) => {
  it.each([
    ['behind', 2, 5],
    ['ahead', 9, 5],
    ['at the same version', 5, 5],
  ])('makes them the same where the side that lost is %s', async (__, lost, won) => {
    await fill(first, 'a', won);
    await fill(second, 'b', lost);
    const result = await repair(as(first), as(second));
    expect(result).toMatchObject({ outcome: 'repaired', after: { kind: 'agreed' } });
    const [left, right] = await versions();
    expect(left).toBe(right);
    expect(new TextDecoder().decode((await second.get(key))?.value)).toBe('a');
  });

  it('creates with the version of the other side', async () => {
    await fill(first, 'a', 70);
    expect(await repair(as(first), as(second))).toMatchObject({ outcome: 'repaired' });
    expect(await versions()).toEqual(['70', '70']);
  });

  it('counts up the side that is behind where the values agree, and keeps its expiration', async () => {
    await fill(first, 'a', 9);
    await second.put(key, utf8('a'), { lifespanMs: 60_000 });
    const asked: unknown[] = [];
    const pair = new ReplicaPairStore({ first: as(first), second: as(second), policy: 'counter', clock });
    const result = await pair.repair(key, {
      take: 'first',
      align: { versions: true },
      beforeWrite: async ({ writes }) => {
        asked.push(writes.map(({ action }) => action));
      },
    });
    expect(result).toMatchObject({ outcome: 'repaired', after: { kind: 'agreed' } });
    expect(asked).toEqual([['none', 'none']]);
    expect((await second.get(key))?.expiration).toEqual({ kind: 'mortal', lifespanMs: 60_000 });
    expect(await repair(as(first), as(second))).toMatchObject({ outcome: 'nothing-to-do' });
  });
});

it('takes the version in one write where counting would take too many, unless somebody wrote', async () => {
  await fill(first, 'a', 1000);
  await fill(second, 'a', 1);
  expect(await repair(asNode(first), asNode(second))).toMatchObject({ outcome: 'repaired' });
  expect(await versions()).toEqual(['1000', '1000']);
  await fill(first, 'a', 3000);
  const node = asNode(second);
  let reads = 0;
  const racing = new Proxy(node, {
    get: (target, name) => {
      if (name !== 'get') return target[name as keyof VersionedStore];
      return async (...args: Parameters<VersionedStore['get']>) => {
        if (++reads === 3) await second.put(key, utf8('newer'));
        return target.get(...args);
      };
    },
  });
  expect(await repair(first, racing)).toMatchObject({ outcome: 'unverified' });
  expect(new TextDecoder().decode((await second.get(key))?.value)).toBe('newer');
});

it('replays the version where the same value set again counts nothing', async () => {
  await fill(first, 'a', 9);
  await fill(second, 'a', 2);
  const sorted = new Proxy(asNode(second, { sameValueKeepsVersion: true }), {
    get: (target, name) => {
      if (name !== 'replaceIfVersion') return target[name as keyof VersionedStore];
      return async () => ({ outcome: 'applied', version: (await second.get(key))?.version });
    },
  });
  expect(await repair(asNode(first), sorted)).toMatchObject({ outcome: 'repaired', guard: 'weak' });
  expect(await versions()).toEqual(['9', '9']);
});

it('does not overwrite a writer that comes between the steps', async () => {
  await fill(first, 'a', 9);
  await fill(second, 'a', 1);
  let writes = 0;
  const node = asNode(second);
  const racing = new Proxy(node, {
    get: (target, name) => {
      if (name !== 'replaceIfVersion') return target[name as keyof VersionedStore];
      return async (...args: Parameters<VersionedStore['replaceIfVersion']>) => {
        if (++writes === 3) await second.put(key, utf8('newer'));
        return target.replaceIfVersion(...args);
      };
    },
  });
  expect(await repair(first, racing)).toMatchObject({ outcome: 'unverified' });
  expect(new TextDecoder().decode((await second.get(key))?.value)).toBe('newer');
});

it('gives a side that has the value already the expiration of the one that is taken', async () => {
  const pair = new ReplicaPairStore({ first, second, policy: 'opaque', clock });
  await first.put(key, utf8('a'), { lifespanMs: 60_000 });
  await second.put(key, utf8('a'), { lifespanMs: 600_000 });
  expect(await pair.repair(key, { take: 'first' })).toMatchObject({ outcome: 'nothing-to-do' });
  const result = await pair.repair(key, { take: 'first', align: { expirations: true } });
  expect(result).toMatchObject({
    outcome: 'repaired',
    writes: [{ action: 'none' }, { action: 'replace', expiration: 'carried' }],
  });
  expect((await second.get(key))?.expiration).toEqual({ kind: 'mortal', lifespanMs: 60_000 });
  expect((await first.get(key))?.expiration).toEqual({ kind: 'mortal', lifespanMs: 60_000 });
});
