import { openBackend, type ProxyOptions, startProxy } from '@kvtwin/proxy';
import type { VersionedStore } from '@kvtwin/versioned-value';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { AWKWARD_BYTES, utf8 } from './sample-keys.js';

const TABLE = 'test_table';

interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

async function ask(url: string, init: RequestInit = {}): Promise<HttpAnswer> {
  const response = await fetch(url, init);
  return {
    status: response.status,
    headers: response.headers,
    body: Buffer.from(await response.arrayBuffer()),
  };
}

/** Every byte outside the unreserved ones as %XX. */
function percentEncoded(key: Uint8Array): string {
  return Array.from(key, (byte) => {
    const character = String.fromCharCode(byte);
    return /[A-Za-z0-9._~-]/.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

async function cacheNames(port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/rest/v2/caches`);
  expect(response.status).toBe(200);
  return JSON.stringify(((await response.json()) as unknown[]).map(nameOf).sort());
}

function nameOf(cache: unknown): string {
  return typeof cache === 'string' ? cache : (cache as { name: string }).name;
}

/** The two sites by their default cache, and by a named one with HustDB's counters. */
const BACKENDS = [
  ['the default caches', ''],
  ['named caches', '/proxy'],
] as const;

describe.each(BACKENDS)('the proxy over %s of two sites', (_title, path) => {
  const sides = [`${inject('firstSite')}${path}`, `${inject('secondSite')}${path}`] as const;
  const envelopes = sides.map((url) => `${url}?envelope=1`) as [string, string];
  const ports = [inject('firstPort'), inject('secondPort')];
  const proxies: Awaited<ReturnType<typeof startProxy>>[] = [];
  const before: string[] = [];

  beforeAll(async () => {
    before.push(...(await Promise.all(ports.map(cacheNames))));
  });
  afterEach(async () => {
    await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
  });
  afterAll(async () => {
    expect(await Promise.all(ports.map(cacheNames)), 'no cache was created').toEqual(before);
  });

  async function open(options: Partial<ProxyOptions> = {}): Promise<string> {
    const proxy = await startProxy({ first: sides[0], second: sides[1], port: 0, ...options });
    proxies.push(proxy);
    return proxy.url;
  }

  /** Runs `work` with each side's own store, past the proxy. */
  async function withStores<T>(
    urls: readonly [string, string],
    work: (first: VersionedStore, second: VersionedStore) => Promise<T>,
  ): Promise<T> {
    const families = await Promise.all(urls.map(async (url) => (await openBackend(url)).family));
    try {
      const [first, second] = await Promise.all(
        families.map((family) => family.open({ type: 'hash', table: TABLE })),
      );
      return await work(first!, second!);
    } finally {
      await Promise.all(families.map((family) => family.close()));
    }
  }

  test('kv: put, exist, get, get2, del', async () => {
    const url = await open();
    const key = `kv-${Math.random().toString(36).slice(2)}`;
    expect((await ask(`${url}/exist?key=${key}`)).status).toBe(404);
    const put = await ask(`${url}/put?key=${key}`, { method: 'POST', body: utf8('value\0tail') });
    expect(put.status).toBe(200);
    expect(put.headers.get('version'), 'a plain Hot Rod write tells no token').toBe('');
    expect((await ask(`${url}/exist?key=${key}`)).status).toBe(200);
    const got = await ask(`${url}/get?key=${key}`);
    expect([got.status, got.body.toString('latin1')]).toEqual([200, 'value\0tail']);
    const both = await ask(`${url}/get2?key=${key}`);
    expect([both.status, both.headers.get('x-outcome')]).toEqual([200, 'agreed']);
    expect((await ask(`${url}/del?key=${key}`)).status).toBe(200);
    expect((await ask(`${url}/get2?key=${key}`)).headers.get('x-outcome')).toBe('absent');
  });

  test('hash: hset, hexist, hget, hget2, hdel with awkward keys and values', async () => {
    const url = await open();
    for (const [title, bytes] of AWKWARD_BYTES.filter(([, { length }]) => length > 0)) {
      const at = `tb=${TABLE}&key=${percentEncoded(bytes.filter((byte) => byte !== 0x3f).slice(0, 1_200))}`;
      expect((await ask(`${url}/hset?${at}`, { method: 'POST', body: bytes })).status, title).toBe(200);
      expect((await ask(`${url}/hexist?${at}`)).status, title).toBe(200);
      expect(new Uint8Array((await ask(`${url}/hget?${at}`)).body), title).toEqual(bytes);
      const both = await ask(`${url}/hget2?${at}`);
      expect([both.status, both.headers.get('x-outcome')], title).toEqual([200, 'agreed']);
      expect((await ask(`${url}/hdel?${at}`)).status, title).toBe(200);
      expect((await ask(`${url}/hexist?${at}`)).status, title).toBe(404);
    }
  });

  test('HustDB counters in an envelope answer the documented samples', async () => {
    const url = await open({ first: envelopes[0], second: envelopes[1] });
    const key = (name: string): Uint8Array => utf8(name);
    await withStores(envelopes, async (first, second) => {
      const put = async (store: VersionedStore, name: string, value: string, times = 1) => {
        await store.remove(key(name));
        for (let write = 0; write < times; write++) {
          await store.put(key(name), utf8(value));
        }
      };
      await put(first, 'test_key', 'hustdbhavalue');
      await put(second, 'test_key', 'hustdbhavalue');
      await put(first, 'skew', 'hustdbhavalue');
      await put(second, 'skew', 'hustdbhavalue', 2);
      await put(first, 'conflict', 'hustdbhavalue');
      await put(second, 'conflict', '1111111111111');
      await put(first, 'diverged', 'hustdbhavalue');
      await put(second, 'diverged', '1111111111111', 2);
      await put(first, 'one', 'hustdbhavalue');
      await second.remove(key('one'));
    });
    const sample = async (name: string) => {
      const { status, headers, body } = await ask(`${url}/hget2?tb=${TABLE}&key=${name}`);
      const shown = ['version', 'version1', 'version2', 'val-offset'].map((header) => headers.get(header));
      return [status, ...shown, body.toString()];
    };
    const both = 'hustdbhavalue1111111111111';
    expect(await sample('test_key')).toEqual([200, '1', null, null, null, 'hustdbhavalue']);
    expect(await sample('skew')).toEqual([200, null, '1', '2', null, 'hustdbhavalue']);
    expect(await sample('conflict')).toEqual([409, '1', null, null, '13', both]);
    expect(await sample('diverged')).toEqual([409, null, '1', '2', '13', both]);
    expect((await sample('one'))[0]).toBe(404);
    const refused = await ask(`${url}/hset?tb=${TABLE}&key=test_key&ver=7`, {
      method: 'POST',
      body: utf8('new'),
    });
    expect(refused.status).toBe(404);
    const replaced = await ask(`${url}/hset?tb=${TABLE}&key=test_key&ver=1`, {
      method: 'POST',
      body: utf8('new'),
    });
    expect([replaced.status, replaced.headers.get('version')]).toEqual([200, '2']);
  });

  test('opaque versions, extended: values decide, one-sided keys and dead sides are told', async () => {
    const url = await open({ compat: 'extended', versions: 'opaque' });
    await withStores(sides, async (first, second) => {
      await first.put(utf8('same'), utf8('value'));
      await second.put(utf8('same'), utf8('value'));
      await first.put(utf8('other'), utf8('a\0one'));
      await second.put(utf8('other'), utf8('a\0two'));
      await first.remove(utf8('only'));
      await second.put(utf8('only'), utf8('value'));
    });
    const outcomeOf = async (proxy: string, name: string) => {
      const { status, headers } = await ask(`${proxy}/hget2?tb=${TABLE}&key=${name}`);
      return [status, headers.get('x-outcome')];
    };
    expect(await outcomeOf(url, 'same')).toEqual([200, 'agreed']);
    expect(await outcomeOf(url, 'other')).toEqual([409, 'value-conflict']);
    expect(await outcomeOf(url, 'only')).toEqual([409, 'one-sided']);
    const lame = await open({ second: 'hotrod://127.0.0.1:1', compat: 'extended', versions: 'opaque' });
    expect(await outcomeOf(lame, 'same')).toEqual([503, 'unreadable']);
  });
});
