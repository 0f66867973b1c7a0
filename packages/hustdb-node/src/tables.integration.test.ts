import { ManualClock } from '@kvtwin/versioned-value';
import { afterEach, describe, expect, it } from 'vitest';
import { HustDbNode } from './hustdb-node.js';
import type { HustDbNodeOptions } from './options.js';

const nodes: HustDbNode[] = [];
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.close();
});

/** `METHOD path`, then a body; answers status, `Version`, `VerError` and the body, those that are there. */
type Ask = (request: string, body?: string) => Promise<string>;

async function start(options: HustDbNodeOptions = {}): Promise<Ask> {
  const node = await HustDbNode.listen(options);
  nodes.push(node);
  return async (request, body) => {
    const [method, path] = request.split(' ');
    const reply = await fetch(`http://127.0.0.1:${node.port}/hustdb/${path}`, { method, body });
    const headers = ['version', 'vererror', 'keys'].map((name) => reply.headers.get(name));
    return [reply.status, ...headers, await reply.text()]
      .filter((part) => part !== null && part !== '')
      .join(' ');
  };
}

describe('sets', () => {
  it('count every add, and go with their last member', async () => {
    const ask = await start();
    expect(await ask('POST srem?tb=s', 'a')).toBe('412 0 false');
    expect(await ask('POST sadd?tb=s', 'a')).toBe('200 1 false');
    expect(await ask('POST sadd?tb=s', 'a')).toBe('200 2 false');
    expect(await ask('POST sadd?tb=s&ver=1', 'a')).toBe('401 2 true');
    expect(await ask('POST sadd?tb=s&ver=1', 'b')).toBe('401 0 false');
    expect(await ask('POST sismember?tb=s', 'a')).toBe('200 2');
    expect(await ask('POST sismember?tb=s', 'b')).toBe('404 0');
    expect(await ask('GET smembers?tb=s&offset=0&size=9&noval=false')).toBe('200 1 [{"key":"YQ==","ver":2}]');
    expect(await ask('POST srem?tb=s', 'a')).toBe('200 2 false');
    expect(await ask('POST sismember?tb=s', 'a')).toBe('412 0');
  });

  it('keep members as they are, however they come', async () => {
    const ask = await start();
    await ask('POST sadd?tb=s', 'a%20?b');
    expect(await ask('GET sismember?tb=s&key=a%20?b')).toBe('200 1');
    expect(await ask('POST sadd?tb=s&key=a')).toBe('404');
  });

  it('end with their time', async () => {
    const clock = new ManualClock();
    const ask = await start({ clock });
    await ask('POST sadd?tb=s&ttl=1', 'a');
    clock.turn(1000);
    expect(await ask('POST sismember?tb=s', 'a')).toBe('404 1');
    expect(await ask('POST sismember?tb=s', 'a')).toBe('412 0');
  });
});

describe('sorted sets', () => {
  it('keep the version of a score that is set again, whatever older version is given', async () => {
    const ask = await start();
    await ask('POST zadd?tb=z&score=5', 'a');
    expect(await ask('POST zadd?tb=z&score=6', 'a')).toBe('200 2 false 6');
    expect(await ask('POST zadd?tb=z&score=6&ver=1', 'a')).toBe('200 2 false');
    expect(await ask('POST zadd?tb=z&score=6&ver=3', 'a')).toBe('401 2 true');
    expect(await ask('POST zadd?tb=z&score=0&opt=1', 'a')).toBe('200 3 false 6');
    expect(await ask('POST zadd?tb=z&score=6&ver=9&is_dup=true', 'a')).toBe('200 9 false 6');
    expect(await ask('POST zadd?tb=z&score=7&ver=8&is_dup=true', 'a')).toBe('200 9 true');
    expect(await ask('POST zscore?tb=z', 'a')).toBe('200 9 6');
  });

  it('wrap scores at 64 bits, and read them as streams do', async () => {
    const ask = await start();
    await ask('POST zadd?tb=z&score=9223372036854775807', 'a');
    expect(await ask('POST zadd?tb=z&score=1&opt=1', 'a')).toBe('200 2 false -9223372036854775808');
    expect(await ask('POST zadd?tb=z&score=5.9', 'b')).toBe('200 1 false 5');
    expect(await ask('POST zadd?tb=z&score=abc', 'c')).toBe('200 1 false 0');
    expect(await ask('POST zadd?tb=z', 'd')).toBe('404');
  });

  it('are listed by score, equal ones as they came, negative ones by magnitude', async () => {
    const ask = await start();
    const scores = { a: -1, b: -30, c: -5, d: 3, e: 3, f: 0 };
    for (const [member, score] of Object.entries(scores)) await ask(`POST zadd?tb=z&score=${score}`, member);
    const members = async (path: string): Promise<string> => {
      const text = (await ask(`GET ${path}`)).replace(/^200 \d+ /, '');
      return (JSON.parse(text) as { key: string }[]).map(({ key }) => atob(key)).join('');
    };
    expect(await members('zrangebyrank?tb=z&offset=0&size=10')).toBe('acbfde');
    expect(await members('zrangebyrank?tb=z&offset=4&size=10')).toBe('de');
    expect(await members('zrangebyscore?tb=z&min=-100&max=100&offset=0&size=10')).toBe('fde');
    expect(await members('zrangebyscore?tb=z&min=1&max=9&offset=1&size=10')).toBe('e');
    await ask('POST zadd?tb=z&score=1', 'e');
    await ask('POST zrem?tb=z', 'f');
    expect(await members('zrangebyrank?tb=z&offset=0&size=10')).toBe('acbed');
    expect(await ask('GET zrangebyscore?tb=z&min=2&max=1&offset=0&size=10')).toBe('400');
    expect(await ask('GET zrangebyrank?tb=z&offset=0&size=1&async=true')).toBe('500');
    expect(await ask('GET zrangebyrank?tb=z&offset=0&size=1&start=0&end=1')).toBe('412');
  });

  it('show in the listing of a file with their score', async () => {
    const ask = await start({ fileCount: 1 });
    await ask('POST zadd?tb=z&score=7', 'a');
    await ask('POST sadd?tb=s', 'b');
    expect(await ask('GET keys?file=0&offset=0&size=10&noval=false')).toBe(
      '200 2 [{"key":"YQ==","val":"7","ver":1,"tb":"z","ty":"Z"},{"key":"Yg==","ver":1,"tb":"s","ty":"S"}]',
    );
  });
});

it('counts tables of every type, their bytes only where they are hashes', async () => {
  const ask = await start();
  await ask('POST hset?tb=h&key=a', 'v');
  await ask('POST sadd?tb=s', 'a');
  await ask('POST zadd?tb=z&score=1', 'a');
  const [total, ...tables] = JSON.parse((await ask('GET stat_all')).slice(4)) as object[];
  expect(total).toMatchObject({ TOTALIZE: { HASHTABLE: { count: 1 } } });
  expect(tables).toEqual([
    { table: 'h', type: 'H', count: 1, size: 2, capacity: 1024 },
    { table: 's', type: 'S', count: 1 },
    { table: 'z', type: 'Z', count: 1 },
  ]);
});

it('refuses a table of another type before it looks at a version', async () => {
  const ask = await start();
  await ask('POST zadd?tb=z&score=1', 'a');
  expect(await ask('POST sadd?tb=z&ver=3', 'a')).toBe('412 3 false');
  expect(await ask('GET hincrby?tb=z&key=a&val=1')).toBe('412 0 false');
  expect(await ask('GET hkeys?tb=z&offset=0&size=1')).toBe('412');
});
