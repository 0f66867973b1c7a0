import { afterEach, expect, it } from 'vitest';
import { HustDbNode } from './hustdb-node.js';
import type { HustDbNodeOptions } from './options.js';

const nodes: HustDbNode[] = [];
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.close();
});

const auth = { user: 'huststore', password: 'huststore' };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function start(options: HustDbNodeOptions = {}): Promise<HustDbNode> {
  const node = await HustDbNode.listen({ auth, ...options });
  nodes.push(node);
  return node;
}

async function ask(node: HustDbNode, path: string, body?: string): Promise<number> {
  const headers = { Authorization: `Basic ${btoa('huststore:huststore')}` };
  const method = body === undefined ? 'GET' : 'POST';
  return (await fetch(`http://127.0.0.1:${node.port}/hustdb/${path}`, { method, body, headers })).status;
}

function shown(node: HustDbNode, place: Parameters<HustDbNode['storage']['read']>[0]): string {
  const read = node.storage.read(place);
  if (read.outcome === 'missing-parameter') return read.outcome;
  return read.outcome === 'found' ? `${read.version} ${new TextDecoder().decode(read.value)}` : read.outcome;
}

it('sends what another node missed, of every type, with its version', async () => {
  const [first, second] = [await start(), await start()];
  const to = `host=127.0.0.1:${second.port}`;
  await ask(second, 'put?key=gone', 'old');
  for (const value of ['one', 'two']) await ask(first, 'put?key=a%20b', value);
  await ask(first, 'hset?tb=h&key=f', 'v');
  await ask(first, 'sadd?tb=s', 'm%20');
  await ask(first, 'zadd?tb=z&score=-5', 'm');
  for (const [path, body] of [
    ['method=1&key=a%20b', 'body of the put'],
    ['method=2&key=gone', ''],
    ['method=3&tb=h&key=f', ''],
    ['method=5&tb=s', 'm%20'],
    ['method=7&tb=z', 'm'],
  ]) {
    expect(await ask(first, `binlog?${to}&${path}`, body), path).toBe(200);
  }
  await first.binlog.flush();
  expect(first.binlog.size).toBe(0);
  expect(shown(second, { key: bytes('a b') })).toBe('2 two');
  expect(shown(second, { key: bytes('gone') })).toBe('absent');
  expect(shown(second, { table: 'h', key: bytes('f') })).toBe('1 v');
  expect(shown(second, { table: 's', type: 'S', key: bytes('m%20') })).toBe('1 ');
  expect(shown(second, { table: 'z', type: 'Z', key: bytes('m') })).toBe('1 -5');
});

it('copies an increment to the other node in its own time', async () => {
  const [first, second] = [await start({ binlogIntervalMs: 20 }), await start()];
  await ask(first, `hincrby?tb=h&key=n&val=5&host=127.0.0.1:${second.port}`);
  await expect.poll(() => shown(second, { table: 'h', key: bytes('n') })).toBe('1 5');
});

it('keeps what cannot be sent, the last write of a key only, and gives up what the other node refuses', async () => {
  const [first, second] = [await start(), await start()];
  const host = `127.0.0.1:${second.port}`;
  await second.close();
  const key = bytes('k');
  first.storage.put({ key, value: bytes('v'), ttlSeconds: 0, ver: 0, isDup: false });
  expect(first.binlog.add({ host, method: 1, key })).toBe('queued');
  expect(first.binlog.add({ host, method: 2, key })).toBe('queued');
  await first.binlog.flush();
  expect(first.binlog.size).toBe(1);
  const other = await start({
    auth: { user: 'other', password: 'other' },
    port: second.port || Number(host.slice(10)),
  });
  await first.binlog.flush();
  expect(first.binlog.size).toBe(0);
  expect(other.storage.bytes).toBe(0);
});

it.each([
  ['method=1', 'host=localhost:80', 401],
  ['method=1', 'host=127.0.0.256:80', 401],
  ['method=1', 'host=127.0.0.1:0', 401],
  ['method=1', `host=${'1'.repeat(33)}`, 400],
  ['method=9', 'host=127.0.0.1:80', 400],
  ['method=3', 'host=127.0.0.1:80', 400],
  ['method=1&tb=a-b', 'host=127.0.0.1:80', 400],
  ['', 'host=127.0.0.1:80', 404],
  ['method=1', '', 404],
])('answers binlog?%s&%s with %i', async (method, host, status) => {
  expect(await ask(await start(), `binlog?${method}&${host}`, 'k')).toBe(status);
});

it('refuses more than it may keep', async () => {
  const node = await start({ maxBinlogTasks: 1 });
  const host = '127.0.0.1:9';
  expect(node.binlog.add({ host, method: 2, key: bytes('a') })).toBe('queued');
  expect(node.binlog.add({ host, method: 2, key: bytes('b') })).toBe('refused');
  expect(node.binlog.add({ host, method: 2, key: bytes('a') })).toBe('queued');
});
