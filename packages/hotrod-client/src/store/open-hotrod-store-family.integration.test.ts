import { HotRodServer } from '@kvtwin/hotrod-server';
import { freePort, startRudeServer } from '@kvtwin/testkit';
import { StoreError, type StoreFamily } from '@kvtwin/versioned-value';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { codecs, HotRodClient, openHotRodStoreFamily } from '../index.js';

const utf8 = (text: string) => new TextEncoder().encode(text);

let server: HotRodServer;
beforeAll(async () => {
  server = await HotRodServer.listen({
    caches: {
      users: {},
      sessions: {},
      text: { mediaType: 'text/plain' },
      proto: { mediaType: 'application/x-protostream' },
    },
    defaultCache: 'users',
  });
});
afterAll(() => server.close());

const closers: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  await using client = await HotRodClient.connect(server.url);
  await Promise.all(['users', 'sessions', 'text'].map((name) => client.cache(name).clear()));
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function open(path: string, options = {}): Promise<StoreFamily> {
  const family = await openHotRodStoreFamily(`${server.url}${path}`, options);
  closers.push(() => family.close());
  return family;
}

async function failureOf(call: Promise<unknown>): Promise<StoreError> {
  const thrown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (StoreError.is(thrown)) return thrown;
  throw new Error('no StoreError', { cause: thrown });
}

async function keysIn(cacheName: string): Promise<string[]> {
  await using client = await HotRodClient.connect(server.url);
  const keys: string[] = [];
  const bytes = client.cache(cacheName, { key: codecs.bytes, value: codecs.bytes });
  for await (const key of bytes.keys()) keys.push(Buffer.from(key).toString('latin1'));
  return keys.sort();
}

describe('the layout of keys', () => {
  it('leaves kv keys as they are, by default', async () => {
    await using client = await HotRodClient.connect(server.url);
    await client.cache('users').set('user:42', 'Ada');
    const kv = await (await open('/users')).open({ type: 'kv' });
    expect((await kv.get(utf8('user:42')))?.value).toEqual(utf8('Ada'));
    await kv.put(utf8('user:43'), utf8('Bob'));
    expect(await client.cache('users').get('user:43')).toBe('Bob');
  });

  it('counts what is in a cache whose keys are all its own, and nothing else', async () => {
    const family = await open('/users');
    const kv = await family.open({ type: 'kv' });
    for (const key of ['a', 'b', 'c']) await kv.put(utf8(key), utf8('v'));
    expect(await kv.count?.()).toBe(3);
    expect(await (await family.open({ type: 'hash', table: 't' })).count?.()).toBeUndefined();
    await kv.close();
    expect((await failureOf(kv.count!())).code).toBe('STORE_CLOSED');
  });

  it('puts them behind a type byte where it is asked to, and hashes always', async () => {
    const family = await open('/users', { layout: 'typed' });
    await (await family.open({ type: 'kv' })).put(utf8('a'), utf8('1'));
    await (await family.open({ type: 'hash', table: 'users' })).put(utf8('42'), utf8('Ada'));
    expect(await keysIn('users')).toEqual(['h\x05users42', 'k\0a', 't\x05users']);
  });

  it('is the one of the URL, whatever the caller would have', async () => {
    const family = await open('/users?layout=raw', { layout: 'typed' });
    await (await family.open({ type: 'kv' })).put(utf8('a'), utf8('1'));
    expect(await keysIn('users')).toEqual(['a']);
  });

  it('has a cache per table where it is asked to', async () => {
    const family = await open('?tables=caches');
    const sessions = await family.open({ type: 'hash', table: 'sessions' });
    await sessions.put(utf8('s1'), utf8('x'));
    await (await family.open({ type: 'kv' })).put(utf8('a'), utf8('1'));
    expect(await keysIn('sessions')).toEqual(['s1']);
    expect(await keysIn('users')).toEqual(['a']);
    const missing = await family.open({ type: 'hash', table: 'missing' });
    expect((await failureOf(missing.get(utf8('k')))).code).toBe('STORE_NO_SUCH_STORE');
  });

  it('keeps markers and other tables out of scans', async () => {
    const family = await open('/users');
    const one = await family.open({ type: 'hash', table: 'one' });
    const two = await family.open({ type: 'hash', table: 'two' });
    await one.put(utf8('k'), utf8('1'));
    await two.put(utf8('k'), utf8('2'));
    const shown: string[] = [];
    for await (const { entries } of one.scan()) {
      shown.push(...entries.map(({ key, entry }) => `${Buffer.from(key)}=${Buffer.from(entry.value)}`));
    }
    expect(shown).toEqual(['k=1']);
  });
});

describe('the marker of a table', () => {
  it('is seen by another family, and comes only with a write', async () => {
    const family = await open('/users');
    const hash = await family.open({ type: 'hash', table: 't' });
    expect(await hash.get(utf8('k'))).toBeUndefined();
    expect((await hash.remove(utf8('k'))).outcome).toBe('absent');
    expect(await keysIn('users')).toEqual([]);
    await hash.put(utf8('k'), utf8('v'));
    const other = await open('/users');
    const asSet = await other.open({ type: 'set', table: 't' });
    for (const call of [() => asSet.get(utf8('k')), () => asSet.put(utf8('k'), new Uint8Array())]) {
      expect(await failureOf(call())).toMatchObject({
        code: 'STORE_WRONG_TYPE',
        message: expect.stringContaining('holds a hash, not a set'),
      });
    }
    expect(await (await other.open({ type: 'set', table: 'u' })).put(utf8('k'), new Uint8Array())).toEqual({
      outcome: 'applied',
    });
  });

  it('lets one of two types win a race', async () => {
    const family = await open('/users');
    const hash = await family.open({ type: 'hash', table: 'race' });
    const set = await family.open({ type: 'set', table: 'race' });
    const results = await Promise.allSettled([
      hash.put(utf8('k'), utf8('v')),
      set.put(utf8('k'), new Uint8Array()),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('keeps sets without values and sorted sets with scores', async () => {
    const family = await open('/users');
    const set = await family.open({ type: 'set', table: 's' });
    expect((await failureOf(set.put(utf8('m'), utf8('v')))).code).toBe('STORE_INVALID_VALUE');
    const zset = await family.open({ type: 'zset', table: 'z' });
    expect((await failureOf(zset.put(utf8('m'), utf8('1.5')))).code).toBe('STORE_INVALID_VALUE');
    expect((await failureOf(zset.put(utf8('m'), utf8('9'.repeat(30))))).code).toBe('STORE_INVALID_VALUE');
    expect((await zset.put(utf8('m'), utf8('-12'))).outcome).toBe('applied');
  });
});

describe('what the cache stores', () => {
  it('may be text', async () => {
    const kv = await (await open('/text')).open({ type: 'kv' });
    await kv.put(utf8('k'), utf8('grüße'));
    expect((await kv.get(utf8('k')))?.value).toEqual(utf8('grüße'));
  });

  it('takes no bytes for text that is converted, where they would come back as others', async () => {
    const kv = await (await open('/text?media=text/plain')).open({ type: 'kv' });
    const bytes = Uint8Array.of(0, 0xff);
    expect((await failureOf(kv.put(utf8('k'), bytes))).code).toBe('STORE_INVALID_VALUE');
    expect((await failureOf(kv.put(bytes, utf8('v')))).code).toBe('STORE_INVALID_KEY');
    expect((await failureOf(kv.get(bytes))).code).toBe('STORE_INVALID_KEY');
    await kv.put(utf8('k'), utf8('grüße'));
    expect((await kv.get(utf8('k')))?.value).toEqual(utf8('grüße'));
  });

  it('must be named where it is another encoding', async () => {
    const kv = await (await open('/proto')).open({ type: 'kv' });
    const failure = await failureOf(kv.get(utf8('k')));
    expect(failure.code).toBe('STORE_INVALID_ARGUMENT');
    expect(failure.message).toMatch(/stores keys as application\/x-protostream.*media=storage/);
    const stored = await (await open('/proto?media=storage')).open({ type: 'kv' });
    await stored.put(Uint8Array.of(0x4a, 1, 0x6b), utf8('v'));
    expect((await stored.get(Uint8Array.of(0x4a, 1, 0x6b)))?.value).toEqual(utf8('v'));
    const json = await (await open('/proto?media=application/json')).open({ type: 'kv' });
    expect((await failureOf(json.get(utf8('k')))).code).toBe('STORE_REJECTED');
  });
});

describe('a family', () => {
  it.each([
    ['http://h', 'STORE_INVALID_ARGUMENT'],
    ['hotrod://h:99999', 'STORE_INVALID_ARGUMENT'],
    ['hotrod://h?layout=odd', 'STORE_INVALID_ARGUMENT'],
    ['hotrod://h?tables=odd', 'STORE_INVALID_ARGUMENT'],
    ['hotrod://h?envelope=perhaps', 'STORE_INVALID_ARGUMENT'],
    ['hotrod://h?adopt=1', 'STORE_INVALID_ARGUMENT'],
    ['hotrod://h?protocol=9.9', 'STORE_INVALID_ARGUMENT'],
    ['hotrod://h?unknown=1', 'STORE_INVALID_ARGUMENT'],
    ['hotrod://h?media=nonsense', 'STORE_INVALID_ARGUMENT'],
    ['hotrods://h?use_ssl=false', 'STORE_INVALID_ARGUMENT'],
    ['hotrod://user@h', 'STORE_INVALID_ARGUMENT'],
    ['hotrod://user:secret@h?sasl_mechanism=GSSAPI', 'STORE_INVALID_ARGUMENT'],
    ['hotrods://user:secret@h?key_store_type=JKS', 'STORE_UNSUPPORTED'],
  ])('does not open at %s', async (url, code) => {
    const failure = await failureOf(openHotRodStoreFamily(url));
    expect(failure.code).toBe(code);
    expect(failure.message).not.toContain('secret');
  });

  it('names itself by its URL without credentials and properties', async () => {
    expect((await open('/users?layout=typed')).name).toBe(`${server.url}/users`);
  });

  it('opens where nobody listens, and says so with each call', async () => {
    const family = await openHotRodStoreFamily(`hotrod://127.0.0.1:${await freePort()}/users`, {
      client: { reconnectMinMs: 1, reconnectMaxMs: 10 },
    });
    closers.push(() => family.close());
    const kv = await family.open({ type: 'kv' });
    expect((await failureOf(family.ping())).code).toBe('STORE_UNREACHABLE');
    expect(await failureOf(kv.put(utf8('k'), utf8('v')))).toMatchObject({
      code: 'STORE_UNREACHABLE',
      mayHaveBeenApplied: false,
    });
  });

  it('says what it met where no Hot Rod server answers', async () => {
    const rude = await startRudeServer({ kind: 'html' });
    closers.push(() => rude.close());
    const family = await openHotRodStoreFamily(`hotrod://${rude.address}/users`);
    closers.push(() => family.close());
    expect((await failureOf(family.ping())).code).toBe('STORE_PROTOCOL');
  });

  it('says that a cache does not exist', async () => {
    const family = await open('/nowhere');
    expect((await failureOf(family.ping())).code).toBe('STORE_NO_SUCH_STORE');
    const kv = await family.open({ type: 'kv' });
    expect((await failureOf(kv.get(utf8('k')))).code).toBe('STORE_NO_SUCH_STORE');
  });

  it('says whether a write that timed out may have happened', async () => {
    const kv = await (await open('/users')).open({ type: 'kv' });
    await kv.get(utf8('k'));
    server.faults.holdReplies();
    const failure = await failureOf(kv.put(utf8('k'), utf8('v'), { timeoutMs: 20 }));
    expect(failure).toMatchObject({ code: 'STORE_TIMEOUT', mayHaveBeenApplied: true });
    server.faults.releaseReplies();
    expect((await kv.get(utf8('k')))?.value).toEqual(utf8('v'));
  });

  it('takes no value that its caller changes afterwards', async () => {
    const kv = await (await open('/users')).open({ type: 'kv' });
    const value = new Uint8Array(100_000).fill(1);
    const pending = kv.put(utf8('k'), value);
    value.fill(2);
    await pending;
    expect((await kv.get(utf8('k')))?.value.every((byte) => byte === 1)).toBe(true);
  });

  it('never takes a token of another store for its own', async () => {
    const kv = await (await open('/users')).open({ type: 'kv' });
    const foreign = { scheme: 'counter', token: '1' } as const;
    expect(await kv.replaceIfVersion(utf8('k'), utf8('v'), foreign)).toEqual({ outcome: 'absent' });
    await kv.put(utf8('k'), utf8('v'));
    expect(await kv.replaceIfVersion(utf8('k'), utf8('w'), foreign)).toEqual({ outcome: 'mismatch' });
    expect(await kv.removeIfVersion(utf8('k'), foreign)).toEqual({ outcome: 'mismatch' });
  });
});
