import {
  openMemoryStoreFamily,
  StoreError,
  type StoreFamily,
  withCounterEnvelopes,
} from '@kvtwin/versioned-value';
import { afterEach, describe, expect, it } from 'vitest';
import { HustDbNode } from './hustdb-node.js';
import type { HustDbNodeOptions } from './options.js';

const nodes: HustDbNode[] = [];
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.close();
});

const family = (): StoreFamily => withCounterEnvelopes(openMemoryStoreFamily('store', { enveloped: true }));

async function start(store: StoreFamily, options: HustDbNodeOptions = {}): Promise<HustDbNode> {
  const node = await HustDbNode.listen({ store, ...options });
  nodes.push(node);
  return node;
}

async function ask(node: HustDbNode, target: string, body?: string): Promise<string> {
  const init = body === undefined ? {} : { method: 'POST', body };
  const reply = await fetch(`http://127.0.0.1:${node.port}/hustdb/${target}`, init);
  return `${reply.status} ${reply.headers.get('version') ?? '-'} ${await reply.text()}`;
}

/** A family whose calls of kv all fail. */
function failing(code: 'STORE_UNREACHABLE' | 'STORE_TIMEOUT'): StoreFamily {
  const inner = family();
  const fail = async () => {
    throw new StoreError('it does not answer', { code });
  };
  return {
    name: inner.name,
    ping: fail,
    close: () => inner.close(),
    [Symbol.asyncDispose]: () => inner.close(),
    open: async (selector) => {
      const store = await inner.open(selector);
      return Object.assign(Object.create(store), {
        capabilities: store.capabilities,
        close: async () => {},
        get: fail,
        put: fail,
      });
    },
  };
}

describe('a node over the stores of a family', () => {
  it('keeps kv, hashes, sets and sorted sets there, where others see them', async () => {
    const store = family();
    const node = await start(store);
    expect(await ask(node, 'put?key=a', 'one')).toBe('200 1 ');
    expect(await ask(node, 'hset?tb=h&key=f', 'v')).toBe('200 1 ');
    expect(await ask(node, 'sadd?tb=s', 'm')).toBe('200 1 ');
    expect(await ask(node, 'zadd?tb=z&score=7&key=m')).toBe('200 1 7');
    const bytes = (text: string) => new TextEncoder().encode(text);
    const hash = await store.open({ type: 'hash', table: 'h' });
    expect((await hash.get(bytes('f')))?.value).toEqual(bytes('v'));
    const scores = await store.open({ type: 'zset', table: 'z' });
    await scores.put(bytes('m'), bytes('8'));
    expect(await ask(node, 'zscore?tb=z&key=m')).toBe('200 2 8');
    expect(node.storage.count).toBe(0);
  });

  it('compares and sets by version, and replays', async () => {
    const node = await start(family());
    expect(await ask(node, 'put?key=a&ver=1', 'x')).toBe('401 0 ');
    await ask(node, 'put?key=a', 'one');
    expect(await ask(node, 'put?key=a&ver=2', 'two')).toBe('401 1 ');
    expect(await ask(node, 'put?key=a&ver=1', 'two')).toBe('200 2 ');
    expect(await ask(node, 'put?key=a&ver=9&is_dup=true', 'nine')).toBe('200 9 ');
    expect(await ask(node, 'put?key=a&ver=3&is_dup=true', 'three')).toBe('200 9 ');
    expect(await ask(node, 'get?key=a')).toBe('200 9 nine');
    expect(await ask(node, 'del?key=a&ver=8')).toBe('401 9 ');
    expect(await ask(node, 'del?key=a&ver=9')).toBe('200 9 ');
    expect(await ask(node, 'del?key=a')).toBe('404 0 ');
  });

  it('adds for many callers at once without losing one', async () => {
    const node = await start(family());
    await Promise.all(Array.from({ length: 20 }, () => ask(node, 'hincrby?tb=h&key=n&val=2')));
    expect(await ask(node, 'hget?tb=h&key=n')).toBe('200 20 40');
    expect(await ask(node, 'hset?tb=h&key=t', 'text')).toBe('200 1 ');
    expect(await ask(node, 'hincrby?tb=h&key=t&val=1&ver=1')).toBe('403 1 ');
    expect(await ask(node, 'zadd?tb=z&key=m&score=0&opt=1')).toBe('200 1 0');
    expect(await ask(node, 'zadd?tb=z&key=m&score=0&opt=1')).toBe('200 2 0');
    expect(await ask(node, 'zadd?tb=z&key=m&score=0')).toBe('200 2 ');
  });

  it('tells a table that is not there from a field that is not', async () => {
    const node = await start(family());
    expect(await ask(node, 'hget?tb=h&key=f')).toBe('412 0 ');
    await ask(node, 'hset?tb=h&key=g', 'v');
    expect(await ask(node, 'hget?tb=h&key=f')).toBe('404 0 ');
    expect(await ask(node, 'hdel?tb=h&key=f')).toBe('404 0 ');
    await ask(node, 'hdel?tb=h&key=g');
    expect(await ask(node, 'hget?tb=h&key=g')).toBe('412 0 ');
    expect(await ask(node, 'hdel?tb=h&key=g')).toBe('412 0 ');
    expect(await ask(node, 'smembers?tb=h&offset=0&size=10')).toMatch(/^412/);
  });

  it('lists in order, by pages and files, and counts', async () => {
    const node = await start(family());
    for (const field of ['c', 'a', 'b']) await ask(node, `hset?tb=h&key=${field}`, 'v');
    for (const [member, score] of ['x', 'y', 'z'].entries())
      await ask(node, `zadd?tb=z&key=${score}&score=${9 - member}`);
    await ask(node, 'put?key=k', 'v');
    const keys = async (target: string) => {
      const [, , text] = (await ask(node, target)).split(' ', 3);
      return (JSON.parse(text!) as { key: string; tb?: string }[]).map(({ key }) => atob(key)).join('');
    };
    expect(await keys('hkeys?tb=h&offset=0&size=2')).toBe('ab');
    expect(await keys('hkeys?tb=h&offset=2&size=2')).toBe('c');
    expect(await keys('zrangebyrank?tb=z&offset=0&size=10')).toBe('zyx');
    expect(await keys('zrangebyscore?tb=z&offset=0&size=10&min=8&max=9')).toBe('yx');
    let all = '';
    for (let file = 0; file < 10; file++) all += await keys(`keys?offset=0&size=100&file=${file}`);
    expect([...all].sort().join('')).toBe('abckxyz');
    expect((await ask(node, 'keys?offset=0&size=100&file=10')).slice(0, 3)).toBe('400');
    expect(await ask(node, 'stat?tb=h')).toBe(
      '200 - {"table":"h","type":"H","count":3,"size":6,"capacity":3072}',
    );
    expect(await ask(node, 'stat?tb=none')).toBe('404 - ');
    const all2 = JSON.parse((await ask(node, 'stat_all')).slice(6)) as { table?: string }[];
    expect(all2.map(({ table }) => table)).toEqual([undefined, 'h', 'z']);
  });

  it('keeps its own notes from its callers', async () => {
    const node = await start(family());
    await ask(node, 'hset?tb=h&key=f', 'v');
    expect(await ask(node, 'hset?tb=kvtwin:tables&key=f', 'v')).toBe('412 0 ');
    expect(await ask(node, 'hget?tb=kvtwin:tables&key=H:h')).toBe('412 0 ');
    expect(await ask(node, 'hdel?tb=kvtwin:tables&key=H:h&ver=3')).toBe('412 3 ');
    expect(await ask(node, 'hkeys?tb=kvtwin:tables&offset=0&size=9')).toMatch(/^412/);
    expect(await ask(node, 'stat?tb=kvtwin:tables')).toMatch(/^404/);
  });

  it('sends on to another node what that one missed', async () => {
    const other = await start(family());
    const node = await start(family());
    await ask(node, 'put?key=a', 'one');
    expect(await ask(node, `binlog?host=127.0.0.1:${other.port}&method=1&key=a`)).toBe('200 - ');
    expect(await ask(node, `binlog?host=127.0.0.1:${other.port}&method=1&key=none`)).toBe('200 - ');
    expect(node.binlog.size).toBe(1);
    await node.binlog.flush();
    expect(await ask(other, 'get?key=a')).toBe('200 1 one');
  });

  it('answers 500 where the store does not answer, and says why', async () => {
    const errors: unknown[] = [];
    const node = await start(failing('STORE_UNREACHABLE'), { onError: (error) => errors.push(error) });
    expect(await ask(node, 'get?key=a')).toBe('500 - ');
    expect(await ask(node, 'put?key=a', 'v')).toBe('500 - ');
    expect(errors).toMatchObject([{ code: 'STORE_UNREACHABLE' }, { code: 'STORE_UNREACHABLE' }]);
  });

  it('refuses a family that does not count versions', async () => {
    await expect(start(openMemoryStoreFamily('opaque'))).rejects.toMatchObject({
      code: 'HUSTDB_NODE_OPTIONS',
    });
  });
});
