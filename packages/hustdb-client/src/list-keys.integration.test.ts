import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HustDbNode as EmbeddedNode } from '@kvtwin/hustdb-node';
import { afterEach, describe, expect, it } from 'vitest';
import { HustDbHa } from './hustdb-ha.js';
import { HustDbNode } from './hustdb-node.js';
import type { KeyPage } from './list-keys.js';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const names = (pages: readonly KeyPage[]): string[] =>
  pages.flatMap(({ entries }) => entries.map(({ key }) => new TextDecoder().decode(key))).sort();

async function nodeWith(keys: readonly string[]): Promise<EmbeddedNode> {
  const node = await EmbeddedNode.listen();
  closers.push(() => node.close());
  const demand = { value: bytes('v'), ttlSeconds: 0, ver: 0, isDup: false };
  for (const key of keys) node.storage.put({ key: bytes(key), ...demand });
  node.storage.put({ table: 'users', key: bytes('field'), ...demand });
  for (const [score, member] of ['x', 'y', 'z'].entries()) {
    node.storage.addScore({ ...demand, table: 'scores', key: bytes(member), score: BigInt(score), opt: 0 });
  }
  return node;
}

function clientOf(node: EmbeddedNode): HustDbNode {
  const client = new HustDbNode({ host: '127.0.0.1', port: node.port });
  closers.push(() => client.close());
  return client;
}

/** A front that passes listings and counters on to the node of `peer`. */
async function frontOf(nodes: readonly EmbeddedNode[]): Promise<HustDbHa> {
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://front');
    if (pathname === '/peer_count') return response.end(String(nodes.length));
    const node = nodes[Number(searchParams.get('peer'))];
    searchParams.delete('peer');
    const reply = await fetch(`http://127.0.0.1:${node?.port}/hustdb${pathname}?${searchParams}`).catch(
      () => undefined,
    );
    if (reply?.status !== 200) return response.writeHead(404).end();
    return response.end(Buffer.from(await reply.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const ha = new HustDbHa({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  closers.push(
    () => new Promise((resolve) => server.close(resolve)),
    () => ha.close(),
  );
  return ha;
}

async function all(pages: AsyncIterable<KeyPage>): Promise<KeyPage[]> {
  const seen: KeyPage[] = [];
  for await (const page of pages) seen.push(page);
  return seen;
}

const forty = Array.from({ length: 40 }, (_, at) => `k${String(at).padStart(2, '0')}`);
const everything = [...forty, 'field', 'x', 'y', 'z'].sort();

describe('listKeys of a node', () => {
  it('tells every key once, kv and tables, with what they hold where it is asked for', async () => {
    const client = clientOf(await nodeWith(forty));
    const pages = await all(client.listKeys({ pageSize: 3 }));
    expect(names(pages)).toEqual(everything);
    const listed = pages.flatMap(({ entries }) => entries);
    expect(listed.find(({ table }) => table === 'users')).toMatchObject({ type: 'H', version: '1' });
    expect(listed.some(({ value }) => value !== undefined)).toBe(false);
    const withValues = (await all(client.listKeys({ values: true }))).flatMap(({ entries }) => entries);
    expect(withValues.find(({ table }) => table === undefined)?.value).toEqual(bytes('v'));
  });

  it('goes on behind any page, in another client too', async () => {
    const node = await nodeWith(forty);
    const pages = await all(clientOf(node).listKeys({ pageSize: 7 }));
    for (const [at, { cursor }] of pages.entries()) {
      const rest = await all(clientOf(node).listKeys({ pageSize: 7, cursor }));
      expect(names(rest)).toEqual(names(pages.slice(at + 1)));
    }
  });

  it('keeps to a range of buckets, over pages that hold none of it', async () => {
    const client = clientOf(await nodeWith(forty));
    const lower = names(await all(client.listKeys({ pageSize: 1, end: 512 })));
    const upper = names(await all(client.listKeys({ pageSize: 1, start: 512 })));
    expect([...lower, ...upper].sort()).toEqual(everything);
  });

  it.each([
    [{ cursor: 'nonsense' }, 'cursor'],
    [{ cursor: '1:0:0' }, 'peer 1'],
    [{ pageSize: 1001 }, 'pageSize'],
  ])('refuses %j before it asks', async (options, about) => {
    const client = clientOf(await nodeWith([]));
    const refused = all(client.listKeys(options));
    await expect(refused).rejects.toMatchObject({ code: 'HUSTDB_INVALID_REQUEST' });
    await expect(refused).rejects.toThrow(about);
  });

  it('stops where it is aborted', async () => {
    const client = clientOf(await nodeWith(forty));
    const abort = new AbortController();
    const pages = client.listKeys({ pageSize: 1, signal: abort.signal });
    expect((await pages.next()).done).toBe(false);
    abort.abort();
    await expect(pages.next()).rejects.toMatchObject({ code: 'HUSTDB_ABORTED' });
  });
});

describe('listKeys of a front', () => {
  it('goes from node to node, and on behind any page', async () => {
    const ha = await frontOf([await nodeWith(forty), await nodeWith(['only here'])]);
    const pages = await all(ha.listKeys());
    expect(names(pages.filter(({ peer }) => peer === 0))).toEqual(everything);
    expect(names(pages.filter(({ peer }) => peer === 1))).toEqual(['field', 'only here', 'x', 'y', 'z']);
    for (const [at, { cursor }] of pages.entries()) {
      expect(names(await all(ha.listKeys({ cursor })))).toEqual(names(pages.slice(at + 1)));
    }
    expect(names(await all(ha.listKeys({ peers: [1] })))).toHaveLength(5);
  });

  it('says which node it got no listing from, and goes on once that is back', async () => {
    const second = await nodeWith(['b']);
    const ha = await frontOf([await nodeWith(['a']), second]);
    let cursor: string | undefined;
    const failing = (async () => {
      for await (const page of ha.listKeys()) {
        cursor = page.cursor;
        if (page.peer === 0) await second.close();
      }
    })();
    await expect(failing).rejects.toMatchObject({ code: 'HUSTDB_PEER_FAILED' });
    await expect(failing).rejects.toThrow('peer 1');
    expect(cursor).toMatch(/^0:/);
  });
});
