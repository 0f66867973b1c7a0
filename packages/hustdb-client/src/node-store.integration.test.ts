import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HustDbNode } from '@kvtwin/hustdb-node';
import { startRudeServer } from '@kvtwin/testkit';
import { StoreError, type StoreFamily, type VersionedStore } from '@kvtwin/versioned-value';
import { afterEach, describe, expect, it } from 'vitest';
import { type HustDbStoreOptions, openHustDbStoreFamily } from './open-hustdb-store-family.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array): string => new TextDecoder().decode(value);
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function openFamily(port: number, options?: HustDbStoreOptions): Promise<StoreFamily> {
  const family = await openHustDbStoreFamily(`hustdb://127.0.0.1:${port}`, options);
  closers.push(() => family.close());
  return family;
}

async function startNode(options: Parameters<typeof HustDbNode.listen>[0] = {}): Promise<HustDbNode> {
  const node = await HustDbNode.listen(options);
  closers.push(() => node.close());
  return node;
}

function seed(node: HustDbNode, key: string, value: Uint8Array, table?: string): void {
  node.storage.put({ table, key: bytes(key), value, ver: 0, isDup: false, ttlSeconds: 0 });
}

async function keysOf(store: VersionedStore, options = {}): Promise<string[]> {
  const keys: string[] = [];
  for await (const { entries } of store.scan(options)) keys.push(...entries.map(({ key }) => text(key)));
  return keys.sort();
}

async function refusal(call: Promise<unknown>): Promise<StoreError> {
  const thrown = await call.then(
    () => new Error('nothing was thrown'),
    (error: unknown) => error,
  );
  if (StoreError.is(thrown)) return thrown;
  throw thrown;
}

describe('scans', () => {
  const names = Array.from({ length: 2500 }, (_, at) => `k${String(at).padStart(4, '0')}`);

  it('shows the keys of every file and leaves out what belongs to tables', async () => {
    const node = await startNode();
    for (const name of names) {
      seed(node, name, bytes(name));
      seed(node, `field-${name}`, bytes('x'), 'table');
    }
    const family = await openFamily(node.port);
    expect(await keysOf(await family.open({ type: 'kv' }))).toEqual(names);
    expect(await keysOf(await family.open({ type: 'hash', table: 'table' }))).toEqual(
      names.map((name) => `field-${name}`),
    );
    expect(await keysOf(await family.open({ type: 'hash', table: 'none' }))).toEqual([]);
  });

  it('asks for smaller pages where their values do not fit into a reply', async () => {
    const node = await startNode();
    for (const name of names.slice(0, 100)) seed(node, name, new Uint8Array(9000).fill(7), 'big');
    const family = await openFamily(node.port, { maxReplyBytes: 20_000 });
    const store = await family.open({ type: 'hash', table: 'big' });
    let largest = 0;
    const keys: string[] = [];
    for await (const { entries } of store.scan()) {
      largest = Math.max(largest, entries.length);
      for (const { key, entry } of entries) {
        keys.push(text(key));
        expect(entry.value.length).toBe(9000);
      }
    }
    expect(keys.sort()).toEqual(names.slice(0, 100));
    expect(largest).toBeLessThanOrEqual(2);
  });

  it('goes on past pages that a node leaves empty, where it holds sorted sets', async () => {
    const pages = [[], [], ['YQ=='], [], []];
    const asked: string[] = [];
    const front = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://node');
      const page = Number(url.searchParams.get('offset')) / 10;
      const entries = (pages[page] ?? []).map((key) => ({ key, val: 'dg==', ver: 1 }));
      if (url.pathname === '/hustdb/keys') asked.push(url.searchParams.get('offset') ?? '');
      const none = { count: 0, size: 0, capacity: 0 };
      const total = { TOTALIZE: { KVPAIR: none, HASHTABLE: none } };
      const bodies: Record<string, string> = {
        '/hustdb/file_count': '1',
        '/hustdb/stat_all': JSON.stringify([total, { table: 'z', type: 'Z', count: 20 }]),
        '/hustdb/keys': JSON.stringify(entries),
      };
      response.end(bodies[url.pathname] ?? '');
    });
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise((resolve) => front.close(resolve)));
    const family = await openFamily((front.address() as AddressInfo).port);
    expect(await keysOf(await family.open({ type: 'kv' }), { batchSize: 10 })).toEqual(['a']);
    expect(asked).toEqual(['0', '10', '20', '30', '40', '50']);
  });
});

describe('versions', () => {
  it.each([{ versions: false }, { versions: true }])(
    'gives tokens that a compare-and-set takes, past 63 too, %o',
    async (quirks) => {
      const node = await startNode({ quirks });
      const store = await (await openFamily(node.port)).open({ type: 'kv' });
      const key = bytes('k');
      let { version } = await store.put(key, bytes('0'));
      for (let write = 1; write <= 80; write++) {
        const result = await store.replaceIfVersion(key, bytes(String(write)), version!);
        expect(result.outcome, `write ${write}`).toBe('applied');
        version = result.version;
        expect(version).toEqual((await store.get(key))?.version);
      }
    },
  );

  it('replays a version, and leaves a newer one alone', async () => {
    const store = await (await openFamily((await startNode()).port)).open({ type: 'hash', table: 't' });
    const key = bytes('k');
    const replayed = await store.put(key, bytes('a'), { replayVersion: { scheme: 'counter', token: '9' } });
    expect(replayed).toEqual({ outcome: 'applied', version: { scheme: 'counter', token: '9' } });
    const older = await store.put(key, bytes('b'), { replayVersion: { scheme: 'counter', token: '5' } });
    expect(older).toEqual({ outcome: 'mismatch', version: { scheme: 'counter', token: '9' } });
  });

  it.each([
    { scheme: 'counter', token: '0' },
    { scheme: 'counter', token: '' },
    { scheme: 'hotrod', token: '0000000000000001' },
  ] as const)('refuses %o as a token: it would be unconditional', async (version) => {
    const store = await (await openFamily((await startNode()).port)).open({ type: 'kv' });
    const error = await refusal(store.replaceIfVersion(bytes('k'), bytes('v'), version));
    expect(error.code).toBe('STORE_INVALID_ARGUMENT');
  });
});

describe('errors', () => {
  it('tells a table of another type from one that is not there', async () => {
    const front = createServer((request, response) => {
      if (request.url?.startsWith('/hustdb/stat') === true)
        response.end('{"table":"s","type":"S","count":1}');
      else response.writeHead(412, { Version: '0', VerError: 'false' }).end();
    });
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise((resolve) => front.close(resolve)));
    const store = await (await openFamily((front.address() as AddressInfo).port)).open({
      type: 'hash',
      table: 's',
    });
    const calls = [
      () => store.get(bytes('k')),
      () => store.put(bytes('k'), bytes('v')),
      () => store.remove(bytes('k')),
      () => keysOf(store),
    ];
    for (const call of calls) expect((await refusal(call())).code).toBe('STORE_WRONG_TYPE');
  });

  it('tells a node that is full', async () => {
    const node = await startNode({ maxBytes: 10 });
    const store = await (await openFamily(node.port)).open({ type: 'kv' });
    expect((await refusal(store.put(bytes('k'), new Uint8Array(20)))).code).toBe('STORE_REJECTED');
  });

  it('tells bad credentials, a web server, and nobody at all', async () => {
    const guarded = await startNode({ auth: { user: 'a', password: 'b' } });
    expect((await refusal((await openFamily(guarded.port)).ping())).code).toBe('STORE_AUTH');
    const web = await startRudeServer({ kind: 'html' });
    closers.push(() => web.close());
    expect((await refusal((await openFamily(web.port)).ping())).code).toBe('STORE_PROTOCOL');
    const gone = await HustDbNode.listen();
    await gone.close();
    const error = await refusal((await openFamily(1)).ping());
    expect(error.code).toBe('STORE_UNREACHABLE');
    expect(error.message).toContain('127.0.0.1:1');
  });

  it.each([
    'hustdb://',
    'hustdb://h:0',
    'hustdb://h:x',
    'hustdb://h/p',
    'hustdb://h?a=b',
    'hustdb+ha://h',
    'hustdb://a%zz:b@h',
  ])('refuses the address %s', async (url) =>
    expect((await refusal(openHustDbStoreFamily(url))).code).toBe('STORE_INVALID_ARGUMENT'),
  );

  it.each(['hash', 'set', 'zset'] as const)('wants a name for a %s', async (type) => {
    const family = await openFamily(1);
    const refused = await refusal(family.open({ type, table: 'x'.repeat(65) }));
    expect(refused.message).toContain(`a ${type} needs a table name of 1 to 64 characters`);
    expect((await refusal(family.open({ type }))).code).toBe('STORE_INVALID_ARGUMENT');
  });
});

describe('sets and sorted sets', () => {
  const counter = (token: string) => ({ scheme: 'counter', token }) as const;

  it('keep any bytes as members, long ones too', async () => {
    const family = await openFamily((await startNode()).port);
    const members = [Uint8Array.of(0), bytes('a%20?b'), new Uint8Array(100_000).fill(0x3f)];
    for (const [type, value] of [
      ['set', ''],
      ['zset', '-7'],
    ] as const) {
      const store = await family.open({ type, table: type });
      for (const member of members) await store.put(member, bytes(value));
      for (const member of members) expect(text((await store.get(member))!.value)).toBe(value);
      expect(await keysOf(store)).toEqual(members.map(text).sort());
    }
  });

  it('refuse values that are none of theirs', async () => {
    const family = await openFamily((await startNode()).port);
    const set = await family.open({ type: 'set', table: 's' });
    const zset = await family.open({ type: 'zset', table: 'z' });
    expect((await refusal(set.put(bytes('a'), bytes('v')))).message).toContain('a set member has no value');
    for (const score of ['', '1.5', '007', '-0', '+1', '9223372036854775808', '1'.repeat(30)]) {
      expect((await refusal(zset.put(bytes('a'), bytes(score)))).code, score).toBe('STORE_INVALID_VALUE');
    }
    await zset.put(bytes('a'), bytes('-9223372036854775808'));
    expect(text((await zset.get(bytes('a')))!.value)).toBe('-9223372036854775808');
  });

  it('take a score that is there already for a write that changes nothing, under the version there only', async () => {
    const family = await openFamily((await startNode()).port);
    const zset = await family.open({ type: 'zset', table: 'z' });
    const [key, five, six] = [bytes('a'), bytes('5'), bytes('6')];
    await zset.put(key, five);
    await zset.put(key, six);
    expect(await zset.put(key, six)).toEqual({ outcome: 'applied', version: counter('2') });
    const current = await zset.replaceIfVersion(key, six, counter('2'));
    expect(current).toEqual({ outcome: 'applied', version: counter('2') });
    const old = await zset.replaceIfVersion(key, six, counter('1'));
    expect(old).toEqual({ outcome: 'mismatch', version: counter('2') });
    const replayed = await zset.put(key, six, { replayVersion: counter('1') });
    expect(replayed).toEqual({ outcome: 'mismatch', version: counter('2') });
    const newer = await zset.put(key, six, { replayVersion: counter('9') });
    expect(newer).toEqual({ outcome: 'applied', version: counter('9') });
  });

  it('tell tokens past 63 as reads do', async () => {
    const family = await openFamily((await startNode({ quirks: { versions: true } })).port);
    const zset = await family.open({ type: 'zset', table: 'z' });
    const set = await family.open({ type: 'set', table: 's' });
    for (let at = 1; at <= 70; at++) {
      for (const [store, value] of [
        [zset, String(at)],
        [zset, String(at)],
        [set, ''],
      ] as const) {
        const { version } = await store.put(bytes('a'), bytes(value));
        expect(version).toEqual((await store.get(bytes('a')))!.version);
      }
    }
  });

  it('scan a large one in pages', async () => {
    const node = await startNode();
    const names = Array.from({ length: 2300 }, (_, at) => `m${String(at).padStart(4, '0')}`);
    for (const [at, name] of names.entries()) {
      const demand = { key: bytes(name), ver: 0, isDup: false, ttlSeconds: 0 };
      node.storage.put({ ...demand, table: 's', type: 'S', value: new Uint8Array(0) });
      node.storage.addScore({ ...demand, table: 'z', score: BigInt(at * 7919) % 101n, opt: 0 });
    }
    const family = await openFamily(node.port);
    for (const [type, table] of [
      ['set', 's'],
      ['zset', 'z'],
    ] as const) {
      const store = await family.open({ type, table });
      expect(await keysOf(store)).toEqual(names);
      expect(await keysOf(store, { batchSize: 300 })).toEqual(names);
    }
  });

  it('tell a table of another type', async () => {
    const family = await openFamily((await startNode()).port);
    await (await family.open({ type: 'zset', table: 't' })).put(bytes('a'), bytes('1'));
    for (const type of ['hash', 'set'] as const) {
      const store = await family.open({ type, table: 't' });
      const calls = [() => store.get(bytes('a')), () => store.remove(bytes('a')), () => keysOf(store)];
      for (const call of calls) expect((await refusal(call())).code).toBe('STORE_WRONG_TYPE');
    }
  });
});
