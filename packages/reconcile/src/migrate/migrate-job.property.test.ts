import { ManualClock, type VersionedStore } from '@kvtwin/versioned-value';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { alteredStore } from '../../test/altered-store.js';
import { MemoryReplica, oneSource, pairSource, targetOf } from '../../test/memory-migration.js';
import { sha256AtOnce as sha256 } from '../../test/sha256-at-once.js';
import { simulate } from '../../test/simulate.js';
import { MemoryOrderedStore } from '../job/memory-ordered-store.js';
import { MigrateJob } from './migrate-job.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const kv = { type: 'kv' } as const;
const keys = 12;

/** What somebody does at a moment between two calls: a caller to the source, or a stranger to the target. */
const deeds = fc.record({
  /** Before which call of the target it happens. */
  at: fc.nat(120),
  who: fc.constantFrom('write', 'remove', 'stranger' as const),
  key: fc.nat(keys + 3),
});

const calls = ['get', 'putIfAbsent', 'replaceIfVersion', 'removeIfVersion'] as const;

/** A store before whose every call something may happen. */
function watched(store: VersionedStore, before: () => Promise<void>): VersionedStore {
  const altered = Object.fromEntries(
    calls.map((name) => [
      name,
      async (...args: never[]) => {
        await before();
        return (store[name] as (...all: never[]) => Promise<unknown>)(...args);
      },
    ]),
  );
  return alteredStore(store, altered as Partial<VersionedStore>);
}

async function contentsOf(replica: MemoryReplica): Promise<Map<string, string>> {
  return new Map((await replica.contents()).map((line) => line.split('=') as [string, string]));
}

it.each([1, 2] as const)(
  'ends with what the source holds, whoever writes when, and never replaces what a stranger wrote (%i masters)',
  { timeout: 120_000 },
  async (masters) => {
    await fc.assert(
      fc.asyncProperty(fc.array(deeds, { maxLength: 25 }), async (planned) => {
        const clock = new ManualClock(1_700_000_000_000);
        const sources = [new MemoryReplica('first', clock), new MemoryReplica('second', clock)].slice(
          0,
          masters,
        );
        const target = new MemoryReplica('target', clock);
        const strange = new Map<string, string>();
        let call = 0;
        let written = 0;
        const act = async ({ who, key }: { who: string; key: number }): Promise<void> => {
          const name = `k${key}`;
          if (who === 'stranger') {
            const value = `strange ${++written}`;
            await (await target.family.open(kv)).put(utf8(name), utf8(value));
            strange.set(`kv ${name}`, value);
            return;
          }
          const value = `v${++written}`;
          for (const source of sources) {
            if (who === 'write') await source.put('kv', name, value);
            else await (await source.store(kv)).remove(utf8(name));
          }
        };
        // One deed at a time: callers that write one key at once would leave masters that differ.
        let turn: Promise<void> = Promise.resolve();
        const before = (): Promise<void> => {
          const now = call++;
          for (const deed of planned) if (deed.at === now) turn = turn.then(() => act(deed));
          return turn;
        };
        target.alter = (store) => watched(store, before);
        for (let at = 0; at < keys; at++)
          for (const source of sources) await source.put('kv', `k${at}`, `first ${at}`);
        const [first, second] = sources;
        const source = second === undefined ? oneSource(first!) : pairSource(first!, second);
        const state = new MemoryOrderedStore();
        const run = () =>
          simulate(
            clock,
            new MigrateJob({
              source,
              target: targetOf(target),
              state,
              clock,
              sha256,
              batchSize: 5,
              concurrency: 3,
              rounds: 3,
            }).run(),
          );
        await run();
        // The callers are done: what is left of their deeds would come too late.
        call = 1000;
        const summary = await run();
        const [there, here] = [await contentsOf(first!), await contentsOf(target)];
        for (const [name, value] of strange) expect(here.get(name)).toBe(value);
        for (const [name, value] of there)
          if (!strange.has(name)) expect([name, here.get(name)]).toEqual([name, value]);
        for (const name of here.keys()) if (!strange.has(name)) expect(there.has(name)).toBe(true);
        const { copied, held, skipped, source: all } = summary.counts;
        expect([all, held]).toEqual([there.size, 0]);
        expect(copied + skipped).toBe(all);
        expect(summary.settled).toBe(true);
      }),
      { numRuns: 150 },
    );
  },
);
