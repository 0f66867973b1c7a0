import { ReplicaPairStore } from '@kvtwin/replica-pair';
import { type Two, toByteString, type VersionedStore } from '@kvtwin/versioned-value';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countingNode } from '../../test/counting-node.js';
import { DriftedSite, utf8 } from '../../test/drifted-site.js';
import { MemoryLog } from '../../test/memory-log.js';
import { applyPlan } from './apply-plan.js';
import { undoApply } from './undo-apply.js';

const drift: Record<string, [string?, string?]> = {
  a: ['1', '2'],
  b: ['here'],
  c: [undefined, 'there'],
  d: ['gone'],
  e: ['until@30000', 'until@600000'],
  f: ['both 1', 'both 2'],
};
const keys = Object.keys(drift);
const rules = ['only-*/d=delete', 'only-*=copy', 'expiry-skew=first', '*=second'];

type Write = 'put' | 'putIfAbsent' | 'replaceIfVersion' | 'remove' | 'removeIfVersion';
const isWrite = (name: string): name is Write =>
  ['put', 'putIfAbsent', 'replaceIfVersion', 'remove', 'removeIfVersion'].includes(name);

/** Somebody's write that took the place of another somebody's, which nobody had looked at since. */
interface Overwritten {
  readonly where: string;
  /**
   * Whether we had looked at the key since the other's write: then we wrote knowingly over a newer value. Otherwise the
   * other's write fell between our last look and our write.
   */
  readonly lookedAfter: boolean;
}

/**
 * What stands where, and who wrote it: in each step of a store the state changes at one moment, and between any two
 * awaited steps of ours the scheduler may let the other writer in.
 */
class Witness {
  readonly overwritten: Overwritten[] = [];
  readonly #newer = new Map<string, { looked: boolean }>();
  readonly #ended = new Set<string>();

  /** Before its row has ended, the very state that the plan saw, made anew, is what the plan saw. */
  newer(key: string, side: 0 | 1, same: boolean): void {
    const where = `${key} ${side}`;
    if (same && !this.#ended.has(key)) this.#newer.delete(where);
    else this.#newer.set(where, { looked: false });
  }
  ended(key: string): void {
    this.#ended.add(key);
  }
  looked(where: string): void {
    const newer = this.#newer.get(where);
    if (newer !== undefined) newer.looked = true;
  }
  wrote(where: string): void {
    const newer = this.#newer.get(where);
    if (newer === undefined) return;
    this.overwritten.push({ where, lookedAfter: newer.looked });
    this.#newer.delete(where);
  }
}

/** Our view of a store: each call waits for its turn before it happens, and again before it is answered. */
function scheduled(
  store: VersionedStore,
  side: 0 | 1,
  { scheduler, witness }: { readonly scheduler: fc.Scheduler; readonly witness: Witness },
): VersionedStore {
  const turn = (label: string): Promise<string> => scheduler.schedule(Promise.resolve(label), label);
  return new Proxy(store, {
    get: (target, name: string) => {
      const value = target[name as keyof VersionedStore] as unknown;
      if (typeof value !== 'function') return value;
      if (name !== 'get' && !isWrite(name)) return value.bind(target);
      return async (...given: [Uint8Array]) => {
        const where = `${toByteString(given[0])} ${side}`;
        await turn(`${name} ${where}`);
        if (name === 'putIfAbsent' && target.capabilities.putIfAbsent === 'check-then-write') {
          witness.looked(where);
          if ((await target.get(given[0])) !== undefined) return { outcome: 'exists' };
          await turn(`${name} ${where} looked`);
        }
        if (name === 'get') witness.looked(where);
        const result = (await value.apply(target, given)) as { outcome?: string } | undefined;
        if (name !== 'get' && result?.outcome === 'applied') witness.wrote(where);
        await turn(`${name} ${where} answered`);
        return result;
      };
    },
  });
}

/** The other writer's acts: at any moment, on any key; `same` writes the bytes that are there anew. */
const act = fc.record({
  /** Turns that it lets pass before. */
  after: fc.nat(30),
  key: fc.constantFrom(...keys),
  side: fc.constantFrom(0 as const, 1 as const),
  kind: fc.constantFrom('write' as const, 'same' as const, 'remove' as const, 'remove and write' as const),
});
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

async function perform(
  site: DriftedSite,
  witness: Witness,
  { key, side, kind }: Act,
  at: number,
): Promise<void> {
  const store = site.stores[side];
  const name = utf8(key);
  const held = await store.get(name);
  if (held === undefined && (kind === 'remove' || kind === 'same')) return;
  if (kind === 'remove' || kind === 'remove and write') await store.remove(name);
  if (kind === 'same') await store.put(name, held!.value);
  if (kind === 'write' || kind === 'remove and write') await store.put(name, utf8(`writer ${at}`));
  const now = await store.get(name);
  const planned = drift[key]?.[side]?.split('@')[0];
  const same = (now && new TextDecoder().decode(now.value)) === planned;
  witness.newer(key, side, same);
}

async function race(
  scheduler: fc.Scheduler,
  acts: readonly Act[],
  concurrency: number,
  as: (store: VersionedStore) => VersionedStore = (store) => store,
): Promise<Witness> {
  const site = await DriftedSite.with(drift, as);
  const rows = await site.rows(keys, rules);
  const witness = new Witness();
  const parts = { scheduler, witness };
  const stores: Two<VersionedStore> = [
    scheduled(site.stores[0], 0, parts),
    scheduled(site.stores[1], 1, parts),
  ];
  const turn = (label: string): Promise<string> => scheduler.schedule(Promise.resolve(label), label);
  const loggedIn = (log: MemoryLog): MemoryLog =>
    Object.assign(Object.create(log) as MemoryLog, {
      append: async (line: string) => {
        await turn('append');
        await log.append(line);
        const { record, row } = JSON.parse(line) as { record: string; row: number };
        if (record === 'outcome') witness.ended(keys[row]!);
        await turn('appended');
      },
    });
  const other = async (): Promise<void> => {
    for (const [at, each] of acts.entries()) {
      for (let turns = 0; turns <= each.after; turns++) await turn(`other ${each.kind}`);
      await perform(site, witness, each, at);
    }
  };
  const [first, second] = stores;
  const pair = new ReplicaPairStore({ first, second, policy: 'opaque', clock: site.clock });
  const applied = new MemoryLog();
  const ours = async (): Promise<void> => {
    await applyPlan({ pair, rows, log: loggedIn(applied), clock: site.clock, concurrency });
    const log = loggedIn(new MemoryLog());
    await undoApply({ stores, applied, log, clock: site.clock, concurrency });
  };
  await scheduler.waitFor(Promise.all([ours(), other()]));
  return witness;
}

const argumentsOf = [
  fc.scheduler(),
  fc.array(act, { minLength: 1, maxLength: 6 }),
  fc.integer({ min: 1, max: 4 }),
] as const;

/** On a busy machine; each run is some hundred steps. */
const patient = { timeout: 120_000 };
const runs = { numRuns: 250 };

describe('apply and undo beside a concurrent writer, in any interleaving of their steps', () => {
  it('never overwrite what is newer, where the guard is strong', patient, async () => {
    await fc.assert(
      fc.asyncProperty(...argumentsOf, async (scheduler, acts, concurrency) => {
        const { overwritten } = await race(scheduler, acts, concurrency);
        expect(overwritten).toEqual([]);
      }),
      runs,
    );
  });

  it('overwrite it only between the last look and the write, where the guard is weak', patient, async () => {
    await fc.assert(
      fc.asyncProperty(...argumentsOf, async (scheduler, acts, concurrency) => {
        const { overwritten } = await race(scheduler, acts, concurrency, countingNode);
        expect(overwritten.filter(({ lookedAfter }) => lookedAfter)).toEqual([]);
      }),
      runs,
    );
  });
});

/** Lets the other writer in at the given step, the others one by one. */
function actingAt(step: string): fc.Scheduler {
  let waiting: { readonly label: string; readonly go: () => void }[] = [];
  const pick = (): number => {
    const seen = waiting.findIndex(({ label }) => label.startsWith('other'));
    const reached = waiting.some(({ label }) => label === step);
    if (seen >= 0 && reached) return seen;
    return waiting.findIndex(({ label }) => !label.startsWith('other'));
  };
  return {
    schedule: (task: Promise<unknown>, label: string) =>
      new Promise((resolve) => waiting.push({ label, go: () => resolve(task) })),
    waitFor: async (all: Promise<unknown>) => {
      let done = false;
      const ended = all.finally(() => {
        done = true;
      });
      const giveUpAtMs = performance.now() + 60_000;
      while (!done) {
        if (performance.now() > giveUpAtMs) throw new Error(`nothing came to ${step}`);
        await new Promise((resolve) => setImmediate(resolve));
        const next = waiting[pick()];
        waiting = waiting.filter((each) => each !== next);
        next?.go();
      }
      await ended;
    },
  } as unknown as fc.Scheduler;
}

describe('the window of a weak guard', () => {
  it.each([
    ['a key is created', 'putIfAbsent b 1 looked', 'b', 1, 'write'],
    ['a key whose version repeats is replaced', 'replaceIfVersion a 0', 'a', 0, 'remove and write'],
  ] as const)('is open where %s', async (_, step, key, side, kind) => {
    const acts = [{ after: 0, key, side, kind }];
    const weak = await race(actingAt(step), acts, 1, countingNode);
    expect(weak.overwritten).toEqual([{ where: `${key} ${side}`, lookedAfter: false }]);
    const strong = await race(actingAt(step.replace(' looked', '')), acts, 1);
    expect(strong.overwritten).toEqual([]);
  });
});
