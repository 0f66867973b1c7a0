import { appendFile, cp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TemporaryFolder, temporaryFolder } from '@kvtwin/testkit';
import { ManualClock } from '@kvtwin/versioned-value';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HustDbNode } from './hustdb-node.js';
import type { HustDbNodeOptions } from './options.js';

let folder: TemporaryFolder;
let data: string;
const open: HustDbNode[] = [];

beforeEach(async () => {
  folder = await temporaryFolder();
  data = join(folder.path, 'data');
});
afterEach(async () => {
  for (const node of open.splice(0)) await node.close();
  await folder.remove();
});

async function start(options: HustDbNodeOptions = {}): Promise<HustDbNode> {
  const node = await HustDbNode.listen({ data, ...options });
  open.push(node);
  return node;
}

async function ask(node: HustDbNode, target: string, body?: string): Promise<string> {
  const init = body === undefined ? {} : { method: 'POST', body };
  const reply = await fetch(`http://127.0.0.1:${node.port}/${target}`, init);
  return `${reply.status} ${reply.headers.get('version') ?? '-'} ${await reply.text()}`;
}

async function segmentOf(directory: string): Promise<string> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.journal'));
  expect(names).toHaveLength(1);
  return join(directory, names[0]!);
}

/** What a node finds that starts on what another one had on disk at this moment, as after `kill -9`. */
async function killedCopy(options: HustDbNodeOptions = {}): Promise<HustDbNode> {
  const copy = join(folder.path, `copy-${open.length}`);
  await cp(data, copy, { recursive: true });
  await rm(join(copy, 'lock'));
  return start({ data: copy, ...options });
}

describe('a node with a data directory', () => {
  it('comes back with keys, hashes, sets, sorted sets and their versions, and without its cache', async () => {
    const node = await start();
    await ask(node, 'hustdb/put?key=a', 'one');
    await ask(node, 'hustdb/put?key=a', 'two');
    await ask(node, 'hustdb/put?key=gone', 'x');
    await ask(node, 'hustdb/del?key=gone');
    await ask(node, 'hustdb/hset?tb=h&key=f%00%20', 'v');
    await ask(node, 'hustdb/sadd?tb=s', 'm\n');
    await ask(node, 'hustdb/zadd?tb=z&score=-5', 'm');
    await ask(node, 'hustdb/hincrby?tb=h&key=n&val=41');
    await ask(node, 'hustcache/put?key=c', 'cached');
    const killed = await killedCopy();
    await node.close();
    for (const back of [killed, await start()]) {
      expect(await ask(back, 'hustdb/get?key=a')).toBe('200 2 two');
      expect(await ask(back, 'hustdb/get?key=gone')).toBe('404 0 ');
      expect(await ask(back, 'hustdb/hget?tb=h&key=f%00%20')).toBe('200 1 v');
      expect(await ask(back, 'hustdb/sismember?tb=s', 'm\n')).toBe('200 1 ');
      expect(await ask(back, 'hustdb/zscore?tb=z&key=m')).toBe('200 1 -5');
      expect(await ask(back, 'hustdb/hincrby?tb=h&key=n&val=1')).toBe('200 2 42');
      expect(await ask(back, 'hustdb/sadd?tb=h', 'm')).toBe('412 0 ');
      expect(await ask(back, 'hustcache/get?key=c')).toBe('404 - ');
    }
  });

  it('keeps times to live as instants, also while it is stopped', async () => {
    const clock = new ManualClock();
    const node = await start({ clock });
    await ask(node, 'hustdb/put?key=short&ttl=10', 'v');
    await ask(node, 'hustdb/put?key=long&ttl=100', 'v');
    await node.close();
    clock.turn(20_000);
    const back = await start({ clock });
    expect(await ask(back, 'hustdb/get?key=short')).toBe('404 1 ');
    expect(await ask(back, 'hustdb/get?key=long')).toBe('200 1 v');
  });

  it('keeps writes that another node missed until that one has them', async () => {
    const other = await HustDbNode.listen();
    open.push(other);
    const node = await start();
    await ask(node, 'hustdb/put?key=a', 'one');
    await ask(node, `hustdb/binlog?host=127.0.0.1:${other.port}&method=1&key=a`);
    await ask(node, `hustdb/binlog?host=127.0.0.1:${other.port}&method=4&tb=h&key=f`);
    await node.close();
    const back = await start();
    expect(back.binlog.size).toBe(2);
    await back.binlog.flush();
    expect(await ask(other, 'hustdb/get?key=a')).toBe('200 1 one');
    await back.close();
    expect((await start()).binlog.size).toBe(0);
  });

  it('shows versions from 64 on with the quirks it is started with', async () => {
    const node = await start({ quirks: { versions: true } });
    for (let write = 0; write < 64; write++) await ask(node, 'hustdb/put?key=a', 'v');
    await node.close();
    expect(await ask(await start({ quirks: { versions: true } }), 'hustdb/get?key=a')).toBe('200 80 v');
  });

  it('is refused to a second process', async () => {
    await start();
    await expect(start()).rejects.toMatchObject({ code: 'JOURNAL_LOCKED' });
  });

  it('gives the directory back where the port is taken', async () => {
    const first = await HustDbNode.listen();
    open.push(first);
    await expect(start({ port: first.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect((await start()).port).not.toBe(first.port);
  });

  it('refuses a directory with something else in it', async () => {
    const { Journal } = await import('@kvtwin/journal');
    const other = await Journal.open(data);
    await other.append('{"something":"else"}');
    await other.close();
    await expect(start()).rejects.toMatchObject({ code: 'HUSTDB_NODE_DATA' });
  });

  it('starts on the torn end of a write, and says how much it cut off', async () => {
    const node = await start();
    await ask(node, 'hustdb/put?key=a', 'one');
    await node.close();
    await appendFile(await segmentOf(data), '0123abcd put - - YQ=');
    const back = await start();
    expect(back.repairedBytes).toBe(20);
    expect(await ask(back, 'hustdb/get?key=a')).toBe('200 1 one');
  });

  it('does not start on data that are damaged in the middle', async () => {
    const node = await start();
    for (const key of ['a', 'b', 'c']) await ask(node, `hustdb/put?key=${key}`, 'one');
    await node.close();
    const segment = await segmentOf(data);
    const text = await readFile(segment, 'latin1');
    await writeFile(segment, text.replace('b25l', 'dHdv'), 'latin1');
    await expect(start()).rejects.toMatchObject({ code: 'JOURNAL_CORRUPT' });
  });

  it('acknowledges nothing that a kill could lose, with many writers at once', async () => {
    const node = await start();
    const writers = Array.from({ length: 32 }, async (_, writer) => {
      for (let write = 0; write < 10; write++) await ask(node, `hustdb/put?key=k${writer}`, `v${write}`);
    });
    await Promise.all(writers);
    const back = await killedCopy();
    for (let writer = 0; writer < 32; writer++) {
      expect(await ask(back, `hustdb/get?key=k${writer}`)).toBe('200 10 v9');
    }
  });

  it('gives disk space back while writes go on', async () => {
    const node = await start({ dataSlackBytes: 20_000 });
    const value = 'x'.repeat(1000);
    await ask(node, 'hustdb/hset?tb=h&key=kept', 'since the beginning');
    for (let write = 0; write < 400; write++) await ask(node, `hustdb/put?key=k${write % 4}`, value);
    const sizes = await Promise.all(
      (await readdir(data)).map(async (name) => (await stat(join(data, name))).size),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(120_000);
    const back = await killedCopy();
    expect(await ask(back, 'hustdb/hget?tb=h&key=kept')).toBe('200 1 since the beginning');
    for (let key = 0; key < 4; key++)
      expect(await ask(back, `hustdb/get?key=k${key}`)).toBe(`200 100 ${value}`);
  });

  it('answers 500 to writes, and goes on reading, once the disk takes nothing more', async () => {
    const failures: unknown[] = [];
    const node = await start({ onDataFailure: (error) => failures.push(error) });
    await ask(node, 'hustdb/put?key=a', 'one');
    await rm(data, { recursive: true });
    // The next segment cannot be made.
    const large = 'x'.repeat(9_000_000);
    const answers = [];
    for (let write = 0; write < 4; write++)
      answers.push((await ask(node, `hustdb/put?key=b${write}`, large)).slice(0, 3));
    expect(answers.at(-1)).toBe('500');
    expect(failures).toMatchObject([{ code: 'JOURNAL_FAILED' }]);
    expect(await ask(node, 'hustdb/get?key=a')).toBe('200 1 one');
  });
});
