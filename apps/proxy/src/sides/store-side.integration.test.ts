import { HotRodServer } from '@kvtwin/hotrod-server';
import { MemoryRegistry, StoreError } from '@kvtwin/versioned-value';
import { afterEach, describe, expect, it } from 'vitest';
import { openBackend } from './open-backend.js';
import type { AddRequest, ListRequest, Side } from './side.js';
import { sideOf } from './side-of.js';
import { MAX_LISTED_ENTRIES } from './store-listing.js';

const closing: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.close();
});

const bytes = (text: string): Uint8Array => Buffer.from(text);
const call = { timeoutMs: 5000 };

interface Opened {
  readonly side: Side;
  put(type: 'kv' | 'hash' | 'set' | 'zset', table: string, key: string, value: string): Promise<void>;
}

async function opened(url: string): Promise<Opened> {
  const backend = await openBackend(url, { memory: new MemoryRegistry() });
  const side = await sideOf(url, backend);
  closing.push(backend.family, side);
  return {
    side,
    put: async (type, table, key, value) => {
      const store = await backend.family.open(type === 'kv' ? { type } : { type, table });
      await store.put(bytes(key), bytes(value));
      await store.close();
    },
  };
}

const KINDS: Record<string, () => Promise<Opened>> = {
  'a memory store': () => opened('memory:m?envelope=1'),
  'a Hot Rod cache': () => hotRod('?envelope=1'),
  'a Hot Rod cache with typed keys': () => hotRod('?envelope=1&layout=typed'),
};

async function hotRod(query: string): Promise<Opened> {
  const server = await HotRodServer.listen({ caches: { default: {} }, defaultCache: 'default' });
  closing.push(server);
  return opened(`${server.url}${query}`);
}

function shown(listing: Awaited<ReturnType<Side['list']>>): unknown {
  if (listing.outcome !== 'listed') return listing.outcome;
  return listing.entries.map(({ key, value, version, table }) =>
    [table, Buffer.from(key).toString(), value && Buffer.from(value).toString(), version].filter(
      (part) => part !== undefined,
    ),
  );
}

const list = async (side: Side, command: string, request: object): Promise<unknown> =>
  shown(await side.list({ command, request } as unknown as ListRequest, call));

describe.each(Object.entries(KINDS))('%s as a side', (_name, open) => {
  it('lists a table by pages that neither miss nor repeat an entry, in the order of its keys', async () => {
    const { side, put } = await open();
    const keys = Array.from({ length: 25 }, (_, at) => `f${String(at).padStart(2, '0')}`);
    for (const key of [...keys].reverse()) await put('hash', 'h', key, `value of ${key}`);
    const pages: unknown[] = [];
    for (const offset of [0, 10, 20]) {
      pages.push(...((await list(side, 'hkeys', { table: 'h', offset, size: 10 })) as unknown[]));
    }
    expect(pages).toEqual(keys.map((key) => [key, '1']));
    expect(await list(side, 'hkeys', { table: 'h', offset: 25, size: 10 })).toEqual([]);
    expect(await list(side, 'hkeys', { table: 'h', offset: 3, size: 1, noval: false })).toEqual([
      ['f03', 'value of f03', '1'],
    ]);
  });

  it('lists sets without values, and only the buckets asked for', async () => {
    const { side, put } = await open();
    for (const member of ['a', 'abc', 'b']) await put('set', 's', member, '');
    const page = { table: 's', offset: 0, size: 10 };
    expect(await list(side, 'smembers', { ...page, noval: false })).toEqual([
      ['a', '1'],
      ['abc', '1'],
      ['b', '1'],
    ]);
    expect(await list(side, 'smembers', { ...page, start: 97, end: 98 })).toEqual([['a', '1']]);
  });

  it('ranks by the number of a score, below 0 too, equal ones by their bytes', async () => {
    const { side, put } = await open();
    for (const [member, score] of Object.entries({ d: '5', c: '5', a: '-30', b: '-1', e: '1000000' })) {
      await put('zset', 'z', member, score);
    }
    const page = { table: 'z', offset: 0, size: 10 };
    const members = async (command: string, more: object): Promise<string> =>
      ((await list(side, command, { ...page, ...more })) as string[][]).map(([member]) => member).join('');
    expect(await members('zrangebyrank', {})).toBe('abcde');
    expect(await members('zrangebyrank', { offset: 1, size: 2 })).toBe('bc');
    expect(await members('zrangebyscore', { min: -30n, max: 5n })).toBe('abcd');
    expect(await members('zrangebyscore', { min: 5n, max: 5n, offset: 1 })).toBe('d');
    expect(await list(side, 'zrangebyrank', { ...page, size: 1, noval: false })).toEqual([['a', '-30', '1']]);
    expect(await list(side, 'zrangebyrank', { ...page, start: 0, end: 1 })).toBe('wrong-table');
  });

  it('has no export to list from', async () => {
    const { side, put } = await open();
    await put('hash', 'h', 'f', 'v');
    const page = { table: 'h', offset: 0, size: 10, async: true };
    expect(await list(side, 'hkeys', page)).toBe('no-snapshot');
  });

  it('says no to a table that is not there, or of another type', async () => {
    const { side, put } = await open();
    await put('hash', 'h', 'f', 'v');
    const page = { table: 'h', offset: 0, size: 10 };
    expect(await list(side, 'smembers', page)).toBe('wrong-table');
    expect(await list(side, 'zrangebyrank', page)).toBe('wrong-table');
    expect(await list(side, 'hkeys', { ...page, table: 'none' })).toBe('wrong-table');
  });

  it('shares its keys among ten files, as a node does', async () => {
    const { side, put } = await open();
    await put('kv', '', 'list-keys-probe', 'v');
    await put('kv', '', 'other', 'v');
    const page = { offset: 0, size: 10 };
    expect(await side.text({ command: 'file_count', request: {} }, call)).toBe('10');
    expect(await list(side, 'keys', { ...page, file: 9 })).toEqual([['list-keys-probe', '1']]);
    const files = await Promise.all(
      Array.from({ length: 10 }, (_, file) => list(side, 'keys', { ...page, file })),
    );
    expect(files.flat()).toHaveLength(2);
    expect(await list(side, 'keys', { ...page, file: 10 })).toBe('invalid');
    expect(await list(side, 'keys', { ...page, file: -1 })).toBe('invalid');
  });

  it('lists the entries of its tables among its keys', async () => {
    const { side, put } = await open();
    await put('hash', 'list_keys_probe', 'field', 'v');
    await put('zset', 'list_keys_probe2', 'member', '5');
    const page = { offset: 0, size: 10, noval: false };
    expect(await list(side, 'keys', { ...page, file: 3 })).toEqual([['list_keys_probe', 'field', 'v', '1']]);
    const files = await Promise.all(
      Array.from({ length: 10 }, (_, file) => list(side, 'keys', { ...page, file })),
    );
    expect(files.flat()).toHaveLength(2);
  });

  it('counts a table, and everything', async () => {
    const { side, put } = await open();
    await put('kv', '', 'k', 'value');
    await put('hash', 'h', 'f', '12345');
    await put('hash', 'h', 'g', '1');
    await put('set', 's', 'm', '');
    const text = async (command: 'stat' | 'stat_all', request: object): Promise<unknown> =>
      JSON.parse((await side.text({ command, request }, call)) ?? 'null');
    const h = { table: 'h', type: 'H', count: 2, size: 8, capacity: 2048 };
    const s = { table: 's', type: 'S', count: 1 };
    expect(await text('stat', { table: 'h' })).toEqual(h);
    expect(await text('stat', { table: 's' })).toEqual(s);
    expect(await text('stat', { table: 'none' })).toBeNull();
    const KVPAIR = { count: 1, size: 6, capacity: 1024 };
    const HASHTABLE = { count: 2, size: 8, capacity: 2048 };
    expect(await text('stat', {})).toEqual({ TOTALIZE: { KVPAIR, HASHTABLE } });
    expect(await text('stat_all', {})).toEqual([{ TOTALIZE: { KVPAIR, HASHTABLE } }, h, s]);
  });

  it('adds to a number among many who do, and to nothing but a number', async () => {
    const { side, put } = await open();
    const request: AddRequest = {
      type: 'hash',
      table: 'c',
      key: bytes('n'),
      by: 2n,
      ver: 0,
      isDup: false,
      ttlSeconds: undefined,
    };
    await Promise.all(Array.from({ length: 10 }, () => side.add(request, call)));
    expect(await side.add({ ...request, by: -1n }, call)).toMatchObject({ outcome: 'applied', sum: '19' });
    expect(await side.add({ ...request, ver: 3 }, call)).toMatchObject({ outcome: 'mismatch' });
    expect(await side.add({ ...request, ver: 11 }, call)).toMatchObject({ outcome: 'applied', sum: '21' });
    expect(await side.add({ ...request, ver: 1, key: bytes('none') }, call)).toEqual({ outcome: 'absent' });
    await put('hash', 'c', 'n', '9223372036854775807');
    expect(await side.add({ ...request, by: 1n }, call)).toMatchObject({ sum: '-9223372036854775808' });
    await put('hash', 'c', 'n', 'abc');
    await expect(side.add(request, call)).rejects.toMatchObject({ code: 'STORE_REJECTED' });
  });

  it('takes a sum over with its version', async () => {
    const { side } = await open();
    const copy = { type: 'hash', table: 'c', key: bytes('n'), sum: '7', ttlSeconds: undefined } as const;
    const version = { scheme: 'counter', token: '5' } as const;
    expect(await side.copy({ ...copy, version }, call)).toMatchObject({ outcome: 'applied', version });
    expect(await side.copy({ ...copy, sum: '6', version: { ...version, token: '4' } }, call)).toMatchObject({
      outcome: 'mismatch',
      version,
    });
  });
});

it('refuses to cut pages out of more entries than it may hold', async () => {
  const { side } = await opened('memory:m?envelope=1');
  const backend = await openBackend('memory:large');
  closing.push(backend.family);
  const large = await sideOf('memory:large', backend);
  const store = await backend.family.open({ type: 'hash', table: 'h' });
  for (let at = 0; at <= MAX_LISTED_ENTRIES; at++) await store.put(bytes(`f${at}`), bytes('v'));
  const page = { table: 'h', offset: 0, size: 10 } as const;
  const refused = large.list({ command: 'hkeys', request: page }, call);
  await expect(refused).rejects.toSatisfy((error) => StoreError.is(error) && error.code === 'STORE_REJECTED');
  expect(shown(await side.list({ command: 'hkeys', request: page }, call))).toBe('wrong-table');
});
