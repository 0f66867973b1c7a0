import { seededRandom } from '@kvtwin/testkit';
import {
  ManualClock,
  openMemoryStoreFamily,
  type VersionedStore,
  type VersionPolicy,
  withCounterEnvelope,
} from '@kvtwin/versioned-value';
import { describe, expect, it } from 'vitest';
import { classesByKey, collectDiff } from '../../test/collect-diff.js';
import { DoubleWriter } from '../../test/double-writer.js';
import { simulate } from '../../test/simulate.js';
import { slowStore } from '../../test/slow-store.js';
import { diffStores } from '../index.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const keyCount = 20_000;
const plantedPerClass = 500;

type Planted = 'value-conflict' | 'only-first' | 'only-second' | 'expiry-skew' | 'version-skew' | 'diverged';

async function plant(
  name: Planted,
  key: Uint8Array,
  first: VersionedStore,
  second: VersionedStore,
): Promise<void> {
  const dayMs = 86_400_000;
  switch (name) {
    case 'value-conflict':
      await first.put(key, utf8('one'));
      await second.put(key, utf8('two'));
      return;
    case 'only-first':
      await first.put(key, utf8('one'));
      return;
    case 'only-second':
      await second.put(key, utf8('two'));
      return;
    case 'expiry-skew':
      await first.put(key, utf8('same'), { lifespanMs: dayMs });
      await second.put(key, utf8('same'), { lifespanMs: 2 * dayMs });
      return;
    case 'version-skew':
      await first.put(key, utf8('same'));
      await second.put(key, utf8('older'));
      await second.put(key, utf8('same'));
      return;
    case 'diverged':
      await first.put(key, utf8('one'));
      await second.put(key, utf8('older'));
      await second.put(key, utf8('two'));
  }
}

describe.each<[VersionPolicy, Planted[]]>([
  ['opaque', ['value-conflict', 'only-first', 'only-second', 'expiry-skew']],
  ['counter', ['value-conflict', 'only-first', 'only-second', 'version-skew', 'diverged']],
])(
  'a diff of 20,000 keys under policy %s, with a writer active that writes both sides within 200 ms',
  (policy, classes) => {
    it('finds every planted difference and invents none', { timeout: 60_000 }, async () => {
      const random = seededRandom(policy === 'opaque' ? 1 : 2);
      const clock = new ManualClock();
      const open = async (name: string): Promise<VersionedStore> => {
        const store = await openMemoryStoreFamily(name, { clock }).open({ type: 'kv' });
        return policy === 'counter' ? withCounterEnvelope(store) : store;
      };
      const [first, second] = [await open('first'), await open('second')];
      const planted = new Map<string, string>();
      for (const at of random.shuffle(Array.from({ length: keyCount }, (_, index) => index))) {
        const name = classes[Math.floor(at / plantedPerClass)];
        const key = `key ${at}`;
        if (name !== undefined) {
          planted.set(key, name);
          await plant(name, utf8(key), first, second);
        } else {
          for (const store of [first, second]) await store.put(utf8(key), utf8(`value ${at}`));
        }
      }
      const untouched = classes.length * plantedPerClass;
      const writer = new DoubleWriter({
        first,
        second,
        clock,
        random: random.next,
        pickKey: () => `key ${random.integer(untouched, keyCount - 1)}`,
        lagMs: 200,
      });
      const done = new AbortController();
      const diff = diffStores(slowStore(first, clock, random.next), slowStore(second, clock, random.next), {
        policy,
        clock,
        batchSize: 100,
        seed: 1,
      });
      const writing = writer.run(1, done.signal);
      const finished = collectDiff(diff).finally(() => done.abort());
      const [{ differences, summary }] = await simulate(clock, Promise.all([finished, writing]));
      expect(classesByKey(differences)).toEqual(planted);
      expect(summary.classes.settled).toBeGreaterThan(20);
      expect(writer.writes).toBeGreaterThan(1000);
      const total = Object.values(summary.classes).reduce((sum, count) => sum + count, 0);
      expect(summary.keys).toBe(total);
      expect(summary.classes.agreed + summary.classes.settled).toBeGreaterThan(
        keyCount - planted.size - 3000,
      );
    });
  },
);
