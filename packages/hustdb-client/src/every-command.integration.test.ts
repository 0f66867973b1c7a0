import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HustDbNode as EmbeddedNode } from '@kvtwin/hustdb-node';
import { afterEach, describe, expect, it } from 'vitest';
import { HustDbHa } from './hustdb-ha.js';
import { HustDbNode } from './hustdb-node.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const NOTHING = new Uint8Array(0);
const [key, member, table] = [bytes('k'), bytes('m'), 't'];
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function startNode(): Promise<{ node: EmbeddedNode; client: HustDbNode }> {
  const node = await EmbeddedNode.listen();
  const client = new HustDbNode({ host: '127.0.0.1', port: node.port });
  closers.push(
    () => node.close(),
    () => client.close(),
  );
  return { node, client };
}

describe('HustDbNode', () => {
  it('adds to sets, asks them, lists them', async () => {
    const { client } = await startNode();
    expect(await client.srem({ table, member })).toEqual({ outcome: 'wrong-table', version: '0' });
    expect(await client.sadd({ table, member })).toEqual({ outcome: 'applied', version: '1', body: NOTHING });
    expect(await client.sismember({ table, member })).toMatchObject({ outcome: 'found', version: '1' });
    expect(await client.smembers({ table, offset: 0, size: 10 })).toEqual({
      outcome: 'listed',
      entries: [{ key: member, version: '1' }],
    });
    expect(await client.srem({ table, member })).toMatchObject({ outcome: 'applied' });
  });

  it('scores members, and lists them by rank and by score', async () => {
    const { client } = await startNode();
    const added = await client.zadd({ table, member, score: 5n });
    expect(added).toEqual({ outcome: 'applied', version: '1', body: bytes('5') });
    const same = await client.zadd({ table, member, score: 5n });
    expect(same).toEqual({ outcome: 'applied', version: '1', body: NOTHING });
    await client.zadd({ table, member, score: 8n, opt: -1 });
    const score = { outcome: 'found', version: '2', value: bytes('-3') };
    expect(await client.zscore({ table, member })).toEqual(score);
    expect(await client.zismember({ table, member })).toMatchObject({ outcome: 'found', value: NOTHING });
    await client.zadd({ table, member: bytes('n'), score: 4n });
    const ranked = await client.zrangebyrank({ table, offset: 0, size: 1, noval: false });
    expect(ranked).toMatchObject({ entries: [{ key: member, value: bytes('-3') }] });
    const range = { table, min: 1n, max: 4n, offset: 0, size: 10, noval: false };
    expect(await client.zrangebyscore(range)).toMatchObject({ entries: [{ value: bytes('4') }] });
    expect(await client.zrem({ table, member })).toMatchObject({ outcome: 'applied', version: '2' });
  });

  it('caches', async () => {
    const { client } = await startNode();
    const done = (text: string) => ({ outcome: 'done', body: bytes(text) });
    expect(await client.cache('get', { key })).toEqual({ outcome: 'failed' });
    expect(await client.cache('put', { key, value: bytes('v'), cacheTtlSeconds: 9 })).toEqual(done(''));
    expect(await client.cache('append', { key, value: bytes('w') })).toEqual(done(''));
    expect(await client.cache('get', { key })).toEqual(done('vw'));
    expect(await client.cache('ttl', { key })).toEqual(done('9'));
    expect(await client.cache('persist', { key })).toEqual(done(''));
    expect(await client.cache('expire', { key, cacheTtlSeconds: 5 })).toEqual(done(''));
    expect(await client.cache('hincrbyfloat', { table, key, amount: '0.5' })).toEqual(done('0.5'));
    expect(await client.cache('hexist', { table, key })).toEqual(done(''));
    expect(await client.cache('hdel', { table, key })).toEqual(done(''));
    expect(await client.cache('del', { key })).toEqual(done(''));
  });

  it('has a node send on what another one missed', async () => {
    const [{ node, client }, other] = [await startNode(), await startNode()];
    await client.sadd({ table, member });
    const host = `127.0.0.1:${other.node.port}`;
    expect(await client.binlog({ host, method: 5, table, member })).toBe('queued');
    await node.binlog.flush();
    expect(await other.client.sismember({ table, member })).toMatchObject({ outcome: 'found' });
  });
});

describe('HustDbHa', () => {
  type Scripted = [status: number, headers: Record<string, string>, body?: string];

  /** A front that answers as scripted and keeps requests with their bodies. */
  async function scripted(
    reply: Scripted,
  ): Promise<{ client: HustDbHa; asked: string[]; connections: () => number }> {
    const asked: string[] = [];
    let connections = 0;
    const server = createServer((request, response) => {
      const [status, headers, body = ''] = reply;
      let sent = '';
      request.setEncoding('latin1').on('data', (chunk: string) => {
        sent += chunk;
      });
      request.on('end', () => {
        asked.push(`${request.method} ${request.url}${sent === '' ? '' : ` ${sent}`}`);
        response.writeHead(status, { 'Content-Type': 'text/plain', ...headers }).end(body);
      });
    });
    server.on('connection', () => connections++);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const client = new HustDbHa({ host: '127.0.0.1', port, connections: 1 });
    closers.push(
      () => new Promise((resolve) => server.close(resolve)),
      () => client.close(),
    );
    return { client, asked, connections: () => connections };
  }

  it('sends members in bodies, those of sorted sets encoded', async () => {
    const { client, asked } = await scripted([200, { Version: '1' }]);
    const odd = bytes('50% off');
    await client.sadd({ table, member: odd });
    await client.srem({ table, member: odd, ver: 1 });
    await client.sismember({ table, member: odd });
    await client.sismember2({ table, member: odd });
    await client.zadd({ table, member: odd, score: -1n, opt: 1 });
    await client.zrem({ table, member: odd });
    await client.zismember({ table, member: odd });
    expect(asked).toEqual([
      'POST /sadd?tb=t 50% off',
      'POST /srem?tb=t&ver=1 50% off',
      'POST /sismember?tb=t 50% off',
      'POST /sismember2?tb=t 50% off',
      'POST /zadd?tb=t&score=-1&opt=1 50%25 off',
      'POST /zrem?tb=t 50%25 off',
      'POST /zismember?tb=t 50%25 off',
    ]);
  });

  it('reads scores of both masters, on a connection that it keeps', async () => {
    const { client, connections } = await scripted([409, { Version: '2', 'Val-Offset': '1' }, '42']);
    for (let at = 0; at < 3; at++) {
      expect(await client.zscore2({ table, member })).toMatchObject({
        kind: 'value-conflict',
        values: [bytes('4'), bytes('2')],
      });
    }
    expect(connections()).toBe(1);
  });

  it('keeps its connection when a member is not there, and drops it when a write is refused', async () => {
    const { client, connections } = await scripted([404, { Version: '0' }]);
    for (let at = 0; at < 3; at++) {
      expect((await client.sismember({ table, member })).outcome).toBe('not-found-or-failed');
    }
    expect(connections()).toBe(1);
    for (let at = 0; at < 2; at++) {
      expect((await client.sadd({ table, member })).outcome).toBe('failed');
    }
    expect(connections()).toBe(2);
  });

  it('lists', async () => {
    const { client, asked } = await scripted([200, { Keys: '1' }, '[{"key":"bQ==","val":"MQ==","ver":2}]']);
    const page = { offset: 0, size: 10 };
    const listed = { outcome: 'listed', entries: [{ key: member, value: bytes('1'), version: '2' }] };
    expect(await client.keys({ ...page, file: 3, peer: 0 })).toEqual(listed);
    expect(await client.hkeys({ ...page, table, peer: 1 })).toEqual(listed);
    expect(await client.smembers({ ...page, table, peer: 1 })).toEqual(listed);
    expect(await client.zrangebyrank({ ...page, table })).toMatchObject({
      entries: [{ value: bytes('MQ==') }],
    });
    await client.zrangebyscore({ ...page, table, min: -1n, max: 1n });
    expect(asked).toEqual([
      'GET /keys?peer=0&offset=0&size=10&file=3',
      'GET /hkeys?peer=1&tb=t&offset=0&size=10',
      'GET /smembers?peer=1&tb=t&offset=0&size=10',
      'GET /zrangebyrank?tb=t&offset=0&size=10',
      'GET /zrangebyscore?tb=t&min=-1&max=1&offset=0&size=10',
    ]);
    await expect(client.hkeys({ ...page, table })).rejects.toMatchObject({ code: 'HUSTDB_INVALID_REQUEST' });
  });

  it('caches on both masters, and tells which one could not', async () => {
    const read = await scripted([200, { Version: '' }, 'v']);
    expect(await read.client.cacheRead('get', { key })).toMatchObject({ outcome: 'found', version: '' });
    expect(await read.client.cacheRead('hget', { table, key })).toMatchObject({ value: bytes('v') });
    const write = await scripted([200, { Fail: '10.0.0.2:8085' }, '7']);
    const written = { outcome: 'applied', body: bytes('7'), fail: '10.0.0.2:8085' };
    expect(await write.client.cacheWrite('hincrby', { table, key, amount: '7' })).toEqual(written);
    expect(await write.client.cacheWrite('put', { key, value: bytes('v') })).toEqual(written);
    expect(read.asked).toEqual(['GET /cache/get?key=k', 'GET /cache/hget?tb=t&key=k']);
    expect(write.asked).toEqual(['GET /cache/hincrby?tb=t&key=k&val=7', 'POST /cache/put?key=k v']);
  });

  it('reads numbers and counters, and says where there are none', async () => {
    expect(await (await scripted([200, {}, '2'])).client.peerCount()).toBe(2);
    expect(await (await scripted([200, {}, '10'])).client.fileCount(0)).toBe(10);
    const space = '{"count":1,"size":2,"capacity":1024}';
    const all = `[{"TOTALIZE":{"KVPAIR":${space},"HASHTABLE":${space}}},{"table":"s","type":"S","count":3}]`;
    const { client } = await scripted([200, {}, all]);
    expect(await client.statistics(1)).toMatchObject({
      kv: { count: 1 },
      tables: [{ table: 's', count: 3 }],
    });
    await expect(client.peerCount()).rejects.toMatchObject({ code: 'HUSTDB_MALFORMED_REPLY' });
    const { client: silent } = await scripted([404, {}]);
    await expect(silent.statistics(0)).rejects.toMatchObject({ code: 'HUSTDB_PEER_FAILED' });
    expect(await silent.syncAlive()).toBe(false);
    expect(await (await scripted([200, {}, 'hustdbha 1.7\n'])).client.version()).toBe('hustdbha 1.7');
  });

  it('sets a table in two steps, and drops the connection on which it was refused', async () => {
    const challenge = await scripted([200, {}, 'x'.repeat(256)]);
    expect(await challenge.client.setTable({})).toMatchObject({ outcome: 'challenge' });
    const { client, asked, connections } = await scripted([400, { ErrorCode: '3' }]);
    for (let at = 0; at < 2; at++) {
      const refused = await client.setTable({ id: '17', value: bytes('{"table":[]}') });
      expect(refused).toEqual({ outcome: 'refused', errorCode: 3 });
    }
    expect(challenge.asked).toEqual(['GET /set_table']);
    expect(asked[0]).toBe('POST /set_table?id=17 {"table":[]}');
    expect(connections()).toBe(2);
  });

  it('tells texts, and that there is none', async () => {
    const { client, asked } = await scripted([200, {}, '2']);
    expect(await client.text('peer_count', {})).toBe('2');
    expect(await client.text('stat', { table, peer: 0 })).toBe('2');
    expect(await client.text('sync_alive', {})).toBe('2');
    expect(asked).toEqual(['GET /peer_count', 'GET /stat?peer=0&tb=t', 'GET /sync_alive']);
    const { client: silent } = await scripted([404, {}]);
    expect(await silent.text('sync_status', {})).toBeUndefined();
  });
});
