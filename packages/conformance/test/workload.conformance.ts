import { HotRodError } from '@kvtwin/hotrod-client';
import { afterEach, describe, expect, test } from 'vitest';
import { type Violation, Workload, type WorkloadCache, type WorkloadReport } from '../src/index.js';

/** Answers in turn, as a cache over a network does; `lie` makes it another one. */
class HonestCache implements WorkloadCache {
  readonly entries = new Map<string, { value: string; version: bigint }>();
  #version = 0n;

  async get(key: string): Promise<string | undefined> {
    return this.entries.get(key)?.value;
  }

  async getEntry(key: string): Promise<{ value: string; version: bigint } | undefined> {
    return this.entries.get(key);
  }

  async set(key: string, value: string): Promise<void> {
    this.entries.set(key, { value, version: ++this.#version });
  }

  async replaceIf(key: string, value: string, version: bigint): Promise<boolean> {
    if (this.entries.get(key)?.version !== version) return false;
    await HonestCache.prototype.set.call(this, key, value);
    return true;
  }

  async setIfAbsent(key: string, value: string): Promise<boolean> {
    if (this.entries.has(key)) return false;
    await HonestCache.prototype.set.call(this, key, value);
    return true;
  }

  async delete(key: string): Promise<boolean> {
    return this.entries.delete(key);
  }

  async getMany(keys: Iterable<string>): Promise<Map<string, string>> {
    const found = [...keys].flatMap((key) => {
      const entry = this.entries.get(key);
      return entry === undefined ? [] : [[key, entry.value] as const];
    });
    return new Map(found);
  }
}

function lost(mayHaveBeenApplied: boolean): HotRodError {
  return new HotRodError('lost', { code: 'HOTROD_CONNECTION_LOST', mayHaveBeenApplied });
}

/** True every so many times. */
function sometimes(every = 97): () => boolean {
  let calls = 0;
  return () => ++calls % every === 0;
}

let running: Workload | undefined;
afterEach(() => running?.stop());

async function run(cache: WorkloadCache, calls = 3_000): Promise<WorkloadReport> {
  const workload = new Workload({
    cache,
    timeoutMs: 100,
    hangMarginMs: 400,
    workers: 64,
    callsPerSecond: 20_000,
  });
  running = workload;
  await workload.answered(calls);
  running = undefined;
  return workload.stop();
}

const NONE = { 'wrong value': 0, 'wrong outcome': 0, 'hung call': 0, 'untyped error': 0 };

describe('the workload', () => {
  test('finds nothing wrong with an honest cache', async () => {
    const report = await run(new HonestCache());
    expect(report.violationCounts).toEqual(NONE);
    expect(report.total).toMatchObject({ errors: {}, maybeWritten: 0, late: 0 });
    expect(report.total.answered).toBeGreaterThanOrEqual(3_000);
  });

  test('allows writes that were lost with a word about it, applied now, later or never', async () => {
    const cache = new HonestCache();
    const now = sometimes();
    const later = sometimes();
    const never = sometimes();
    cache.set = async (key, value) => {
      if (never()) throw lost(true);
      if (later()) {
        setTimeout(() => void HonestCache.prototype.set.call(cache, key, value), 20);
        throw lost(true);
      }
      await HonestCache.prototype.set.call(cache, key, value);
      if (now()) throw lost(true);
    };
    const report = await run(cache);
    expect(report.violationCounts).toEqual(NONE);
    expect(report.total.errors.HOTROD_CONNECTION_LOST).toBe(report.total.maybeWritten);
    expect(report.total.late).toBeGreaterThan(0);
  });

  test('expects nothing to be left after everything was lost', async () => {
    const cache = new HonestCache();
    const workload = new Workload({ cache, timeoutMs: 100, workers: 64, callsPerSecond: 20_000 });
    running = workload;
    await workload.answered(1_000);
    workload.everythingMayGetLost();
    for (const key of [...cache.entries.keys()].slice(0, 100)) cache.entries.delete(key);
    await workload.answered(500);
    cache.entries.clear();
    workload.everythingIsLost();
    await workload.answered(1_000);
    running = undefined;
    expect((await workload.stop()).violationCounts).toEqual(NONE);
  });

  test('lets a removal be denied only while the cluster changes', async () => {
    const cache = new HonestCache();
    const lies = sometimes(7);
    cache.delete = async (key) => cache.entries.delete(key) && !lies();
    const workload = new Workload({ cache, timeoutMs: 100, callsPerSecond: 20_000 });
    running = workload;
    workload.clusterChanges();
    await workload.answered(6_000);
    const { removalsDenied } = workload.beginPhase('at rest');
    expect(removalsDenied).toBeGreaterThan(0);
    workload.clusterRests();
    await workload.answered(6_000);
    running = undefined;
    expect((await workload.stop()).violationCounts['wrong outcome']).toBeGreaterThan(0);
  });

  test('knows that a denied removal may leave what it was to take away, until the next write', async () => {
    const cache = new HonestCache();
    const lies = sometimes(3);
    const hides = sometimes(2);
    const undead = new Set<string>();
    cache.delete = async (key) => {
      const there = cache.entries.has(key);
      if (there && lies()) undead.add(key);
      return undead.has(key) ? false : cache.entries.delete(key);
    };
    cache.set = async (key, value) => {
      undead.delete(key);
      await HonestCache.prototype.set.call(cache, key, value);
    };
    cache.replaceIf = async (key, value, version) => {
      const replaced = await HonestCache.prototype.replaceIf.call(cache, key, value, version);
      if (replaced) undead.delete(key);
      return replaced;
    };
    cache.get = async (key) => (undead.has(key) && hides() ? undefined : cache.entries.get(key)?.value);
    const workload = new Workload({ cache, timeoutMs: 100, callsPerSecond: 20_000 });
    running = workload;
    workload.clusterChanges();
    await workload.answered(6_000);
    running = undefined;
    const { violations, total } = await workload.stop();
    expect(violations.filter(({ kind }) => kind === 'wrong value')).toEqual([]);
    expect(total.revived).toBeGreaterThan(0);
  });

  test('tells the parts apart', async () => {
    const workload = new Workload({ cache: new HonestCache(), timeoutMs: 100, callsPerSecond: 20_000 });
    running = workload;
    await workload.answered(500);
    expect(workload.beginPhase('second').name).toBe('quiet');
    await workload.answered(500);
    running = undefined;
    const { phases, total } = await workload.stop();
    expect(phases.map(({ name }) => name)).toEqual(['quiet', 'second']);
    expect(phases[0]!.answered + phases[1]!.answered).toBe(total.answered);
  });
});

interface Lie {
  readonly title: string;
  readonly kind: Violation['kind'];
  tell(cache: HonestCache): void;
}

const LIES: Lie[] = [
  {
    title: 'a write that is answered and not done',
    kind: 'wrong value',
    tell: (cache) => {
      const lies = sometimes();
      cache.set = async (key, value) => {
        if (!lies()) await HonestCache.prototype.set.call(cache, key, value);
      };
    },
  },
  {
    title: 'a write that is done although its error says that it is not',
    kind: 'wrong value',
    tell: (cache) => {
      const lies = sometimes();
      cache.set = async (key, value) => {
        await HonestCache.prototype.set.call(cache, key, value);
        if (lies()) throw lost(false);
      };
    },
  },
  {
    title: 'an answer for another key',
    kind: 'wrong value',
    tell: (cache) => {
      const lies = sometimes();
      cache.get = async (key) => {
        const other = lies() ? [...cache.entries.keys()].find((each) => each !== key) : undefined;
        return cache.entries.get(other ?? key)?.value;
      };
    },
  },
  {
    title: 'an old value among many',
    kind: 'wrong value',
    tell: (cache) => {
      const lies = sometimes();
      cache.getMany = async (keys) => {
        const found = await HonestCache.prototype.getMany.call(cache, keys);
        const [first] = found.keys();
        if (first !== undefined && lies()) found.set(first, 'old:');
        return found;
      };
    },
  },
  {
    title: 'a conditional write that is done and denied',
    kind: 'wrong outcome',
    tell: (cache) => {
      const lies = sometimes();
      cache.replaceIf = async (key, value, version) => {
        const done = await HonestCache.prototype.replaceIf.call(cache, key, value, version);
        return done && !lies();
      };
    },
  },
  {
    title: 'a removal that is denied',
    kind: 'wrong outcome',
    tell: (cache) => {
      const lies = sometimes(7);
      cache.delete = async (key) => cache.entries.delete(key) && !lies();
    },
  },
  {
    title: 'a call that is never settled',
    kind: 'hung call',
    tell: (cache) => {
      const lies = sometimes();
      cache.get = async (key) =>
        lies() ? new Promise<never>(() => undefined) : cache.entries.get(key)?.value;
    },
  },
  {
    title: 'an error of no known type',
    kind: 'untyped error',
    tell: (cache) => {
      const lies = sometimes();
      cache.getEntry = async (key) => {
        if (lies()) throw new TypeError('undefined is not a function');
        return cache.entries.get(key);
      };
    },
  },
];

test.each(LIES)('the workload finds $title', async ({ kind, tell }) => {
  const cache = new HonestCache();
  tell(cache);
  const report = await run(cache, kind === 'hung call' ? 1_500 : 8_000);
  expect(report.violationCounts[kind]).toBeGreaterThan(0);
  expect(report.violations.find((violation) => violation.kind === kind)!.history).not.toHaveLength(0);
});
