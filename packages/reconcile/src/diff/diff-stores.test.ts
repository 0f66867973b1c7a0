import {
  ManualClock,
  openMemoryStoreFamily,
  StoreError,
  type VersionedStore,
  withCounterEnvelope,
} from '@kvtwin/versioned-value';
import { beforeEach, describe, expect, it } from 'vitest';
import { alteredStore } from '../../test/altered-store.js';
import { classesByKey, collectDiff } from '../../test/collect-diff.js';
import { simulate } from '../../test/simulate.js';
import {
  type DiffOptions,
  type DiffProgress,
  type DiffSummary,
  diffStores,
  type KeyDifference,
} from '../index.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
let clock: ManualClock;
let first: VersionedStore;
let second: VersionedStore;

beforeEach(async () => {
  clock = new ManualClock();
  first = await openMemoryStoreFamily('first', { clock }).open({ type: 'kv' });
  second = await openMemoryStoreFamily('second', { clock }).open({ type: 'kv' });
});

const diff = (
  options: DiffOptions = {},
  left: VersionedStore = first,
  right: VersionedStore = second,
): Promise<{ differences: KeyDifference[]; summary: DiffSummary }> =>
  simulate(clock, collectDiff(diffStores(left, right, { clock, ...options })));
const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'fulfilled',
    (thrown: unknown) => (StoreError.is(thrown) ? thrown.code : String(thrown)),
  );
/** The classes that are not empty. */
const counted = ({ classes }: DiffSummary): object =>
  Object.fromEntries(Object.entries(classes).filter(([, count]) => count > 0));

describe('classes', () => {
  it('puts every key in one', async () => {
    for (const store of [first, second]) await store.put(utf8('agreed'), utf8('v'));
    await first.put(utf8('conflict'), utf8('a'));
    await second.put(utf8('conflict'), utf8('b'));
    await first.put(utf8('only-first'), utf8('a'));
    await second.put(utf8('only-second'), utf8('b'));
    await first.put(utf8('expiry'), utf8('v'), { lifespanMs: 100_000 });
    await second.put(utf8('expiry'), utf8('v'), { lifespanMs: 200_000 });
    const { differences, summary } = await diff();
    expect(classesByKey(differences)).toEqual(
      new Map([
        ['conflict', 'value-conflict'],
        ['only-first', 'only-first'],
        ['only-second', 'only-second'],
        ['expiry', 'expiry-skew'],
      ]),
    );
    expect(summary).toMatchObject({ keys: 5, differences: 3, scanned: [4, 4], passes: 1, elapsedMs: 600 });
    expect(counted(summary)).toEqual({
      agreed: 1,
      'value-conflict': 1,
      'only-first': 1,
      'only-second': 1,
      'expiry-skew': 1,
    });
  });

  it('compares versions under counter', async () => {
    const [left, right] = [withCounterEnvelope(first), withCounterEnvelope(second)];
    for (const key of ['agreed', 'skew', 'diverged', 'conflict']) await left.put(utf8(key), utf8('a'));
    await right.put(utf8('agreed'), utf8('a'));
    await right.put(utf8('skew'), utf8('x'));
    await right.put(utf8('skew'), utf8('a'));
    await right.put(utf8('diverged'), utf8('x'));
    await right.put(utf8('diverged'), utf8('b'));
    await right.put(utf8('conflict'), utf8('b'));
    const { differences, summary } = await diff({ policy: 'counter' }, left, right);
    expect(classesByKey(differences)).toEqual(
      new Map([
        ['skew', 'version-skew'],
        ['diverged', 'diverged'],
        ['conflict', 'value-conflict'],
      ]),
    );
    expect(summary.differences).toBe(3);
    expect((await diff({ policy: 'opaque' }, left, right)).summary.differences).toBe(2);
  });

  it('tells the last read of both sides, and how often and how long it stayed', async () => {
    await first.put(utf8('k'), utf8('a\0one'));
    await second.put(utf8('k'), utf8('a\0two'));
    const { differences } = await diff({ settleMs: 400, confirmReads: 5 });
    expect(differences).toMatchObject([
      {
        key: utf8('k'),
        class: 'value-conflict',
        read: { kind: 'value-conflict', values: [utf8('a\0one'), utf8('a\0two')] },
        confirmed: 5,
        overMs: 400,
      },
    ]);
  });

  it('takes two empty stores for the same', async () => {
    expect((await diff()).summary).toMatchObject({ keys: 0, differences: 0, passes: 1 });
  });

  it('compares a full store with an empty one', async () => {
    for (let at = 0; at < 1000; at++) await first.put(utf8(`k${at}`), utf8('v'));
    const { differences, summary } = await diff({ batchSize: 50 });
    expect(counted(summary)).toEqual({ 'only-first': 1000 });
    expect(classesByKey(differences).size).toBe(1000);
  });
});

describe('writes in flight', () => {
  it('settle, also removals and keys made during the scan', async () => {
    await first.put(utf8('update'), utf8('new'));
    await second.put(utf8('update'), utf8('old'));
    await first.put(utf8('creation'), utf8('v'));
    await second.put(utf8('removal'), utf8('v'));
    const finish = async (): Promise<void> => {
      await clock.sleep(200);
      await second.put(utf8('update'), utf8('new'));
      await second.put(utf8('creation'), utf8('v'));
      await second.remove(utf8('removal'));
    };
    const [{ differences, summary }] = await Promise.all([diff(), finish()]);
    expect(differences).toEqual([]);
    expect(counted(summary)).toEqual({ settled: 3 });
  });

  it('are told from a difference that changes and stays', async () => {
    await first.put(utf8('k'), utf8('a'));
    const write = async (): Promise<void> => {
      await clock.sleep(450);
      await first.put(utf8('k'), utf8('b'));
    };
    const [{ differences, summary }] = await Promise.all([diff(), write()]);
    expect(differences).toMatchObject([{ class: 'only-first', confirmed: 3, overMs: 600 }]);
    expect(summary.elapsedMs).toBeGreaterThan(600);
  });

  it('that never stop leave a key unsettled, which is no difference', async () => {
    await first.put(utf8('hot'), utf8('0'));
    let at = 0;
    const hot = alteredStore(first, {
      getMany: async (keys, options) => {
        await first.put(utf8('hot'), utf8(`${++at}`));
        return first.getMany(keys, options);
      },
    });
    const { differences, summary } = await diff({ maxReads: 6 }, hot);
    expect(differences).toMatchObject([{ class: 'unsettled', confirmed: 1 }]);
    expect(summary).toMatchObject({ keys: 1, differences: 0 });
  });
});

describe('failures', () => {
  const down = (): Promise<never> => Promise.reject(new StoreError('refused', { code: 'STORE_UNREACHABLE' }));

  it('of reads make keys unreadable, not different', async () => {
    await first.put(utf8('k'), utf8('a'));
    for (const store of [first, second]) await store.put(utf8('same'), utf8('v'));
    const { differences, summary } = await diff(
      {},
      first,
      alteredStore(second, { getMany: down, get: down }),
    );
    expect(differences).toMatchObject([{ class: 'unreadable', read: { kind: 'unreadable' } }]);
    expect(counted(summary)).toEqual({ agreed: 1, unreadable: 1 });
  });

  it('of some reads are read again', async () => {
    await first.put(utf8('k'), utf8('a'));
    let failures = 2;
    const shaky = alteredStore(second, {
      getMany: (keys, options) => (failures-- > 0 ? down() : second.getMany(keys, options)),
    });
    expect((await diff({}, first, shaky)).differences).toMatchObject([{ class: 'only-first', confirmed: 3 }]);
  });

  it('of one key do not spoil its neighbours', async () => {
    for (const key of ['a', '!', 'b']) await first.put(utf8(key), utf8('v'));
    const spoilt = (key: Uint8Array): void => {
      if (key[0] === 0x21) throw new StoreError('damaged', { code: 'STORE_PROTOCOL' });
    };
    const picky = alteredStore(second, {
      getMany: async (keys) => keys.map((key) => spoilt(key) as undefined),
      get: async (key) => spoilt(key) as undefined,
    });
    const { summary } = await diff({}, first, picky);
    expect(counted(summary)).toEqual({ 'only-first': 2, unreadable: 1 });
  });

  it('of a scan fail the diff and its summary', async () => {
    const broken = alteredStore(second, { scan: () => failing('STORE_AUTH') });
    const running = diffStores(first, broken, { clock });
    expect(await codeOf(simulate(clock, collectDiff(running)))).toBe('STORE_AUTH');
    expect(await codeOf(running.summary)).toBe('STORE_AUTH');
  });

  it('of a scan that pass do not', async () => {
    for (const store of [first, second]) await store.put(utf8('same'), utf8('v'));
    let failures = 3;
    const shaky = alteredStore(second, {
      scan: (options) => (failures-- > 0 ? failing('STORE_TIMEOUT') : second.scan(options)),
    });
    expect(counted((await diff({}, first, shaky)).summary)).toEqual({ agreed: 1 });
  });

  it('are refused beforehand for a store that cannot list its keys', () => {
    const blind = alteredStore(second, { capabilities: { ...second.capabilities, scan: 'none' } });
    expect(() => diffStores(first, blind)).toThrow(expect.objectContaining({ code: 'STORE_UNSUPPORTED' }));
    expect(() => diffStores(first, second, { settleMs: -1 })).toThrow(
      expect.objectContaining({ code: 'STORE_INVALID_ARGUMENT' }),
    );
  });
});

describe('stopping', () => {
  const different = async (count: number): Promise<void> => {
    for (let at = 0; at < count; at++) await first.put(utf8(`k${at}`), utf8('v'));
  };

  it('by the signal rejects with STORE_ABORTED, before, during the scan and during the confirmation', async () => {
    await different(10);
    for (const afterMs of [0, 100]) {
      const controller = new AbortController();
      const abort = clock.sleep(afterMs).then(() => controller.abort('enough'));
      const running = diff({ signal: controller.signal });
      expect(await codeOf(running)).toBe('STORE_ABORTED');
      await abort;
    }
    expect(await codeOf(diff({ signal: AbortSignal.abort() }))).toBe('STORE_ABORTED');
    const controller = new AbortController();
    const onProgress = () => controller.abort();
    expect(await codeOf(diff({ signal: controller.signal, onProgress }))).toBe('STORE_ABORTED');
  });

  it('by the signal does not wait for a scan that hangs', async () => {
    const controller = new AbortController();
    const stuck = alteredStore(second, {
      scan: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }) }),
    });
    const running = collectDiff(diffStores(first, stuck, { signal: controller.signal }));
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    expect(await codeOf(running)).toBe('STORE_ABORTED');
  });

  it('by a break ends the reads and rejects the summary', async () => {
    await different(500);
    let reads = 0;
    const watched = alteredStore(second, {
      getMany: (keys, options) => {
        reads++;
        return second.getMany(keys, options);
      },
    });
    const running = diffStores(first, watched, { clock, batchSize: 10, concurrency: 2 });
    const taken = async (): Promise<number> => {
      for await (const { key } of running) return key.length;
      return 0;
    };
    expect(await simulate(clock, taken())).toBeGreaterThan(0);
    const readsThen = reads;
    expect(await codeOf(running.summary)).toBe('STORE_ABORTED');
    await simulate(clock, clock.sleep(10_000));
    expect(reads).toBe(readsThen);
  });

  it('is up to the consumer: reads wait while differences are not taken', async () => {
    await different(1000);
    let reads = 0;
    const watched = alteredStore(second, {
      getMany: (keys, options) => {
        reads += keys.length;
        return second.getMany(keys, options);
      },
    });
    const running = diffStores(first, watched, { clock, batchSize: 10, concurrency: 1, confirmReads: 2 });
    const iterator = running[Symbol.asyncIterator]();
    await simulate(clock, iterator.next());
    await simulate(clock, clock.sleep(60_000));
    expect(reads).toBeLessThan(1200);
    let taken = 1;
    const rest = async (): Promise<void> => {
      while (!(await iterator.next()).done) taken++;
    };
    await simulate(clock, rest());
    expect([taken, reads]).toEqual([1000, 2000]);
  });

  it('leaves the stores open, and a diff is iterated once', async () => {
    const running = diffStores(first, second, { clock });
    await simulate(clock, collectDiff(running));
    expect(() => running[Symbol.asyncIterator]()).toThrow(StoreError);
    expect(await first.get(utf8('k'))).toBeUndefined();
  });
});

describe('progress and pace', () => {
  it('tells the phases, and counts that only grow', async () => {
    for (let at = 0; at < 100; at++) {
      await first.put(utf8(`k${at}`), utf8('v'));
      if (at % 10 > 0) await second.put(utf8(`k${at}`), utf8('v'));
    }
    const seen: DiffProgress[] = [];
    const { summary } = await diff({ batchSize: 20, onProgress: (progress) => seen.push(progress) });
    expect(seen[0]).toMatchObject({ phase: 'scanning', pass: 1, share: 1, scanned: [20, 0], open: 20 });
    expect(seen.at(-1)).toMatchObject({
      phase: 'confirming',
      scanned: [100, 90],
      open: 0,
      classes: summary.classes,
    });
    expect(seen.map(({ classes }) => classes.agreed)).toEqual(
      seen.map(({ classes }) => classes.agreed).sort((a, b) => a - b),
    );
  });

  it('reads no more keys per second and side than it may', async () => {
    for (let at = 0; at < 1000; at++) {
      for (const store of [first, second]) await store.put(utf8(`k${at}`), utf8('v'));
    }
    const { summary } = await diff({ rps: 100, batchSize: 50 });
    expect(summary.elapsedMs).toBeGreaterThanOrEqual(9500);
    expect(summary.elapsedMs).toBeLessThan(11_000);
  });

  it('makes more passes instead of taking more memory, with the same result', async () => {
    for (let at = 0; at < 3000; at++) {
      await first.put(utf8(`k${at}`), utf8(at % 100 === 0 ? 'a' : 'v'));
      await second.put(utf8(`k${2999 - at}`), utf8('v'));
    }
    const { differences, summary } = await diff({ maxTrackedBytes: 128 * 1024 });
    expect(summary.passes).toBeGreaterThan(1);
    expect(counted(summary)).toEqual({ agreed: 2970, 'value-conflict': 30 });
    expect(classesByKey(differences).size).toBe(30);
  });
});

function failing(code: 'STORE_AUTH' | 'STORE_TIMEOUT'): AsyncIterable<never> {
  const next = () => Promise.reject(new StoreError('no', { code }));
  return { [Symbol.asyncIterator]: () => ({ next }) };
}
