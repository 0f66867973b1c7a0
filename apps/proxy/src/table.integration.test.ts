import { constants, generateKeyPairSync, privateDecrypt } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HustDbNode } from '@kvtwin/hustdb-node';
import { makeTableFile, slotOf } from '@kvtwin/hustdb-protocol';
import { freePort, temporaryFolder } from '@kvtwin/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { type RunningProxy, startProxy } from './start-proxy.js';

const auth = { user: 'huststore', password: 'node secret' };
const nodeUser = { name: auth.user, password: auth.password };
const authorization = `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString('base64')}`;

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

interface Ring {
  readonly nodes: readonly HustDbNode[];
  readonly hosts: readonly string[];
  readonly path: string;
  readonly proxy: RunningProxy;
}

async function nodesOf(count: number): Promise<HustDbNode[]> {
  const nodes: HustDbNode[] = [];
  for (let at = 0; at < count; at++) nodes.push(await HustDbNode.listen({ auth }));
  open.push(...nodes);
  return nodes;
}

const hostOf = (node: HustDbNode): string => `127.0.0.1:${node.port}`;

async function serve(nodes: readonly HustDbNode[], table: string, setTableKey?: string): Promise<Ring> {
  const folder = await temporaryFolder();
  open.push({ close: () => folder[Symbol.asyncDispose]() });
  const path = join(folder.path, 'hustdbtable.json');
  await writeFile(path, table);
  const key = setTableKey === undefined ? {} : { setTableKey };
  const proxy = await startProxy({ table: path, nodeUser, port: 0, ...key });
  open.push(proxy);
  return { nodes, hosts: nodes.map(hostOf), path, proxy };
}

/** `[status, Version or Keys, body]` of a front or node. */
async function ask(
  base: string,
  path: string,
  body?: string | Uint8Array,
): Promise<(string | number | null)[]> {
  const init = body === undefined ? {} : { method: 'POST', body };
  const reply = await fetch(`${base}${path}`, { ...init, headers: { authorization } });
  return [reply.status, reply.headers.get('version') ?? reply.headers.get('keys'), await reply.text()];
}

const nodeUrl = (node: HustDbNode): string => `http://127.0.0.1:${node.port}`;

/** Which nodes have something at that node path. */
async function holders(nodes: readonly HustDbNode[], path: string, body?: string): Promise<number[]> {
  const found: number[] = [];
  for (const [at, node] of nodes.entries()) {
    if ((await ask(nodeUrl(node), path, body))[0] === 200) found.push(at);
  }
  return found;
}

/** A text of that slot range. */
function textIn(start: number, end: number, prefix = 'k'): string {
  for (let at = 0; ; at++) {
    const text = `${prefix}${at}`;
    const slot = slotOf(Buffer.from(text));
    if (slot >= start && slot < end) return text;
  }
}

describe('a cluster of three nodes in a ring', () => {
  // The generator's layout: [0,256) [256,512) [512,1024) over nodes 0|1, 1|2, 2|0.
  const ranges = [
    [0, 256, [0, 1]],
    [256, 512, [1, 2]],
    [512, 1024, [0, 2]],
  ] as const;

  async function ring(): Promise<Ring> {
    const nodes = await nodesOf(3);
    return serve(nodes, makeTableFile(nodes.map(hostOf)));
  }

  it.each(ranges)('keeps what belongs to slots %i to %i on nodes %j only', async (start, end, at) => {
    const { proxy, nodes } = await ring();
    const key = textIn(start, end);
    expect(await ask(proxy.url, `/put?key=${key}`, 'kv')).toEqual([200, '1', '']);
    expect(await holders(nodes, `/hustdb/get?key=${key}`)).toEqual(at);
    expect(await ask(proxy.url, `/hset?tb=h&key=${key}`, 'hash')).toEqual([200, '1', '']);
    expect(await holders(nodes, `/hustdb/hget?tb=h&key=${key}`)).toEqual(at);
    expect(await ask(proxy.url, '/sadd?tb=s', key)).toEqual([200, '1', '']);
    expect(await holders(nodes, '/hustdb/sismember?tb=s', key)).toEqual(at);
    const zset = textIn(start, end, 'z');
    expect(await ask(proxy.url, `/zadd?tb=${zset}&score=5`, 'any member')).toEqual([200, '1', '']);
    expect(await holders(nodes, `/hustdb/zscore?tb=${zset}`, 'any member')).toEqual(at);
    expect(await ask(proxy.url, `/cache/put?key=${key}`, 'cached')).toEqual([200, null, '']);
    expect(await holders(nodes, `/hustcache/get?key=${key}`)).toEqual(at);

    expect(await ask(proxy.url, `/get2?key=${key}`)).toEqual([200, '1', 'kv']);
    expect(await ask(proxy.url, `/hget2?tb=h&key=${key}`)).toEqual([200, '1', 'hash']);
    expect(await ask(proxy.url, '/sismember2?tb=s', key)).toEqual([200, '1', '']);
    expect(await ask(proxy.url, `/zscore2?tb=${zset}`, 'any member')).toEqual([200, '1', '5']);
    expect((await ask(proxy.url, `/zrangebyrank?tb=${zset}&offset=0&size=9`)).slice(0, 2)).toEqual([
      200,
      '1',
    ]);
    expect(await ask(proxy.url, `/cache/get?key=${key}`)).toEqual([200, '', 'cached']);
    expect(await ask(proxy.url, `/hincrby?tb=c&key=${key}&val=3`)).toEqual([200, null, '3']);
    expect(await holders(nodes, `/hustdb/hget?tb=c&key=${key}`)).toEqual([{ 0: 0, 256: 1, 512: 2 }[start]]);
    expect(await ask(proxy.url, `/del?key=${key}`)).toEqual([200, '1', '']);
    expect(await holders(nodes, `/hustdb/get?key=${key}`)).toEqual([]);
  });

  it('routes by the key as it stands in the query, as HustDB HA does: encoded', async () => {
    const { proxy, nodes } = await ring();
    // caf%C3%A9 is slot 368; the bytes it stands for would be slot 526.
    await ask(proxy.url, '/put?key=caf%C3%A9', 'v');
    expect(await holders(nodes, '/hustdb/get?key=caf%C3%A9')).toEqual([1, 2]);
  });

  it('numbers its nodes in the order of the file, and asks the one that is asked for', async () => {
    const { proxy, nodes, path } = await ring();
    expect(await ask(proxy.url, '/peer_count')).toEqual([200, null, '3']);
    expect(await ask(proxy.url, '/get_table')).toEqual([200, null, await readFile(path, 'utf8')]);
    await ask(nodeUrl(nodes[2]!), '/hustdb/hset?tb=only_there&key=f', 'v');
    const listed = await Promise.all(
      [0, 1, 2].map((peer) => ask(proxy.url, `/hkeys?peer=${peer}&tb=only_there&offset=0&size=9`)),
    );
    expect(listed.map(([status]) => status)).toEqual([404, 404, 200]);
    expect((await ask(proxy.url, '/file_count?peer=3'))[0]).toBe(400);
    expect((await ask(proxy.url, '/file_count?peer=2'))[0]).toBe(200);
  });

  it('goes on without one node: what it held is read from its partners', async () => {
    const { proxy, nodes } = await ring();
    const keys = ranges.map(([start, end]) => textIn(start, end));
    for (const key of keys) await ask(proxy.url, `/put?key=${key}`, 'v');
    await nodes[1]!.close();
    for (const key of keys) expect(await ask(proxy.url, `/get?key=${key}`)).toEqual([200, '1', 'v']);
    expect((await ask(proxy.url, `/get2?key=${keys[2]}`))[0]).toBe(200);
    expect((await ask(proxy.url, `/get2?key=${keys[0]}`))[0]).toBe(404);
  });
});

describe('a table while the cluster changes', () => {
  it('asks the new nodes of a split pair, then the old ones, and writes to the new ones', async () => {
    const nodes = await nodesOf(4);
    const [a, b, c, d] = nodes.map(hostOf);
    const plain = { table: [{ item: { key: [0, 1024], val: [a, b] } }] };
    const before = await serve(nodes, JSON.stringify(plain));
    const [low, high] = [textIn(0, 512), textIn(512, 1024)];
    for (const key of [low, high]) await ask(before.proxy.url, `/put?key=${key}`, 'old');
    await ask(before.proxy.url, `/zadd?tb=${high}&score=1`, 'member');

    const increase = { low: { key: [0, 512], val: [a, c] }, high: { key: [512, 1024], val: [d, b] } };
    const { proxy } = await serve(nodes, JSON.stringify({ table: [{ ...plain.table[0], increase }] }));
    expect(await ask(proxy.url, '/peer_count')).toEqual([200, null, '4']);
    await ask(nodeUrl(nodes[1]!), `/hustdb/del?key=${high}`);
    // Neither of the new pair d, b has it; a does.
    expect(await ask(proxy.url, `/get?key=${high}`)).toEqual([200, '1', 'old']);
    await ask(nodeUrl(nodes[1]!), `/hustdb/zrem?tb=${high}`, 'member');
    expect((await ask(proxy.url, `/zrangebyrank?tb=${high}&offset=0&size=9`)).slice(0, 2)).toEqual([
      200,
      '1',
    ]);
    // Reads of both sides ask the new pair alone.
    expect((await ask(proxy.url, `/get2?key=${high}`))[0]).toBe(404);
    expect(await ask(proxy.url, `/put?key=${high}`, 'new')).toEqual([200, '1', '']);
    expect(await holders(nodes, `/hustdb/get?key=${high}`)).toEqual([0, 1, 3]);
    expect(await ask(proxy.url, `/get?key=${high}`)).toEqual([200, '1', 'new']);
    expect(await ask(proxy.url, `/get?key=${low}`)).toEqual([200, '1', 'old']);
  });

  it('puts the replacing node in the place of a removed one (decrease)', async () => {
    const nodes = await nodesOf(3);
    const [a, b, c] = nodes.map(hostOf);
    const row = { item: { key: [0, 1024], val: [a, b] }, decrease: { remove: a, replace_by: c } };
    const { proxy } = await serve(nodes, JSON.stringify({ table: [row] }));
    expect(await ask(proxy.url, '/put?key=k', 'v')).toEqual([200, '1', '']);
    expect(await holders(nodes, '/hustdb/get?key=k')).toEqual([1, 2]);
  });

  it('serves a changed file when told to, and goes on with the old one where the new one is bad', async () => {
    const nodes = await nodesOf(3);
    const hosts = nodes.map(hostOf);
    const { proxy, path } = await serve(nodes, makeTableFile(hosts.slice(0, 2)));
    await ask(proxy.url, '/put?key=k', 'first');
    await writeFile(path, makeTableFile(hosts.slice(1)));
    expect(await ask(proxy.url, '/get?key=k')).toEqual([200, '1', 'first']);
    await proxy.reload();
    expect(await ask(proxy.url, '/get_table')).toEqual([200, null, makeTableFile(hosts.slice(1))]);
    await ask(proxy.url, '/put?key=other', 'v');
    expect(await holders(nodes, '/hustdb/get?key=other')).toEqual([1, 2]);
    for (const bad of ['', '{}', '{"table":[{"item":{"key":[0,5],"val":["a:1","b:2"]}}]}']) {
      await writeFile(path, bad);
      await expect(proxy.reload()).rejects.toMatchObject({ code: 'PROXY_INVALID_TABLE' });
      expect(await ask(proxy.url, '/get?key=other')).toEqual([200, '1', 'v']);
    }
  });

  it('takes a table over HTTP from who can read the id that it encrypts', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const nodes = await nodesOf(3);
    const hosts = nodes.map(hostOf);
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const { proxy, path } = await serve(nodes, makeTableFile(hosts.slice(0, 2)), pem);
    const idOf = async (): Promise<string> => {
      const bytes = Buffer.from(await (await fetch(`${proxy.url}/set_table`)).arrayBuffer());
      expect(bytes).toHaveLength(256);
      // Node refuses to take the padding off by itself: 00 02, random bytes that are not 0, 00, the text.
      const padded = privateDecrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, bytes);
      return padded.subarray(padded.indexOf(0, 2) + 1).toString();
    };
    const submit = (id: string, body: string) =>
      fetch(`${proxy.url}/set_table?id=${id}`, { method: 'POST', body });
    const unknown = await submit('123', makeTableFile(hosts));
    expect([unknown.status, unknown.headers.get('errorcode')]).toEqual([400, null]);
    const bad = await submit(await idOf(), '{"table":[]}');
    expect([bad.status, bad.headers.get('errorcode')]).toEqual([400, '3']);
    const id = await idOf();
    expect((await submit(id, makeTableFile(hosts))).status).toBe(200);
    expect((await submit(id, makeTableFile(hosts))).status).toBe(400);
    expect(await readFile(path, 'utf8')).toBe(makeTableFile(hosts));
    expect(await ask(proxy.url, '/peer_count')).toEqual([200, null, '3']);
  });

  it('does not take one without a key', async () => {
    const nodes = await nodesOf(2);
    const { proxy } = await serve(nodes, makeTableFile(nodes.map(hostOf)));
    expect((await fetch(`${proxy.url}/set_table`)).status).toBe(405);
  });
});

it('does not start with a key that is none', async () => {
  const sides = { table: '/nowhere', port: 0 };
  const { publicKey } = generateKeyPairSync('ed25519');
  const ed25519 = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  for (const setTableKey of ['no key', ed25519]) {
    await expect(startProxy({ ...sides, setTableKey })).rejects.toMatchObject({
      code: 'PROXY_INVALID_OPTIONS',
    });
  }
});

it.each([
  ['a file that is not there', '/nowhere/hustdbtable.json', 'PROXY_INVALID_TABLE'],
  ['a table besides two sides', 'table.json', 'PROXY_INVALID_OPTIONS'],
])('does not start with %s', async (_, table, code) => {
  const sides = code === 'PROXY_INVALID_OPTIONS' ? { first: 'memory:a', second: 'memory:b' } : {};
  await expect(startProxy({ table, ...sides, port: await freePort() })).rejects.toMatchObject({ code });
});
