import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { HotRodServer } from '@kvtwin/hotrod-server';
import { HustDbNode } from '@kvtwin/hustdb-node';
import { freePort, startRudeServer, temporaryFolder } from '@kvtwin/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { EVERY_ENDPOINT, SEED } from '../test/every-endpoint.js';
import { ask, get, header, post, type RawAnswer } from '../test/raw-http.js';
import type { ProxyOptions } from './proxy-options.js';
import { startProxy } from './start-proxy.js';

const closing: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.close();
});

function closedLater<T extends { close(): Promise<unknown> }>(one: T): T {
  closing.push(one);
  return one;
}

async function proxy(options: ProxyOptions): Promise<number> {
  return closedLater(await startProxy({ port: 0, drainTimeoutMs: 500, ...options })).port;
}

async function node(): Promise<string> {
  return `hustdb://127.0.0.1:${closedLater(await HustDbNode.listen()).port}`;
}

async function site(): Promise<string> {
  const caches = { default: {} };
  return closedLater(await HotRodServer.listen({ caches, defaultCache: 'default' })).url;
}

async function counting(): Promise<string> {
  return `${await site()}?envelope=1`;
}

/** Status, the named headers, and the body. */
function told(answer: RawAnswer | undefined, ...names: string[]): unknown[] {
  const values = names.map((name) => header(answer!, name)).filter((value) => value !== undefined);
  return [answer?.status, ...values, answer?.body.toString()];
}

const VERSIONS = ['Version', 'Version1', 'Version2', 'Val-Offset', 'Sync', 'Fail', 'Keys'];
const compared = async (port: number, request: string | Buffer): Promise<unknown[]> =>
  told(await ask(port, request), ...VERSIONS);

describe('the extended dialect beyond kv and hash', () => {
  it('tells members and scores that one side lacks, and those that differ', async () => {
    const [first, second] = [await node(), await node()];
    const port = await proxy({ first, second, compat: 'extended' });
    const only = await proxy({ first, second: first, compat: 'extended', journal: false });
    await ask(only, post('/sadd?tb=s', 'm'));
    expect(told(await ask(port, post('/sismember2?tb=s', 'm')), 'X-Outcome', 'Version1', 'Version2')).toEqual(
      [409, 'one-sided', '2', ''],
    );
    await ask(port, post('/sadd?tb=s', 'm'));
    expect(await compared(port, post('/sismember2?tb=s', 'm'))).toEqual([409, '3', '1', '']);
    await ask(port, post('/zadd?tb=z&score=5', 'm'));
    await ask(only, post('/zadd?tb=z&score=12', 'm'));
    expect(await compared(port, post('/zscore2?tb=z', 'm'))).toEqual([409, '2', '1', '2', '125']);
  });

  it('adds on both sides, and answers version and sum', async () => {
    const port = await proxy({ first: await node(), second: await node(), compat: 'extended' });
    expect(await compared(port, get('/hincrby?tb=c&key=n&val=5'))).toEqual([200, '1', '5']);
    expect(await compared(port, get('/hincrby?tb=c&key=n&val=-7&ver=1'))).toEqual([200, '2', '-2']);
    expect(await compared(port, get('/hget2?tb=c&key=n'))).toEqual([200, '2', '-2']);
    expect((await compared(port, get('/hincrby?tb=c&key=n&val=1&ver=1')))[0]).toBe(412);
    expect((await compared(port, get('/hincrby?tb=c&key=n&val=abc')))[0]).toBe(400);
    await ask(port, post('/hset?tb=c&key=t', 'text'));
    expect((await compared(port, get('/hincrby?tb=c&key=t&val=1')))[0]).toBe(502);
    await ask(port, post('/sadd?tb=s', 'm'));
    expect((await compared(port, get('/hincrby?tb=s&key=t&val=1')))[0]).toBe(409);
  });

  it.each([
    ['a score that is no number', post('/zadd?tb=z&score=abc', 'm')],
    ['a score beyond 64 bits', post('/zadd?tb=z&score=9223372036854775808', 'm')],
    ['no score', post('/zadd?tb=z', 'm')],
    ['no member', get('/sismember2?tb=s')],
    ['a listing without offset', get('/hkeys?peer=0&tb=h&size=5')],
    ['a side that there is not', get('/stat_all?peer=2')],
    ['bounds the wrong way round', get('/zrangebyscore?tb=z&min=5&max=1&offset=0&size=5')],
    ['a file that there is not', get('/keys?peer=0&file=10&offset=0&size=5')],
    ['no time to live', get('/cache/expire?key=k')],
  ])('answers 400 and why to %s', async (_, request) => {
    const port = await proxy({ first: await node(), second: await node(), compat: 'extended' });
    const answer = await ask(port, request);
    expect(told(answer, 'X-Outcome').slice(0, 2)).toEqual([400, 'invalid-request']);
    expect(answer!.body.toString()).toMatch(/\w/);
  });
});

describe('a replay of a score without a version', () => {
  it.each(['HustDB nodes', 'counting stores'])(
    'changes nothing, and is refused unless it is there: %s',
    async (family) => {
      const nodes = family === 'HustDB nodes';
      const [first, second] = nodes ? [await node(), await node()] : [await counting(), await counting()];
      const port = await proxy({ first, second });
      expect((await compared(port, post('/zadd?tb=z&score=5', 'm')))[0]).toBe(200);
      expect((await compared(port, post('/zadd?tb=z&score=6', 'm')))[0]).toBe(200);
      const replay = '/zadd?tb=z&is_dup=true&score=';
      expect(await compared(port, post(`${replay}6`, 'm'))).toEqual([200, '2', '']);
      expect(await compared(port, post(`${replay}5`, 'm'))).toEqual([404, '0', '']);
      expect(await compared(port, post(`${replay}6`, 'other'))).toEqual([404, '0', '']);
      expect(await compared(port, post('/zscore2?tb=z', 'm'))).toEqual([200, '2', '6']);
    },
  );
});

describe('a refusal in the strict dialect', () => {
  it.each([
    ['a version, where HustDB HA misses a parameter', '0'],
    ['no version, where its node refuses one', undefined],
  ])('tells %s', async (_, version) => {
    const port = await proxy({ first: await node(), second: await node() });
    const targets =
      version === undefined
        ? [
            '/cache/put?key=',
            '/cache/expire?key=k&ttl=',
            '/hincrby?tb=c&key=n&val=',
            '/hincrby?tb=a-b&key=n&val=1',
          ]
        : ['/cache/put', '/cache/expire?key=k', '/hincrby?tb=c&key=n', '/hincrby?key=n&val=1'];
    for (const target of targets) {
      const answer = (await ask(port, post(target, 'x')))!;
      expect([target, answer.status, header(answer, 'Version')]).toEqual([target, 404, version]);
    }
  });
});

describe('two sites whose versions cannot be compared', () => {
  it('hold sets, sorted sets and counters, and are listed', async () => {
    const port = await proxy({ first: await site(), second: await site() });
    expect((await compared(port, post('/sadd?tb=s', 'm')))[0]).toBe(200);
    expect(told(await ask(port, post('/sismember2?tb=s', 'm')), 'X-Outcome')).toEqual([200, 'agreed', '']);
    await ask(port, post('/zadd?tb=z&score=5', 'm'));
    await ask(port, post('/zadd?tb=z&score=7&opt=-1', 'm'));
    expect(told(await ask(port, post('/zscore2?tb=z', 'm')), 'X-Outcome')).toEqual([200, 'agreed', '-2']);
    expect((await ask(port, get('/hincrby?tb=c&key=n&val=3')))!.body.toString()).toBe('3');
    expect((await ask(port, get('/hincrby?tb=c&key=n&val=3')))!.body.toString()).toBe('6');
    expect(await compared(port, get('/zrangebyrank?tb=z&offset=0&size=9&noval=false'))).toEqual([
      200,
      '1',
      '[{"key":"bQ==","val":"-2","ver":0}]',
    ]);
    for (const peer of [0, 1]) {
      const listed = await compared(port, get(`/smembers?peer=${peer}&tb=s&offset=0&size=9`));
      expect(listed).toEqual([200, '1', '[{"key":"bQ==","ver":0}]']);
      expect((await ask(port, get(`/stat?peer=${peer}&tb=z`)))!.body.toString()).toBe(
        '{"table":"z","type":"Z","count":1}',
      );
    }
    expect((await compared(port, get('/srem?tb=s')))[0]).toBe(405);
    expect((await compared(port, post('/srem?tb=s', 'm')))[0]).toBe(200);
    expect((await compared(port, post('/srem?tb=s', 'm')))[0]).toBe(404);
  });

  it('keep a table of one type', async () => {
    const port = await proxy({ first: await site(), second: await site(), compat: 'extended' });
    await ask(port, post('/hset?tb=t&key=f', 'v'));
    expect((await compared(port, post('/sadd?tb=t', 'm')))[0]).toBe(409);
    expect((await compared(port, post('/zadd?tb=t&score=1', 'm')))[0]).toBe(409);
    expect((await compared(port, get('/smembers?peer=0&tb=t&offset=0&size=9')))[0]).toBe(404);
    expect((await compared(port, get('/hget?tb=t&key=f')))[0]).toBe(200);
  });
});

describe('a front behind the proxy', () => {
  async function overFront(compat: 'strict' | 'extended'): Promise<number> {
    const behind = await proxy({ first: await node(), second: await node() });
    return proxy({ pair: `hustdb+ha://127.0.0.1:${behind}`, compat });
  }

  it('is asked for every endpoint', async () => {
    const port = await overFront('strict');
    for (const [path, body] of SEED)
      expect([path, (await ask(port, post(path, body)))!.status]).toEqual([path, 200]);
    const statuses = await Promise.all(
      EVERY_ENDPOINT.map(async ({ path, request }) => {
        const bytes = Buffer.from(request.toString('latin1').replace('PEER', '1'), 'latin1');
        return `${path} ${(await ask(port, bytes))!.status}`;
      }),
    );
    expect(statuses).toEqual(EVERY_ENDPOINT.map(({ path }) => `${path} 200`));
    expect((await ask(port, get('/peer_count')))!.body.toString()).toBe('2');
    expect((await ask(port, get('/get_table')))!.body.toString()).toContain('"key":[0,1024]');
    for (const path of ['/file_count?peer=2', '/stat_all?peer=7', '/hkeys?peer=2&tb=h&offset=0&size=9']) {
      expect([path, (await compared(port, get(path)))[0]]).toEqual([path, 400]);
    }
    expect((await compared(port, get('/file_count?peer=-1')))[0]).toBe(400);
  });

  it('gets what it may be asked in more than one spelling', async () => {
    const port = await overFront('strict');
    expect(await compared(port, get('/cache/hincrbyfloat?tb=c&key=f&val=+3'))).toEqual([200, '3']);
  });

  it('has what it says of a side that missed something passed on', async () => {
    const missing = `127.0.0.1:${await freePort()}`;
    const behind = await proxy({ first: await node(), second: `hustdb://${missing}` });
    const port = await proxy({ pair: `hustdb+ha://127.0.0.1:${behind}` });
    for (const write of [post('/put?key=k', 'v'), post('/zadd?tb=z&score=2&opt=1', 'm')]) {
      expect(told(await ask(port, write), 'Sync')).toEqual([200, missing, '']);
    }
    expect(told(await ask(port, post('/cache/put?key=k', 'v')), 'Fail')).toEqual([200, missing, '']);
  });

  it('has the node named that one of its many pairs missed', async () => {
    const nodes = [await node(), await node(), `hustdb://127.0.0.1:${await freePort()}`];
    const [a, b, missing] = nodes.map((url) => url.slice('hustdb://'.length));
    const halves = [
      { item: { key: [0, 512], val: [missing, a] } },
      { item: { key: [512, 1024], val: [b, missing] } },
    ];
    await using folder = await temporaryFolder();
    const table = join(folder.path, 'hustdbtable.json');
    await writeFile(table, JSON.stringify({ table: halves }));
    const behind = await proxy({ table });
    const port = await proxy({ pair: `hustdb+ha://127.0.0.1:${behind}` });
    const keys = Array.from({ length: 8 }, (_, at) => `key-${at * 97}`);
    for (const key of keys) {
      expect(told(await ask(port, post(`/put?key=${key}`, 'v')), 'Sync', 'Version')).toEqual([
        200,
        missing,
        '1',
        '',
      ]);
    }
    expect(told(await ask(port, post('/zadd?tb=z&score=2&opt=1', 'm')), 'Sync')).toEqual([200, missing, '']);
  });

  it.each([[200], [404]])(
    'has the master named as it does, though it tells of its table %i',
    async (status) => {
      const masters = JSON.stringify({ table: [{ item: { key: [0, 1024], val: ['a:1', 'b:2'] } }] });
      const front = createServer((request, response) => {
        if (request.url !== '/get_table')
          response.writeHead(200, { Sync: 'm2.host:8085', Version: '7' }).end();
        else response.writeHead(status).end(status === 200 ? masters : '');
      }).listen(0, '127.0.0.1');
      await once(front, 'listening');
      closedLater({ close: async () => front.close() });
      for (const compat of ['strict', 'extended'] as const) {
        const { port: at } = front.address() as AddressInfo;
        const port = await proxy({ pair: `hustdb+ha://127.0.0.1:${at}`, compat });
        const answer = await ask(port, post('/put?key=k', 'v'));
        expect(told(answer, 'Sync', 'Version')).toEqual([200, 'm2.host:8085', '7', '']);
      }
    },
  );

  it.each(['stopped', 'silent'] as const)('answers in time when the front is %s', async (fault) => {
    const at =
      fault === 'stopped' ? await freePort() : closedLater(await startRudeServer({ kind: 'silent' })).port;
    for (const compat of ['strict', 'extended'] as const) {
      const port = await proxy({ pair: `hustdb+ha://127.0.0.1:${at}`, compat, sideTimeoutMs: 500 });
      const answers = await Promise.all(
        EVERY_ENDPOINT.map(async ({ path, class: kind, request }) => {
          const bytes = Buffer.from(request.toString('latin1').replace('PEER', '0'), 'latin1');
          return { path, kind, status: (await ask(port, bytes))!.status };
        }),
      );
      const wrong = answers.filter(({ path, kind, status }) => {
        const own = kind === 'service' && path !== '/peer_count' && path !== '/get_table';
        return status !== (own ? 200 : compat === 'strict' ? 404 : 503);
      });
      expect(wrong).toEqual([]);
    }
  });
});
