import { segmentOfKey } from '@kvtwin/hotrod-protocol';
import { ManualClock } from '@kvtwin/testkit';
import { describe, expect, it } from 'vitest';
import { EntryVersionSource } from './entry-version-source.js';
import { InMemoryCache } from './in-memory-cache.js';
import { Iterations } from './iterations.js';

const forEver = { lifespanMs: undefined, maxIdleMs: undefined };

function setUp(entries: number, options: { segments?: number; maxOpen?: number } = {}) {
  const clock = new ManualClock();
  const nowMs = (): number => clock.nowMs();
  const cache = new InMemoryCache({
    name: 'c',
    segments: options.segments ?? 256,
    maxEntries: 1e6,
    maxBytes: 1e9,
    nowMs,
    versions: new EntryVersionSource(1n),
  });
  for (let n = 0; n < entries; n++) {
    cache.put(keyOf(n), Uint8Array.of(n & 0xff), forEver);
  }
  const iterations = new Iterations({ maxOpen: options.maxOpen ?? 4, nowMs });
  const request = { cache, segments: undefined, batchSize: 10, metadata: false, keysOnly: false };
  return { clock, cache, iterations, request };
}

const keyOf = (n: number): Uint8Array => new TextEncoder().encode(`key-${n}`);

function drain(iterations: Iterations, id: string) {
  const keys: string[] = [];
  const finished: number[] = [];
  const reportedTooEarly: string[] = [];
  for (;;) {
    const batch = iterations.find(id)!.next();
    finished.push(...batch.finishedSegments);
    if (batch.entries.length === 0) {
      return { keys, finished, reportedTooEarly };
    }
    for (const { key } of batch.entries) {
      const text = new TextDecoder().decode(key);
      keys.push(text);
      if (finished.includes(segmentOfKey(key, 256))) {
        reportedTooEarly.push(text);
      }
    }
  }
}

describe('Iterations', () => {
  it('hands out every key once and reports every segment finished once, after its last entry', () => {
    const { iterations, request } = setUp(1003);
    const { keys, finished, reportedTooEarly } = drain(iterations, iterations.start({}, request)!);
    expect(new Set(keys).size).toBe(1003);
    expect(keys.length).toBe(1003);
    expect(finished.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 256 }, (_, segment) => segment));
    expect(reportedTooEarly).toEqual([]);
  });

  it('keeps to the segments asked for, and passes by those that the cache does not have', () => {
    const { iterations, request } = setUp(1000);
    const id = iterations.start({}, { ...request, segments: [300, 3, 7, 7] })!;
    const { keys, finished } = drain(iterations, id);
    const expected = Array.from({ length: 1000 }, (_, n) => keyOf(n)).filter((key) =>
      [3, 7].includes(segmentOfKey(key, 256)),
    );
    expect(keys.toSorted()).toEqual(expected.map((key) => new TextDecoder().decode(key)).toSorted());
    expect(finished).toEqual([3, 7]);
  });

  it('ends an empty cache with one empty batch that reports all segments', () => {
    const { iterations, request } = setUp(0);
    const batch = iterations.find(iterations.start({}, request)!)!.next();
    expect([batch.entries.length, batch.finishedSegments.length]).toEqual([0, 256]);
  });

  it('goes on past keys removed meanwhile instead of answering an empty batch too early', () => {
    const { cache, iterations, request } = setUp(100, { segments: 1 });
    const id = iterations.start({}, request)!;
    iterations.find(id)!.next();
    for (let n = 10; n < 90; n++) {
      cache.remove(keyOf(n));
    }
    expect(drain(iterations, id).keys.length).toBe(10);
  });

  it('cuts a batch of large values short', () => {
    const { cache, iterations, request } = setUp(0);
    for (let n = 0; n < 5; n++) {
      cache.put(keyOf(n), new Uint8Array(5 * 1024 * 1024), forEver);
    }
    const id = iterations.start({}, request)!;
    expect(iterations.find(id)!.next().entries.length).toBe(2);
    expect(drain(iterations, id).keys.length).toBe(3);
  });

  it('forgets an iteration that nobody asked for during five minutes', async () => {
    const { clock, iterations, request } = setUp(1);
    const id = iterations.start({}, request)!;
    await clock.advance(299_999);
    expect(iterations.find(id)).toBeDefined();
    await clock.advance(299_999);
    expect(iterations.find(id)).toBeDefined();
    await clock.advance(300_000);
    expect(iterations.find(id)).toBeUndefined();
    expect(iterations.end(id)).toBe(false);
  });

  it('opens no more than the bound, unless expired ones make room', async () => {
    const { clock, iterations, request } = setUp(1, { maxOpen: 2 });
    iterations.start({}, request);
    iterations.start({}, request);
    expect(iterations.start({}, request)).toBeUndefined();
    await clock.advance(300_000);
    expect(iterations.start({}, request)).toBeDefined();
    expect(iterations.size).toBe(1);
  });

  it('ends the iterations of a connection that went away, and no others', () => {
    const { iterations, request } = setUp(1);
    const gone = {};
    const mine = iterations.start(gone, request)!;
    const other = iterations.start({}, request)!;
    iterations.endAllOf(gone);
    expect([iterations.end(mine), iterations.end(other)]).toEqual([false, true]);
  });
});
