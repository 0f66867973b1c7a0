import { HustDbNode as Client } from '@kvtwin/hustdb-client';
import { afterEach, describe, expect, it } from 'vitest';
import { HustDbNode } from './hustdb-node.js';
import type { HustDbNodeOptions } from './options.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(options: HustDbNodeOptions = {}): Promise<{ node: HustDbNode; client: Client }> {
  const node = await HustDbNode.listen(options);
  const client = new Client({ host: '127.0.0.1', port: node.port });
  closers.push(
    () => node.close(),
    () => client.close(),
  );
  for (const name of ['a', 'b', 'c'])
    await client.hset({ table: 'users', key: bytes(name), value: bytes(name) });
  return { node, client };
}

async function exported(client: Client, request: Parameters<Client['exportSnapshot']>[0]): Promise<void> {
  const token = await client.exportSnapshot(request);
  expect(token).toMatch(/^\d+$/);
  await expect.poll(() => client.taskStatus({ token: token! }), { timeout: 10_000 }).toBe('2');
}

const page = { table: 'users', offset: 0, size: 2, async: true };

describe('an export', () => {
  it('is listed from while the table changes, with its size', async () => {
    const { client } = await start();
    await expect(client.hkeys(page)).rejects.toMatchObject({ code: 'HUSTDB_SERVER_ERROR' });
    await exported(client, { table: 'users' });
    await client.hset({ table: 'users', key: bytes('d'), value: bytes('d') });
    expect(await client.hkeys(page)).toMatchObject({ outcome: 'listed', totalCount: 3 });
    const rest = await client.hkeys({ ...page, offset: 2 });
    expect(rest.outcome === 'listed' && rest.entries.map(({ key }) => key)).toEqual([bytes('c')]);
    await expect(client.hkeys({ ...page, offset: 3 })).rejects.toMatchObject({ code: 'HUSTDB_SERVER_ERROR' });
    await expect(client.hkeys({ ...page, noval: false })).rejects.toMatchObject({
      code: 'HUSTDB_SERVER_ERROR',
    });
    const live = await client.hkeys({ ...page, async: false, size: 10 });
    expect(live.outcome === 'listed' && live.entries).toHaveLength(4);
  });

  it('is made anew only where that is said', async () => {
    const { client } = await start();
    await exported(client, { table: 'users' });
    expect(await client.exportSnapshot({ table: 'users' })).toBeUndefined();
    await client.hset({ table: 'users', key: bytes('d'), value: bytes('d') });
    await exported(client, { table: 'users', cover: true });
    expect(await client.hkeys(page)).toMatchObject({ totalCount: 4 });
  });

  it('may be of a file, whose snapshot replaces those of other files', async () => {
    const { client } = await start();
    await client.put({ key: bytes('k'), value: bytes('v') });
    const holding = async (file: number) => {
      const listing = await client.keys({ file, offset: 0, size: 10, async: true }).catch(() => undefined);
      return listing?.outcome === 'listed' ? listing.entries.length : undefined;
    };
    let listed = 0;
    for (let file = 0; file < 10; file++) {
      await exported(client, { file });
      listed += (await holding(file)) ?? 0;
      if (file > 0) expect(await holding(file - 1)).toBeUndefined();
    }
    expect(listed).toBe(4);
    expect(JSON.parse((await client.taskInfo())!)).toEqual({ undo: '0', doning: 0, done: 10 });
    expect(await client.taskStatus({ token: '1' })).toBe('3');
  });

  it('keeps to the memory that it is given', async () => {
    const { client } = await start({ maxExportBytes: 2 });
    await exported(client, { table: 'users' });
    await expect(client.hkeys(page)).rejects.toMatchObject({ code: 'HUSTDB_SERVER_ERROR' });
  });

  it.each([
    ['export?tb=none', 412],
    ['export?file=10', 400],
    ['export?file=-1', 400],
    ['export?tb=users&size=1000001', 400],
    ['export?tb=a-b', 400],
    ['export', 404],
    ['task_status', 404],
  ])('%s is answered %i', async (target, status) => {
    const { node } = await start();
    expect((await fetch(`http://127.0.0.1:${node.port}/hustdb/${target}`)).status).toBe(status);
  });
});
