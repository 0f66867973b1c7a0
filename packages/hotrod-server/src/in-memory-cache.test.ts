import { segmentOfKey } from '@kvtwin/hotrod-protocol';
import { ManualClock, seededRandom } from '@kvtwin/testkit';
import { describe, expect, it } from 'vitest';
import { EntryVersionSource } from './entry-version-source.js';
import { HotRodServerError } from './hot-rod-server-error.js';
import { InMemoryCache, type InMemoryCacheOptions } from './in-memory-cache.js';

const forEver = { lifespanMs: undefined, maxIdleMs: undefined };
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

function cacheWith(options: Partial<InMemoryCacheOptions> = {}, clock = new ManualClock()): InMemoryCache {
  return new InMemoryCache({
    name: 'c',
    segments: 256,
    maxEntries: 1000,
    maxBytes: 1e6,
    nowMs: () => clock.nowMs(),
    versions: new EntryVersionSource(1n),
    ...options,
  });
}

describe('InMemoryCache', () => {
  it.each([
    ['empty', bytes()],
    ['NUL', bytes(0)],
    ['0xff', bytes(0xff)],
    ['two bytes that are no UTF-8', bytes(0xc3, 0x28)],
    ['3.9 KB', new Uint8Array(3900).fill(0x80)],
  ])('keeps a key that is %s apart from every other', (_, key) => {
    const cache = cacheWith();
    cache.put(bytes(1, 2, 3), bytes(9), forEver);
    cache.put(key, bytes(), forEver);
    expect(cache.peek(key)?.value).toEqual(bytes());
    expect(cache.size).toBe(2);
    expect(Array.from(cache.entries(), (entry) => entry.key)).toContainEqual(key);
  });

  it('gives every modification a version of its own, never 0 or -1, that does not look like a sequence', () => {
    const cache = cacheWith();
    const versions = Array.from({ length: 5000 }, () => cache.put(bytes(1), bytes(1), forEver).version);
    expect(new Set(versions).size).toBe(5000);
    expect(versions).not.toContain(0n);
    expect(versions).not.toContain(-1n);
    expect(versions.some((version) => version < 0n)).toBe(true);
    expect(versions[1]! - versions[0]!).not.toBe(versions[2]! - versions[1]!);
  });

  it('hides an entry in the millisecond in which its lifespan ends', async () => {
    const clock = new ManualClock();
    const cache = cacheWith({}, clock);
    cache.put(bytes(1), bytes(1), { lifespanMs: 1500, maxIdleMs: undefined });
    await clock.advance(1499);
    expect(cache.read(bytes(1))).toBeDefined();
    await clock.advance(1);
    expect(cache.read(bytes(1))).toBeUndefined();
    expect(cache.size).toBe(0);
    expect(cache.bytes).toBe(0);
  });

  it('starts max idle again at a read, but not at a peek', async () => {
    const clock = new ManualClock();
    const cache = cacheWith({}, clock);
    cache.put(bytes(1), bytes(1), { lifespanMs: undefined, maxIdleMs: 100 });
    await clock.advance(60);
    cache.read(bytes(1));
    await clock.advance(60);
    expect(cache.peek(bytes(1))).toBeDefined();
    await clock.advance(40);
    expect(cache.peek(bytes(1))).toBeUndefined();
  });

  it('treats a lifetime of 0 as over at once, and then the key is gone', () => {
    const cache = cacheWith();
    cache.put(bytes(1), bytes(1), forEver);
    const { previous } = cache.put(bytes(1), bytes(2), { lifespanMs: 0, maxIdleMs: undefined });
    expect(previous?.value).toEqual(bytes(1));
    expect(cache.peek(bytes(1))).toBeUndefined();
  });

  it('sweeps expired entries that nobody asks for, a bounded number at a time', async () => {
    const clock = new ManualClock();
    const cache = cacheWith({}, clock);
    for (let n = 0; n < 100; n++) {
      cache.put(bytes(n), bytes(n), n < 50 ? { lifespanMs: 10, maxIdleMs: undefined } : forEver);
    }
    await clock.advance(10);
    expect(cache.sweep(30)).toBe(30);
    expect(cache.sweep(30)).toBe(20);
    expect(cache.bytes).toBe(100);
  });

  it('refuses a write past maxEntries or maxBytes, and still takes one that replaces', () => {
    const cache = cacheWith({ maxEntries: 2, maxBytes: 10 });
    cache.put(bytes(1), bytes(1, 1, 1), forEver);
    cache.put(bytes(2), bytes(2, 2, 2), forEver);
    expect(() => cache.put(bytes(3), bytes(), forEver)).toThrow(/cache 'c' is full: 2 of 2 entries/);
    expect(() => cache.put(bytes(2), new Uint8Array(9), forEver)).toThrow(HotRodServerError);
    cache.put(bytes(2), new Uint8Array(5), forEver);
    expect(cache.peek(bytes(2))?.value.length).toBe(5);
    expect(cache.bytes).toBe(10);
  });

  it('makes room by dropping what has expired before it refuses a write', async () => {
    const clock = new ManualClock();
    const cache = cacheWith({ maxEntries: 1 }, clock);
    cache.put(bytes(1), bytes(1), { lifespanMs: 10, maxIdleMs: undefined });
    await clock.advance(10);
    cache.put(bytes(2), bytes(2), forEver);
    expect(cache.size).toBe(1);
  });

  it('knows the keys of each segment', () => {
    const cache = cacheWith();
    const random = seededRandom(7);
    const keys = Array.from({ length: 500 }, () => random.bytes(12));
    for (const key of keys) {
      cache.put(key, bytes(1), forEver);
    }
    cache.remove(keys[0]!);
    const inSegments = Array.from({ length: 256 }, (_, segment) => cache.keysIn(segment));
    expect(inSegments.flat().length).toBe(499);
    for (const key of keys.slice(1)) {
      expect(inSegments[segmentOfKey(key, 256)]).toContain(Buffer.from(key).toString('latin1'));
    }
  });

  it('is empty after clear', () => {
    const cache = cacheWith();
    cache.put(bytes(1), bytes(1), { lifespanMs: 10, maxIdleMs: undefined });
    cache.clear();
    expect([cache.size, cache.bytes, cache.keysIn(segmentOfKey(bytes(1), 256)).length]).toEqual([0, 0, 0]);
  });
});
