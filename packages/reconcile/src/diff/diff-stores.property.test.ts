import {
  ManualClock,
  openMemoryStoreFamily,
  type ScanBatch,
  type ScannedEntry,
  type VersionedStore,
} from '@kvtwin/versioned-value';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alteredStore } from '../../test/altered-store.js';
import { classesByKey, collectDiff } from '../../test/collect-diff.js';
import { simulate } from '../../test/simulate.js';
import { diffStores } from '../index.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What both sides hold for one key; `undefined`: nothing. */
type Plan = { readonly first?: string; readonly second?: string };

const value = fc.option(fc.constantFrom('', 'a', 'b', 'a'.repeat(40), 'b'.repeat(40), 'a\0a', 'a\0b'), {
  nil: undefined,
});
const plans: fc.Arbitrary<Plan[]> = fc.array(fc.record({ first: value, second: value }), { maxLength: 60 });

/** Shows the entries in an order of its own, some of them twice, in uneven batches. */
function shuffledScan(store: VersionedStore, order: number[], batchSize: number): VersionedStore {
  return alteredStore(store, {
    async *scan(): AsyncGenerator<ScanBatch> {
      const entries: ScannedEntry[] = [];
      for await (const batch of store.scan()) entries.push(...batch.entries);
      entries.sort(
        (a, b) => (order[a.key.length + a.key.at(-1)!] ?? 0) - (order[b.key.length + b.key.at(-1)!] ?? 0),
      );
      const again = entries.filter((_, at) => (order[at] ?? 0) % 3 === 0);
      const shown = [...entries, ...again];
      for (let at = 0; at < shown.length; at += batchSize) {
        yield { entries: shown.slice(at, at + batchSize), cursor: String(at) };
        if (at % 2 === 0) yield { entries: [], cursor: String(at) };
      }
    },
  });
}

function expectedClass({ first, second }: Plan): string | undefined {
  if (first === undefined) return second === undefined ? undefined : 'only-second';
  if (second === undefined) return 'only-first';
  return first === second ? 'agreed' : 'value-conflict';
}

describe('diffStores', () => {
  it('puts each key in its class, whatever the order, the batches, the repeats and the seed', async () => {
    const order = fc.array(fc.nat(1000), { minLength: 60, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(plans, order, order, fc.integer({ min: 1, max: 9 }), fc.nat(), async (...drawn) => {
        const [planned, order1, order2, batchSize, seed] = drawn;
        const clock = new ManualClock();
        const first = await openMemoryStoreFamily('first', { clock }).open({ type: 'kv' });
        const second = await openMemoryStoreFamily('second', { clock }).open({ type: 'kv' });
        const expected = new Map<string, string>();
        for (const [at, plan] of planned.entries()) {
          const key = `key ${at}`;
          if (plan.first !== undefined) await first.put(utf8(key), utf8(plan.first));
          if (plan.second !== undefined) await second.put(utf8(key), utf8(plan.second));
          const name = expectedClass(plan);
          if (name !== undefined) expected.set(key, name);
        }
        const diff = diffStores(
          shuffledScan(first, order1, batchSize),
          shuffledScan(second, order2, batchSize),
          { clock, seed, batchSize, concurrency: 2 },
        );
        const { differences, summary } = await simulate(clock, collectDiff(diff));
        const different = [...expected].filter(([, name]) => name !== 'agreed');
        expect(classesByKey(differences)).toEqual(new Map(different));
        expect(summary.keys).toBe(expected.size);
        expect(summary.classes.agreed).toBe(expected.size - different.length);
      }),
      { numRuns: 60 },
    );
  });
});
