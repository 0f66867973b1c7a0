import { HotRodServer } from '@kvtwin/hotrod-server';
import { HustDbNode } from '@kvtwin/hustdb-node';
import { type Rudeness, startRudeServer } from '@kvtwin/testkit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { askAt } from '../test/pair-rig.js';
import { slowForwarder } from '../test/slow-forwarder.js';
import { startProxy } from './start-proxy.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
function closedLater<T extends { close(): Promise<unknown> }>(one: T): T {
  closing.push(() => one.close());
  return one;
}

const limit = { timeout: 20_000, interval: 20 };
const faults: [string, Rudeness][] = [
  ['resets', { kind: 'reset' }],
  ['closes', { kind: 'close' }],
  ['answers garbage', { kind: 'garbage' }],
  ['answers a web page', { kind: 'html' }],
  ['is silent', { kind: 'silent' }],
];
const quick = { port: 0, sideTimeoutMs: 400, repairDelayMs: 20, maxRepairDelayMs: 200, drainTimeoutMs: 500 };

it('adds nothing where the first side answers that it is not ready', async () => {
  const well = closedLater(await HustDbNode.listen());
  await askAt(`http://127.0.0.1:${well.port}`, '/hustdb/hset?tb=t&key=n', '40');
  const bytes = Buffer.from('HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n');
  const unready = closedLater(await startRudeServer({ kind: 'reply', bytes }));
  const [first, second] = [unready, well].map(({ port }) => `hustdb://127.0.0.1:${port}`);
  const proxy = closedLater(await startProxy({ first, second, ...quick }));
  const answer = await askAt(proxy.url, '/hincrby?tb=t&key=n&val=2');
  expect([answer.status, answer.version, proxy.repairs()?.waiting]).toEqual([404, null, 0]);
});

describe.each([0, 1] as const)('a write while side %i', (bad) => {
  it.each(faults)(
    '%s is acknowledged with Sync, and reaches the side once it is well',
    async (_title, rudeness) => {
      const well = closedLater(await HustDbNode.listen());
      const rude = await startRudeServer(rudeness);
      const urls = [`hustdb://127.0.0.1:${well.port}`, `hustdb://127.0.0.1:${rude.port}`];
      if (bad === 0) urls.reverse();
      const proxy = closedLater(await startProxy({ first: urls[0], second: urls[1], ...quick }));
      const answers = [
        await askAt(proxy.url, '/put?key=k', 'v'),
        await askAt(proxy.url, '/sadd?tb=s', 'm'),
        await askAt(proxy.url, '/zadd?tb=z&score=3', 'm'),
      ];
      expect(answers.map(({ status, sync }) => `${status} ${sync}`)).toEqual(
        answers.map(() => `200 127.0.0.1:${rude.port}`),
      );
      await rude.close();
      const returned = closedLater(await HustDbNode.listen({ port: rude.port }));
      await vi.waitFor(() => expect(proxy.repairs()?.waiting).toBe(0), limit);
      const side = `http://127.0.0.1:${returned.port}`;
      expect((await askAt(side, '/hustdb/get?key=k')).body).toBe('v');
      expect((await askAt(side, '/hustdb/sismember?tb=s', 'm')).status).toBe(200);
      expect((await askAt(side, '/hustdb/zscore?tb=z', 'm')).body).toBe('3');
      expect(proxy.repairs()?.conflicts).toBe(0);
    },
    40_000,
  );

  it('takes 4 s for each answer is done on both sides within its deadline', async () => {
    const nodes = [closedLater(await HustDbNode.listen()), closedLater(await HustDbNode.listen())] as const;
    const slow = closedLater(await slowForwarder(nodes[bad].port, 4000));
    const urls = nodes.map(({ port }, at) => `hustdb://127.0.0.1:${at === bad ? slow.port : port}`);
    const proxy = closedLater(
      await startProxy({ first: urls[0], second: urls[1], port: 0, drainTimeoutMs: 500 }),
    );
    const before = performance.now();
    const answer = await askAt(proxy.url, '/put?key=k', 'v');
    expect(answer).toMatchObject({ status: 200, sync: null, version: '1' });
    expect(performance.now() - before).toBeLessThan(15_000);
    for (const { port } of nodes) {
      expect((await askAt(`http://127.0.0.1:${port}`, '/hustdb/get?key=k')).body).toBe('v');
    }
  }, 40_000);
});

describe.each([
  ['whose versions are opaque', ''],
  ['behind counter envelopes', '?envelope=1'],
])('two Hot Rod stores %s', (_title, query) => {
  it('get what one of them missed', async () => {
    const caches = { caches: { default: {} }, defaultCache: 'default' };
    const first = closedLater(await HotRodServer.listen(caches));
    const second = await HotRodServer.listen(caches);
    const { port } = new URL(second.url);
    const proxy = closedLater(
      await startProxy({
        first: first.url + query,
        second: second.url + query,
        ...quick,
        sideTimeoutMs: 2000,
      }),
    );
    await askAt(proxy.url, '/hset?tb=t&key=old', 'a');
    await second.close();
    for (const [path, body] of [
      ['/hset?tb=t&key=new', 'b'],
      ['/hset?tb=t&key=new', 'c'],
      ['/sadd?tb=s', 'm'],
      ['/zadd?tb=z&score=4', 'm'],
      ['/hset?tb=t&key=n', '40'],
    ] as const) {
      const answer = await askAt(proxy.url, path, body);
      expect([answer.status, answer.sync]).toEqual([200, `127.0.0.1:${port}`]);
    }
    expect((await askAt(proxy.url, '/hincrby?tb=t&key=n&val=2')).body).toBe('42');
    closedLater(await HotRodServer.listen({ ...caches, port: Number(port) }));
    await vi.waitFor(() => expect(proxy.repairs()?.waiting).toBe(0), limit);
    for (const [path, value] of [
      ['/hget2?tb=t&key=new', 'c'],
      ['/zscore2?tb=z&key=m', '4'],
      ['/hget2?tb=t&key=n', '42'],
    ] as const) {
      const answer = await askAt(proxy.url, path);
      expect([answer.status, answer.body, answer.header('x-outcome')]).toEqual([200, value, 'agreed']);
    }
    expect(proxy.repairs()?.conflicts).toBe(0);
  }, 40_000);
});

describe('a time to live', () => {
  it('goes on to the other side with what is left of it', async () => {
    const well = closedLater(await HustDbNode.listen());
    const rude = await startRudeServer({ kind: 'reset' });
    const proxy = closedLater(
      await startProxy({
        first: `hustdb://127.0.0.1:${well.port}`,
        second: `hustdb://127.0.0.1:${rude.port}`,
        ...quick,
      }),
    );
    await askAt(proxy.url, '/put?key=k&ttl=6', 'v');
    await rude.close();
    const returned = closedLater(await HustDbNode.listen({ port: rude.port }));
    const side = `http://127.0.0.1:${returned.port}`;
    await vi.waitFor(async () => expect((await askAt(side, '/hustdb/get?key=k')).status).toBe(200), limit);
    await vi.waitFor(async () => expect((await askAt(side, '/hustdb/get?key=k')).status).toBe(404), limit);
  }, 40_000);
});
