import {
  ManualClock,
  openMemoryStoreFamily,
  type ScanOptions,
  type VersionedStore,
} from '@kvtwin/versioned-value';
import { beforeEach, describe, expect, it } from 'vitest';
import { alteredStore } from '../../test/altered-store.js';
import { collectDiff } from '../../test/collect-diff.js';
import { simulate } from '../../test/simulate.js';
import { diffStores } from '../diff/diff-stores.js';
import { DiffJob } from '../job/diff-job.js';
import { MemoryOrderedStore } from '../job/memory-ordered-store.js';
import { type PartListing, steadyScan } from './steady-scan.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const KEYS = 40;
const PAGE = 10;
const names = Array.from({ length: KEYS }, (_, at) => `k${String(at).padStart(2, '0')}`);
let clock: ManualClock;
let open: (name: string) => Promise<VersionedStore>;

beforeEach(() => {
  clock = new ManualClock();
  open = async (name) => {
    const store = await openMemoryStoreFamily(name, { clock }).open({ type: 'kv' });
    for (const key of names) await store.put(utf8(key), utf8('v'));
    return store;
  };
});

/**
 * Lists by offset, as HustDB does: what is removed behind the reader pulls the rest forward, and one key out of sight.
 * `between` is called after each page with its number, counted over all listings.
 */
function listedByOffset(
  store: VersionedStore,
  between: (page: number) => Promise<unknown> | undefined,
  hidden: (key: string) => boolean = () => false,
): VersionedStore {
  let page = 0;
  return alteredStore(store, {
    capabilities: { ...store.capabilities, scanShifts: true },
    async *scan({ cursor }: ScanOptions = {}) {
      for (let offset = Number(cursor ?? 0); ; offset += PAGE) {
        const all = [];
        for await (const { entries } of store.scan()) all.push(...entries);
        all.sort((one, other) => (text(one.key) < text(other.key) ? -1 : 1));
        const entries = all.slice(offset, offset + PAGE).filter(({ key }) => !hidden(text(key)));
        if (offset >= all.length) return;
        yield { entries, cursor: String(offset + PAGE) };
        await between(page++);
      }
    },
  });
}

async function shownBy(store: VersionedStore, maxListings = 10) {
  const keys = new Set<string>();
  const listings: PartListing[] = [];
  const { signal } = new AbortController();
  const options = { batchSize: PAGE, timeoutMs: 1000, retries: 0, clock, signal, maxListings };
  const onListed = (listing: PartListing): void => void listings.push(listing);
  for await (const { entries } of steadyScan(store, { ...options, onListed })) {
    for (const { key } of entries) keys.add(text(key));
  }
  return { keys, listings };
}

describe('a scan of a listing that shifts', () => {
  it('shows a key that a removal pulled out of sight, where one listing misses it', async () => {
    const store = await open('shifting');
    const removing = listedByOffset(store, (page) => (page === 0 ? store.remove(utf8('k00')) : undefined));
    const once = new Set<string>();
    const first = await open('once');
    const shifting = listedByOffset(first, (page) => (page === 0 ? first.remove(utf8('k00')) : undefined));
    for await (const { entries } of shifting.scan()) for (const { key } of entries) once.add(text(key));
    expect(names.filter((name) => !once.has(name))).toEqual(['k10']);

    const { keys, listings } = await shownBy(removing);
    expect(names.filter((name) => !keys.has(name))).toEqual([]);
    expect(listings).toEqual([{ part: 0, listings: 3, settled: true }]);
  });

  it('is content with two listings of what stands still, and with one where nothing shifts', async () => {
    const { listings } = await shownBy(listedByOffset(await open('still'), () => undefined));
    expect(listings).toEqual([{ part: 0, listings: 2, settled: true }]);
    expect(await shownBy(await open('memory'))).toMatchObject({ listings: [] });
  });

  it('gives up what never comes to rest, and says so', async () => {
    const store = await open('restless');
    let made = 0;
    const restless = listedByOffset(store, () => store.put(utf8(`a${made++}`), utf8('v')));
    const { keys, listings } = await shownBy(restless, 4);
    expect(listings).toEqual([{ part: 0, listings: 4, settled: false }]);
    expect(names.every((name) => keys.has(name))).toBe(true);
  });

  it('lists part by part, and goes on with the part where it stopped', async () => {
    const asked: (number | undefined)[] = [];
    const store = await open('parts');
    const parted = alteredStore(store, {
      capabilities: { ...store.capabilities, scanShifts: true },
      parts: async () => ({ scheme: 'x', count: 3 }),
      async *scan({ part }: ScanOptions = {}) {
        asked.push(part);
        yield { entries: [], cursor: 'end' };
      },
    });
    const { signal } = new AbortController();
    const options = { batchSize: 10, timeoutMs: 1000, retries: 0, clock, signal, maxListings: 10 };
    const cursors: string[] = [];
    for await (const { cursor } of steadyScan(parted, options)) cursors.push(cursor);
    expect(asked).toEqual([0, 0, 1, 1, 2, 2]);
    asked.length = 0;
    for await (const _ of steadyScan(parted, { ...options, cursor: cursors[2] })) void _;
    expect(asked).toEqual([1, 1, 2, 2]);
    asked.length = 0;
    for await (const _ of steadyScan(parted, { ...options, part: 2 })) void _;
    expect(asked).toEqual([2, 2]);
  });
});

describe('a diff of listings that shift', () => {
  /** Both sides lose the first key, on both in the same moment, so that both listings hide the same other one. */
  async function sides() {
    const stores = [await open('one'), await open('other')] as const;
    await stores[0].put(utf8('k10'), utf8('differs'));
    const shifting = stores.map((store) =>
      listedByOffset(store, (page) => (page === 0 ? store.remove(utf8('k00')) : undefined)),
    );
    return [shifting[0]!, shifting[1]!] as const;
  }

  it('finds a difference that single listings hide on both sides', async () => {
    const [first, second] = await sides();
    const diff = diffStores(first, second, { clock, batchSize: PAGE });
    const { differences, summary } = await simulate(clock, collectDiff(diff));
    expect(differences.map(({ key }) => text(key))).toEqual(['k10']);
    expect(summary.unsettledParts).toEqual([0, 0]);
  });

  it('finds it in a job too, and tells how often it listed', async () => {
    const job = new DiffJob({
      stores: await sides(),
      state: new MemoryOrderedStore(),
      clock,
      batchSize: PAGE,
    });
    const summary = await simulate(clock, job.run());
    expect(summary).toMatchObject({ keys: KEYS, differences: 1 });
    expect(summary.listings).toEqual([
      { side: 'first', part: 0, listings: 3, settled: true },
      { side: 'second', part: 0, listings: 3, settled: true },
    ]);
  });

  it('says where a listing never came to rest', async () => {
    const store = await open('restless');
    let made = 0;
    const restless = listedByOffset(store, () => store.put(utf8(`a${made++}`), utf8('v')));
    const diff = diffStores(restless, store, { clock, batchSize: PAGE, maxListings: 3 });
    expect((await simulate(clock, collectDiff(diff))).summary.unsettledParts).toEqual([1, 0]);
    const state = new MemoryOrderedStore();
    const job = new DiffJob({ stores: [restless, store], state, clock, batchSize: PAGE, maxListings: 3 });
    const { listings } = await simulate(clock, job.run());
    expect(listings).toEqual([{ side: 'first', part: 0, listings: 3, settled: false }]);
  });
});
