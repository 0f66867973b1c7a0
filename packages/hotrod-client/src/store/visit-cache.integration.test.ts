import { HotRodServer } from '@kvtwin/hotrod-server';
import { type EntryPlace, scanDirectly } from '@kvtwin/versioned-value';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openHotRodStoreFamily } from './open-hotrod-store-family.js';

/** Longer than what is read by hand, and than a chunk. */
const LENGTHS = [0, 1, 16, 200, 5_000, 20_000, 100_000];
const COPIES = 9;

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

let server: HotRodServer;
beforeAll(async () => {
  server = await HotRodServer.listen({ caches: { users: { segments: 4 } } });
});
afterAll(() => server.close());

/** Copies what it is shown. */
class Copies {
  readonly entries: object[] = [];

  visit(place: EntryPlace): void {
    this.entries.push({
      key: text(place.keyBytes.subarray(place.keyStart, place.keyEnd)),
      value: text(place.valueBytes.subarray(place.valueStart, place.valueEnd)),
      version: place.version(),
      ...(place.expiring ?? { expiration: { kind: 'immortal' } }),
    });
  }
}

it.each([{ type: 'kv' }, { type: 'hash', table: 't' }] as const)(
  'a visitor of $type sees what a scan shows, wherever chunks end, and the same cursors',
  async (selector) => {
    await using family = await openHotRodStoreFamily(`${server.url}/users`);
    const store = await family.open(selector);
    for (const [at, length] of LENGTHS.entries()) {
      for (let copy = 0; copy < COPIES; copy++) {
        const key = new TextEncoder().encode(`${selector.type} ${length} ${copy}`);
        const options =
          copy % 3 === 0 ? { lifespanMs: 3_600_000 } : copy % 3 === 1 ? { maxIdleMs: 3_600_000 } : {};
        await store.put(key, new Uint8Array(length).fill(at + copy), options);
      }
    }
    for (const options of [{ batchSize: 7 }, { batchSize: 1_000 }, { batchSize: 50, part: 2 }]) {
      const scanned = [];
      for await (const { entries, cursor } of store.scan(options)) {
        const copies = entries.map(({ key, entry }) => ({
          ...entry,
          key: text(key),
          value: text(entry.value),
        }));
        scanned.push({ cursor, entries: copies });
      }
      const visited = [];
      for await (const { visitor, entries, cursor } of scanDirectly(store, options, () => new Copies())) {
        expect(visitor.entries).toHaveLength(entries);
        visited.push({ cursor, entries: visitor.entries });
      }
      expect(visited).toEqual(scanned);
    }
  },
);
