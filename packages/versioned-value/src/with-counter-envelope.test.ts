import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeCounterEnvelope,
  type EntryVersion,
  encodeCounterEnvelope,
  ManualClock,
  MemoryRegistry,
  maxCounter,
  openMemoryStoreFamily,
  StoreError,
  type VersionedStore,
  withCounterEnvelope,
  withCounterEnvelopes,
} from './index.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const version = (token: string | number): EntryVersion => ({ scheme: 'counter', token: String(token) });
const key = utf8('key');
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const plain = (): Promise<VersionedStore> => openMemoryStoreFamily('plain').open({ type: 'kv' });
const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'fulfilled',
    (thrown: unknown) => (StoreError.is(thrown) ? thrown.code : 'no StoreError'),
  );

describe('the envelope', () => {
  it('is laid out as documented', () => {
    const bytes = encodeCounterEnvelope({ type: 'kv', counter: 258, value: utf8('v') });
    expect(hex(bytes)).toBe('6b767465' + '01' + '4b' + '00000102' + '76');
    expect(decodeCounterEnvelope(bytes)).toEqual({ type: 'kv', counter: 258, value: utf8('v') });
  });

  it('takes other bytes for no envelope', () => {
    for (const text of ['', 'k', 'kvt', 'plain value'])
      expect(decodeCounterEnvelope(utf8(text))).toBeUndefined();
  });

  it.each([
    ['cut off in the header', '6b7674650148000000'],
    ['of an unknown format', '6b767465024b00000001'],
    ['of an unknown type', '6b767465010000000001'],
    ['with counter 0', '6b767465014b00000000'],
    ['with a counter past the highest', '6b767465014b00400000'],
  ])('is refused when it is %s', (_, text) => {
    const decode = () => decodeCounterEnvelope(new Uint8Array(Buffer.from(text, 'hex')));
    expect(decode).toThrow(expect.objectContaining({ code: 'STORE_PROTOCOL' }));
  });

  it('comes back for any value, also from a view', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('kv', 'hash', 'set', 'zset'),
        fc.integer({ min: 1, max: maxCounter }),
        fc.uint8Array(),
        (type, counter, value) => {
          const bytes = encodeCounterEnvelope({ type, counter, value });
          const view = Uint8Array.of(9, ...bytes).subarray(1);
          expect(decodeCounterEnvelope(view)).toEqual({ type, counter, value });
        },
      ),
    );
  });
});

describe('versions as HustDB counts them', () => {
  it('start at 1, count every put, and start again after a removal', async () => {
    const store = withCounterEnvelope(await plain());
    expect(await store.put(key, utf8('a'))).toEqual({ outcome: 'applied', version: version(1) });
    expect(await store.put(key, utf8('a'))).toEqual({ outcome: 'applied', version: version(2) });
    expect(await store.replaceIfVersion(key, utf8('b'), version(2))).toEqual({
      outcome: 'applied',
      version: version(3),
    });
    expect(await store.remove(key)).toEqual({ outcome: 'applied', version: version(3) });
    expect(await store.putIfAbsent(key, utf8('c'))).toEqual({ outcome: 'applied', version: version(1) });
    expect(await store.putIfAbsent(key, utf8('d'))).toEqual({ outcome: 'exists', version: version(1) });
  });

  it('go from the highest to 1', async () => {
    const store = withCounterEnvelope(await plain());
    await store.put(key, utf8('a'), { replayVersion: version(maxCounter) });
    expect((await store.put(key, utf8('b'))).version).toEqual(version(1));
  });

  it('guard conditional writes', async () => {
    const store = withCounterEnvelope(await plain());
    expect(await store.replaceIfVersion(key, utf8('a'), version(1))).toEqual({ outcome: 'absent' });
    expect(await store.removeIfVersion(key, version(1))).toEqual({ outcome: 'absent' });
    await store.put(key, utf8('a'));
    expect(await store.removeIfVersion(key, version(2))).toEqual({
      outcome: 'mismatch',
      version: version(1),
    });
    expect(await store.replaceIfVersion(key, utf8('b'), { scheme: 'memory', token: '1' })).toEqual({
      outcome: 'mismatch',
      version: version(1),
    });
    expect(await store.removeIfVersion(key, version(1))).toEqual({ outcome: 'applied', version: version(1) });
  });

  it('are set by a replay unless it is older', async () => {
    const store = withCounterEnvelope(await plain());
    await store.put(key, utf8('five'), { replayVersion: version(5) });
    expect((await store.put(key, utf8('again'), { replayVersion: version(5) })).outcome).toBe('applied');
    expect(await store.put(key, utf8('old'), { replayVersion: version(4) })).toEqual({
      outcome: 'mismatch',
      version: version(5),
    });
    expect((await store.remove(key, { replayVersion: version(4) })).outcome).toBe('mismatch');
    expect((await store.remove(key, { replayVersion: version(9) })).outcome).toBe('applied');
    expect(await codeOf(store.put(key, utf8('x'), { replayVersion: version('abc') }))).toBe(
      'STORE_INVALID_ARGUMENT',
    );
  });

  it('take a replay from behind the wrap for newer', async () => {
    const store = withCounterEnvelope(await plain());
    await store.put(key, utf8('high'), { replayVersion: version(maxCounter - 5) });
    expect((await store.put(key, utf8('wrapped'), { replayVersion: version(3) })).outcome).toBe('applied');
    expect((await store.get(key))?.version).toEqual(version(3));
  });

  it('count each of many writers at once', async () => {
    const store = withCounterEnvelope(await plain());
    const results = await Promise.all(Array.from({ length: 20 }, () => store.put(key, utf8('x'))));
    const tokens = results.map((result) => Number(result.version?.token)).sort((a, b) => a - b);
    expect(tokens).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
  });

  it('give up with STORE_CONTENTION when others always come first', async () => {
    const inner = await plain();
    const contended: VersionedStore = {
      ...bound(inner),
      get: async (wanted, options) => {
        const entry = await inner.get(wanted, options);
        await inner.put(wanted, encodeCounterEnvelope({ type: 'kv', counter: 1, value: utf8('other') }));
        return entry;
      },
    };
    const store = withCounterEnvelope(contended, { maxAttempts: 3 });
    expect(await codeOf(store.put(key, utf8('mine')))).toBe('STORE_CONTENTION');
  });
});

describe('values around and inside the envelope', () => {
  it('are decoded in reads and scans, and enveloped below', async () => {
    const inner = await plain();
    const store = withCounterEnvelope(inner);
    await store.put(key, utf8('value'));
    expect((await store.getMany([key]))[0]?.value).toEqual(utf8('value'));
    for await (const { entries } of store.scan()) expect(entries[0]?.entry.value).toEqual(utf8('value'));
    expect(hex((await inner.get(key))!.value)).toBe(`6b767465014b00000001${hex(utf8('value'))}`);
  });

  it('keep their expiration', async () => {
    const clock = new ManualClock();
    const inner = await openMemoryStoreFamily('mortal', { clock }).open({ type: 'kv' });
    const store = withCounterEnvelope(inner);
    await store.put(key, utf8('value'), { lifespanMs: 1000 });
    expect((await store.get(key))?.expiration).toEqual({ kind: 'mortal', lifespanMs: 1000 });
    clock.turn(1000);
    expect(await store.get(key)).toBeUndefined();
    expect((await store.put(key, utf8('again'))).version).toEqual(version(1));
  });

  it('are refused without the magic, by every operation, and left alone', async () => {
    const inner = await plain();
    await inner.put(key, utf8('foreign'));
    const store = withCounterEnvelope(inner);
    const scanAll = async () => {
      for await (const _ of store.scan());
    };
    for (const call of [
      () => store.get(key),
      () => store.getMany([key]),
      () => store.put(key, utf8('x')),
      () => store.remove(key),
      scanAll,
    ]) {
      expect(await codeOf(call())).toBe('STORE_PROTOCOL');
    }
    expect((await inner.get(key))?.value).toEqual(utf8('foreign'));
  });

  it('are version 1 without the magic when adopted, and enveloped by the next write', async () => {
    const inner = await plain();
    await inner.put(key, utf8('foreign'));
    const store = withCounterEnvelope(inner, { adopt: true });
    expect(await store.get(key)).toMatchObject({ value: utf8('foreign'), version: version(1) });
    expect((await store.put(key, utf8('ours'))).version).toEqual(version(2));
    expect(decodeCounterEnvelope((await inner.get(key))!.value)).toMatchObject({ counter: 2 });
  });

  it('keep to the type that was enveloped', async () => {
    const inner = await plain();
    await withCounterEnvelope(inner).put(key, utf8('value'));
    expect(await codeOf(withCounterEnvelope(inner, { type: 'hash' }).get(key))).toBe('STORE_WRONG_TYPE');
  });

  it('get their type from the selector in a family', async () => {
    const registry = new MemoryRegistry();
    const family = withCounterEnvelopes(openMemoryStoreFamily('typed', { registry }));
    const selector = { type: 'hash', table: 't' } as const;
    await (await family.open(selector)).put(key, utf8('value'));
    const inner = await openMemoryStoreFamily('typed', { registry }).open(selector);
    expect(decodeCounterEnvelope((await inner.get(key))!.value)?.type).toBe('hash');
    await family.ping();
    await family.close();
    expect(await codeOf(family.ping())).toBe('STORE_CLOSED');
  });

  it('need a store with an atomic compare-and-set', async () => {
    const inner = await plain();
    const weak = { ...bound(inner), capabilities: { ...inner.capabilities, tokensUnique: false } };
    expect(() => withCounterEnvelope(weak)).toThrow(expect.objectContaining({ code: 'STORE_UNSUPPORTED' }));
    expect(() => withCounterEnvelope(inner, { maxAttempts: 0 })).toThrow(
      expect.objectContaining({ code: 'STORE_INVALID_ARGUMENT' }),
    );
  });
});

/** The store's methods as an object that can be spread. */
function bound(store: VersionedStore): VersionedStore {
  return {
    name: store.name,
    capabilities: store.capabilities,
    get: (wanted, options) => store.get(wanted, options),
    getMany: (keys, options) => store.getMany(keys, options),
    put: (wanted, value, options) => store.put(wanted, value, options),
    putIfAbsent: (wanted, value, options) => store.putIfAbsent(wanted, value, options),
    replaceIfVersion: (wanted, value, token, options) =>
      store.replaceIfVersion(wanted, value, token, options),
    remove: (wanted, options) => store.remove(wanted, options),
    removeIfVersion: (wanted, token, options) => store.removeIfVersion(wanted, token, options),
    scan: (options) => store.scan(options),
    close: () => store.close(),
  };
}

describe('a sorted set in envelopes', () => {
  it("keeps a score's version when the same score is put, and counts up where it is told the version", async () => {
    const family = withCounterEnvelopes(openMemoryStoreFamily('scores', { enveloped: true }));
    const scores = await family.open({ type: 'zset', table: 'scores' });
    await scores.put(key, utf8('5'));
    expect(await scores.put(key, utf8('5'))).toEqual({ outcome: 'applied', version: version(1) });
    const counted = await scores.replaceIfVersion(key, utf8('5'), version(1), { replayVersion: version(2) });
    expect(counted).toEqual({ outcome: 'applied', version: version(2) });
    const late = await scores.replaceIfVersion(key, utf8('5'), version(1), { replayVersion: version(3) });
    expect(late).toEqual({ outcome: 'mismatch', version: version(2) });
  });
});

describe('a conditional write that replays another one', () => {
  it('takes the version it is given under its condition, and leaves what does not meet it', async () => {
    const family = openMemoryStoreFamily('counted');
    const store = withCounterEnvelope(await family.open({ type: 'kv' }), { type: 'kv' });
    const [key, value] = [Uint8Array.of(1), Uint8Array.of(2)];
    const counter = (token: string) => ({ scheme: 'counter', token }) as const;
    expect(store.capabilities.conditionalReplay).toBe(true);
    expect(await store.putIfAbsent(key, value, { replayVersion: counter('7') })).toEqual({
      outcome: 'applied',
      version: counter('7'),
    });
    expect(await store.putIfAbsent(key, value, { replayVersion: counter('9') })).toMatchObject({
      outcome: 'exists',
    });
    expect(await store.replaceIfVersion(key, value, counter('6'), { replayVersion: counter('9') })).toEqual({
      outcome: 'mismatch',
      version: counter('7'),
    });
    expect(await store.replaceIfVersion(key, value, counter('7'), { replayVersion: counter('9') })).toEqual({
      outcome: 'applied',
      version: counter('9'),
    });
    expect((await store.get(key))?.version).toEqual(counter('9'));
  });
});
