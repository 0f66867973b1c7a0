import {
  ManualClock,
  openMemoryStoreFamily,
  type StoreCapabilities,
  StoreError,
  type VersionedStore,
  type VersionPolicy,
  withCounterEnvelope,
} from '@kvtwin/versioned-value';
import { beforeEach, describe, expect, it } from 'vitest';
import { ReplicaPairStore } from './index.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const key = utf8('key');
const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'fulfilled',
    (thrown: unknown) => (StoreError.is(thrown) ? thrown.code : 'no StoreError'),
  );
const unreachable = (): StoreError => new StoreError('refused', { code: 'STORE_UNREACHABLE' });

/** A store with some of its methods replaced. */
function altered(store: VersionedStore, changes: Partial<VersionedStore>): VersionedStore {
  return new Proxy(store, {
    get: (target, name) => {
      const changed = changes[name as keyof VersionedStore];
      if (changed !== undefined) return changed;
      const value = target[name as keyof VersionedStore];
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

let clock: ManualClock;
let first: VersionedStore;
let second: VersionedStore;

const pairOf = (
  changes: { first?: Partial<VersionedStore>; second?: Partial<VersionedStore>; policy?: VersionPolicy } = {},
): ReplicaPairStore =>
  new ReplicaPairStore({
    first: altered(first, changes.first ?? {}),
    second: altered(second, changes.second ?? {}),
    policy: changes.policy ?? 'opaque',
    clock,
    timeoutMs: 1000,
  });

beforeEach(async () => {
  clock = new ManualClock();
  first = await openMemoryStoreFamily('first', { clock }).open({ type: 'kv' });
  second = await openMemoryStoreFamily('second', { clock }).open({ type: 'kv' });
});

describe('read', () => {
  it('tells what both sides hold', async () => {
    const pair = pairOf();
    expect((await pair.read(key)).kind).toBe('absent');
    await first.put(key, utf8('a'));
    expect(await pair.read(key)).toMatchObject({ kind: 'one-sided', present: 'first' });
    await second.put(key, utf8('a'));
    expect(await pair.read(key)).toMatchObject({ kind: 'agreed', value: utf8('a') });
    await second.put(key, utf8('b'));
    expect(await pair.read(key)).toMatchObject({ kind: 'value-conflict', values: [utf8('a'), utf8('b')] });
  });

  it('compares versions under policy counter', async () => {
    [first, second] = [withCounterEnvelope(first), withCounterEnvelope(second)];
    await first.put(key, utf8('a'));
    await second.put(key, utf8('x'));
    await second.put(key, utf8('a'));
    const read = await pairOf({ policy: 'counter' }).read(key);
    expect(read).toMatchObject({ kind: 'version-skew', versions: [{ token: '1' }, { token: '2' }] });
  });

  it('asks both sides before either has answered', async () => {
    const asked: string[] = [];
    let release: () => void = () => undefined;
    const gate = new Promise<undefined>((resolve) => {
      release = () => resolve(undefined);
    });
    const get = (side: string) => () => {
      asked.push(side);
      return gate;
    };
    const reading = pairOf({ first: { get: get('first') }, second: { get: get('second') } }).read(key);
    await flush();
    expect(asked).toEqual(['first', 'second']);
    release();
    expect((await reading).kind).toBe('absent');
  });

  it('tells a failing side, and what the other one holds', async () => {
    await second.put(key, utf8('b'));
    const read = await pairOf({ first: { get: () => Promise.reject(unreachable()) } }).read(key);
    expect(read).toMatchObject({
      kind: 'unreadable',
      sides: [{ state: 'failed', error: { code: 'STORE_UNREACHABLE' } }, { state: 'present' }],
    });
  });

  it('takes whatever a side throws for a StoreError with its cause', async () => {
    const read = await pairOf({ first: { get: () => Promise.reject(new TypeError('bug')) } }).read(key);
    const [side] = read.sides;
    expect(side.state === 'failed' && side.error.code).toBe('STORE_PROTOCOL');
    expect(side.state === 'failed' && side.error.cause).toBeInstanceOf(TypeError);
  });

  it('does not wait for a side that hangs', async () => {
    await second.put(key, utf8('b'));
    const hang = () => new Promise<undefined>(() => undefined);
    const reading = pairOf({ first: { get: hang } }).read(key, { timeoutMs: 200 });
    await flush();
    clock.turn(300);
    expect(await reading).toMatchObject({
      kind: 'unreadable',
      sides: [{ state: 'failed', error: { code: 'STORE_TIMEOUT' } }, { state: 'present' }],
    });
    expect(clock.sleeping).toBe(0);
  });

  it('rejects with STORE_ABORTED when the signal fires, although a side hangs', async () => {
    const controller = new AbortController();
    const pair = pairOf({ first: { get: () => new Promise(() => undefined) } });
    const reading = pair.read(key, { signal: controller.signal });
    await flush();
    controller.abort();
    expect(await codeOf(reading)).toBe('STORE_ABORTED');
    expect(await codeOf(pair.read(key, { signal: controller.signal }))).toBe('STORE_ABORTED');
  });

  it('hands its time limit and signal to the stores', async () => {
    const { signal } = new AbortController();
    const given: unknown[] = [];
    const get: VersionedStore['get'] = async (_, options) => {
      given.push(options);
      return undefined;
    };
    const pair = pairOf({ first: { get }, second: { get } });
    await pair.read(key, { signal, timeoutMs: 200 });
    await pair.read(key);
    expect(given).toEqual([
      { signal, timeoutMs: 200 },
      { signal, timeoutMs: 200 },
      { timeoutMs: 1000 },
      { timeoutMs: 1000 },
    ]);
  });

  it('leaves no timer behind', async () => {
    await pairOf().read(key);
    expect(clock.sleeping).toBe(0);
  });

  it('tries again to open a side that could not be opened', async () => {
    let attempts = 0;
    const pair = new ReplicaPairStore({
      first: () => (++attempts === 1 ? Promise.reject(unreachable()) : Promise.resolve(first)),
      second,
      policy: 'opaque',
      clock,
    });
    expect((await pair.read(key)).kind).toBe('unreadable');
    expect((await pair.read(key)).kind).toBe('absent');
    expect(attempts).toBe(2);
  });

  it('reports expirations that differ by more than the stores’ unit and a second', async () => {
    await first.put(key, utf8('a'), { lifespanMs: 10_000 });
    await second.put(key, utf8('a'), { lifespanMs: 11_000 });
    expect(await pairOf().read(key)).not.toHaveProperty('expirationSkewMs');
    await second.put(key, utf8('a'), { lifespanMs: 12_000 });
    expect(await pairOf().read(key)).toMatchObject({ kind: 'agreed', expirationSkewMs: 2000 });
  });
});

describe('readMany', () => {
  it('answers in the order of the keys', async () => {
    await first.put(utf8('a'), utf8('1'));
    await second.put(utf8('b'), utf8('1'));
    const reads = await pairOf().readMany([utf8('b'), utf8('x'), utf8('a')]);
    expect(reads.map(({ kind }) => kind)).toEqual(['one-sided', 'absent', 'one-sided']);
    expect(await pairOf().readMany([])).toEqual([]);
  });

  it('reports expirations also when the first key is nowhere', async () => {
    await first.put(key, utf8('a'), { lifespanMs: 10_000 });
    await second.put(key, utf8('a'), { lifespanMs: 11_500 });
    const reads = await pairOf().readMany([utf8('x'), key]);
    expect(reads[1]).toHaveProperty('expirationSkewMs', 1500);
  });

  it('reads one by one when one key spoils the answer for all', async () => {
    const refuse = (wanted: Uint8Array): void => {
      if (wanted[0] === 0x21) throw new StoreError('no', { code: 'STORE_PROTOCOL' });
    };
    const reads = await pairOf({
      first: {
        getMany: async (keys) => keys.map((wanted) => refuse(wanted) as undefined),
        get: async (wanted) => refuse(wanted) as undefined,
      },
    }).readMany([utf8('a'), utf8('!'), utf8('b')]);
    expect(reads.map(({ kind }) => kind)).toEqual(['absent', 'unreadable', 'absent']);
  });

  it('does not ask a side for each key when it is not there at all', async () => {
    let single = 0;
    const reads = await pairOf({
      first: {
        getMany: () => Promise.reject(unreachable()),
        get: async () => {
          single++;
          return undefined;
        },
      },
    }).readMany([utf8('a'), utf8('b')]);
    expect(reads.map(({ kind }) => kind)).toEqual(['unreadable', 'unreadable']);
    expect(single).toBe(0);
  });
});

describe('readFirst', () => {
  it('asks the second side only when the first does not have the key', async () => {
    await second.put(key, utf8('b'));
    expect(await pairOf().readFirst(key)).toMatchObject([{ state: 'absent' }, { state: 'present' }]);
    await first.put(key, utf8('a'));
    const asked = pairOf({ second: { get: () => Promise.reject(new Error('asked')) } });
    expect(await asked.readFirst(key)).toMatchObject([{ state: 'present' }, { state: 'unknown' }]);
  });
});

describe('put and remove', () => {
  it('write the first side, then the second', async () => {
    const order: string[] = [];
    const put =
      (side: string, store: VersionedStore): VersionedStore['put'] =>
      async (...call) => {
        order.push(`${side} begins`);
        await flush();
        const result = await store.put(...call);
        order.push(`${side} ends`);
        return result;
      };
    const pair = pairOf({ first: { put: put('first', first) }, second: { put: put('second', second) } });
    const write = await pair.put(key, utf8('v'), { lifespanMs: 5000 });
    expect(write.sides).toMatchObject([{ state: 'applied' }, { state: 'applied' }]);
    expect(order).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
    expect((await second.get(key))?.expiration).toEqual({ kind: 'mortal', lifespanMs: 5000 });
    expect((await pair.remove(key)).sides).toMatchObject([{ state: 'applied' }, { state: 'applied' }]);
  });

  it('write the second side also when the first did not take it', async () => {
    const write = await pairOf({ first: { put: () => Promise.reject(unreachable()) } }).put(key, utf8('v'));
    expect(write.sides).toMatchObject([
      { state: 'unknown', error: { code: 'STORE_UNREACHABLE' } },
      { state: 'applied' },
    ]);
    expect((await second.get(key))?.value).toEqual(utf8('v'));
  });

  it.each([
    ['STORE_TIMEOUT', 'unknown'],
    ['STORE_PROTOCOL', 'unknown'],
    ['STORE_OVERLOADED', 'unknown'],
    ['STORE_CLOSED', 'unknown'],
    ['STORE_WRONG_TYPE', 'rejected'],
    ['STORE_REJECTED', 'rejected'],
    ['STORE_AUTH', 'rejected'],
    ['STORE_INVALID_VALUE', 'rejected'],
    ['STORE_CONTENTION', 'rejected'],
  ] as const)('call %s %s', async (code, state) => {
    const put = () => Promise.reject(new StoreError('no', { code }));
    const write = await pairOf({ second: { put } }).put(key, utf8('v'));
    expect(write.sides[1]).toMatchObject({ state, error: { code } });
  });

  it('do not call a write rejected that may have been applied', async () => {
    const error = new StoreError('reset', { code: 'STORE_REJECTED', mayHaveBeenApplied: true });
    const write = await pairOf({ first: { put: () => Promise.reject(error) } }).put(key, utf8('v'));
    expect(write.sides[0].state).toBe('unknown');
  });

  it('tell a mismatch with the current version, side by side', async () => {
    const { version } = await first.put(key, utf8('a'));
    const current = await second.put(key, utf8('b'));
    const write = await pairOf().put(key, utf8('c'), { ifVersion: version });
    expect(write.sides).toMatchObject([{ state: 'applied' }, { state: 'applied' }]);
    const late = await pairOf().put(key, utf8('d'), { ifVersions: [version!, current.version!] });
    expect(late.sides).toMatchObject([
      { state: 'rejected', reason: 'mismatch' },
      { state: 'rejected', reason: 'mismatch' },
    ]);
    expect((await pairOf().remove(utf8('x'))).sides).toEqual([
      { state: 'rejected', reason: 'absent' },
      { state: 'rejected', reason: 'absent' },
    ]);
  });

  it('remove under compare-and-set', async () => {
    const versions = [
      (await first.put(key, utf8('a'))).version!,
      (await second.put(key, utf8('a'))).version!,
    ] as const;
    const write = await pairOf().remove(key, { ifVersions: versions });
    expect(write.sides).toMatchObject([{ state: 'applied' }, { state: 'applied' }]);
    expect((await pairOf().read(key)).kind).toBe('absent');
  });

  it('do not begin with the second side once the signal has fired', async () => {
    const controller = new AbortController();
    const put: VersionedStore['put'] = async (...call) => {
      const result = await first.put(...call);
      controller.abort();
      return result;
    };
    const write = await pairOf({ first: { put } }).put(key, utf8('v'), { signal: controller.signal });
    expect(write.sides[1]).toEqual({ state: 'not-sent' });
    expect(await codeOf(pairOf().put(key, utf8('v'), { signal: controller.signal }))).toBe('STORE_ABORTED');
    expect(await second.get(key)).toBeUndefined();
  });

  it('end as unknown on a side that hangs', async () => {
    const writing = pairOf({ first: { put: () => new Promise(() => undefined) } }).put(key, utf8('v'));
    await flush();
    clock.turn(1100);
    expect((await writing).sides).toMatchObject([
      { state: 'unknown', error: { code: 'STORE_TIMEOUT' } },
      { state: 'applied' },
    ]);
  });

  it('refuse two kinds of versions at once', async () => {
    const version = { scheme: 'memory', token: '1' } as const;
    const both = { ifVersion: version, ifVersions: [version, version] } as const;
    expect(await codeOf(pairOf().put(key, utf8('v'), both))).toBe('STORE_INVALID_ARGUMENT');
  });

  it('carry replayed versions to stores that take them', async () => {
    [first, second] = [withCounterEnvelope(first), withCounterEnvelope(second)];
    const replayVersion = { scheme: 'counter', token: '7' } as const;
    await pairOf().put(key, utf8('v'), { replayVersion });
    expect((await second.get(key))?.version).toEqual(replayVersion);
    expect((await pairOf().remove(key, { replayVersion })).sides).toMatchObject([
      { state: 'applied' },
      { state: 'applied' },
    ]);
  });
});

describe('close', () => {
  it('closes what was opened', async () => {
    const pair = pairOf();
    await pair.read(key);
    await pair.close();
    expect(await codeOf(first.get(key))).toBe('STORE_CLOSED');
    const untouched: StoreCapabilities = second.capabilities;
    expect(untouched.compareAndSet).toBe('atomic');
  });
});

/** Lets everything run that waits only for promises already resolved. */
function flush(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
