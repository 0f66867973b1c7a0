import { HotRodServer } from '@kvtwin/hotrod-server';
import { HustDbNode } from '@kvtwin/hustdb-node';
import { freePort, type Rudeness, startRudeServer } from '@kvtwin/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { ask, get, header, post, type RawAnswer } from '../test/raw-http.js';
import type { ProxyOptions } from './proxy-options.js';
import { startProxy } from './start-proxy.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function closedLater<T extends { close(): Promise<unknown> }>(one: T): T {
  closing.push(() => one.close());
  return one;
}

async function hotRod(): Promise<string> {
  const caches = { default: {} };
  return closedLater(await HotRodServer.listen({ caches, defaultCache: 'default' })).url;
}

async function node(): Promise<string> {
  return `hustdb://127.0.0.1:${closedLater(await HustDbNode.listen()).port}`;
}

async function proxy(options: ProxyOptions): Promise<number> {
  return closedLater(await startProxy({ port: 0, drainTimeoutMs: 500, ...options })).port;
}

function told(answer: RawAnswer | undefined, ...names: string[]): unknown[] {
  return [answer?.status, ...names.map((name) => header(answer!, name)), answer?.body.toString()];
}

describe('two Hot Rod sites', () => {
  it('compare values only, and take both tokens back', async () => {
    const [first, second] = [await hotRod(), await hotRod()];
    const pair = await proxy({ first, second, compat: 'extended' });
    const alone = await proxy({ first, second: 'memory:nothing', compat: 'extended' });
    expect(told(await ask(pair, post('/hset?tb=t&key=k', 'one')), 'X-Outcome', 'Version')).toEqual([
      200,
      'applied',
      '',
      '',
    ]);

    const read = await ask(pair, get('/hget2?tb=t&key=k'));
    const tokens = ['X-Version1', 'X-Version2'].map((name) => header(read!, name)!);
    expect(told(read, 'X-Outcome', 'Version')).toEqual([200, 'agreed', tokens[0], 'one']);
    for (const token of tokens) expect(token).toMatch(/^[1-9]\d{0,19}$/);

    const [ver, ver2] = tokens;
    expect(
      told(await ask(pair, post(`/hset?tb=t&key=k&ver=${ver2}&ver2=${ver}`, 'two')), 'X-Outcome', 'X-Sides'),
    ).toEqual([412, 'rejected', 'rejected (mismatch), rejected (mismatch)', '']);
    expect((await ask(pair, post(`/hset?tb=t&key=k&ver=${ver}`, 'two')))!.status).toBe(200);
    expect((await ask(pair, post(`/hset?tb=t&key=k&ver=${ver}`, 'three')))!.status).toBe(412);

    await ask(alone, post('/hset?tb=t&key=k', 'other'));
    const conflict = await ask(pair, get('/hget2?tb=t&key=k'));
    expect(told(conflict, 'X-Outcome', 'Val-Offset')).toEqual([409, 'value-conflict', '5', 'othertwo']);
    const [now1, now2] = ['X-Version1', 'X-Version2'].map((name) => header(conflict!, name));
    expect((await ask(pair, post(`/hset?tb=t&key=k&ver=${now1}`, 'x')))!.status).toBe(412);
    expect((await ask(pair, post(`/hset?tb=t&key=k&ver=${now1}&ver2=${now2}`, 'settled')))!.status).toBe(200);
    expect(told(await ask(pair, get('/hget2?tb=t&key=k')), 'X-Outcome')).toEqual([200, 'agreed', 'settled']);
  });

  it('tell a key that one site lacks, and one that none has', async () => {
    const [first, second] = [await hotRod(), await hotRod()];
    const pair = await proxy({ first, second, compat: 'extended' });
    const strict = await proxy({ first, second });
    const alone = await proxy({ first: 'memory:nothing', second, compat: 'extended' });
    await ask(alone, post('/put?key=k', Buffer.from([0, 255])));
    const read = await ask(pair, get('/get2?key=k'));
    expect([read!.status, header(read!, 'X-Outcome'), header(read!, 'Version1'), read!.body]).toEqual([
      409,
      'one-sided',
      undefined,
      Buffer.from([0, 255]),
    ]);
    expect(header(read!, 'Version2')).toMatch(/^\d+$/);
    expect(told(await ask(strict, get('/get2?key=k')), 'Version', 'X-Outcome')).toEqual([
      404,
      '0',
      'one-sided',
      '',
    ]);
    expect(told(await ask(pair, get('/get2?key=none')), 'Version', 'X-Outcome')).toEqual([
      404,
      '0',
      'absent',
      '',
    ]);
    expect(told(await ask(strict, get('/get?key=k')), 'X-Side')[1]).toBe('second');
    expect(told(await ask(pair, get('/del?key=k')), 'X-Outcome', 'X-Sides').slice(0, 3)).toEqual([
      200,
      'applied',
      'rejected (absent), applied',
    ]);
  });

  it('count as HustDB does with an envelope, and cannot be asked to without', async () => {
    const [first, second] = [await hotRod(), await hotRod()];
    await expect(startProxy({ first, second, versions: 'counter', port: 0 })).rejects.toMatchObject({
      code: 'PROXY_VERSIONS_NOT_COMPARABLE',
      message: expect.stringContaining('?envelope=1'),
    });
    const port = await proxy({ first: `${first}?envelope=1`, second: `${second}?envelope=1` });
    for (const version of ['1', '2', '3']) {
      expect(told(await ask(port, post('/put?key=k', 'v')), 'Version')).toEqual([200, version, '']);
    }
    expect((await ask(port, post('/put?key=k&ver=2', 'v')))!.status).toBe(404);
    expect(told(await ask(port, get('/del?key=k&ver=3')), 'Version')).toEqual([200, '3', '']);
  });

  it('keep keys of 3.9 KB, of any bytes, and let them expire', async () => {
    const [first, second] = [await hotRod(), await hotRod()];
    const port = await proxy({ first, second });
    for (const key of ['k'.repeat(3900), '%00', '%FF%FE', 'a?b', '%3F']) {
      expect((await ask(port, post(`/put?key=${key}`, key)))!.status).toBe(200);
      expect((await ask(port, get(`/get2?key=${key}`)))!.body.toString()).toBe(key);
    }
    expect((await ask(port, post('/put?key=brief&ttl=1', 'v')))!.status).toBe(200);
    expect((await ask(port, get('/exist?key=brief')))!.status).toBe(200);
    let status = 200;
    for (let waited = 0; status === 200 && waited < 5000; waited += 100) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      status = (await ask(port, get('/exist?key=brief')))!.status;
    }
    expect(status).toBe(404);
  });
});

describe('a side that does not do its part', () => {
  const rudenesses: [string, Rudeness | 'stopped'][] = [
    ['is stopped', 'stopped'],
    ['closes', { kind: 'close' }],
    ['resets', { kind: 'reset' }],
    ['is silent', { kind: 'silent' }],
    ['answers garbage', { kind: 'garbage' }],
    ['answers a web page', { kind: 'html' }],
    [
      'stops within an answer',
      {
        kind: 'close-after',
        bytes: Buffer.from('HTTP/1.1 200 OK\r\nVersion: 1\r\nContent-Length: 9\r\n\r\nabc'),
      },
    ],
  ];
  const cases = rudenesses.flatMap(([what, rudeness]) =>
    (['hustdb', 'hotrod'] as const).flatMap((scheme) => [
      [what, scheme, 'first', rudeness] as const,
      [what, scheme, 'second', rudeness] as const,
    ]),
  );

  it.each(cases)('%s (%s, the %s side)', { timeout: 60_000 }, async (what, scheme, which, rudeness) => {
    const port =
      rudeness === 'stopped' ? await freePort() : closedLater(await startRudeServer(rudeness)).port;
    const healthy = await node();
    const rude = `${scheme}://127.0.0.1:${port}`;
    const sides = which === 'first' ? { first: rude, second: healthy } : { first: healthy, second: rude };
    // Long enough for the healthy side on a busy machine; a silent one is waited for, the others fail at once.
    const sideTimeoutMs = what === 'is silent' ? 800 : 5000;
    const strict = await proxy({ ...sides, sideTimeoutMs });
    const extended = await proxy({ ...sides, sideTimeoutMs, compat: 'extended' });

    const written = await ask(strict, post('/put?key=k', 'v'));
    expect(told(written, 'Sync', 'X-Outcome')).toEqual([200, `127.0.0.1:${port}`, 'unknown', '']);
    expect(told(await ask(strict, get('/get?key=k')), 'X-Outcome')).toEqual([200, 'present', 'v']);
    expect(told(await ask(strict, get('/get2?key=k')), 'Version', 'X-Outcome')).toEqual([
      404,
      '0',
      'unreadable',
      '',
    ]);

    expect(told(await ask(extended, get('/get2?key=k')), 'X-Outcome', 'Retry-After')).toEqual([
      503,
      'unreadable',
      '1',
      expect.stringMatching(/first: (present|failed \(STORE_\w+: .*\)); second: (present|failed)/),
    ]);
    expect((await ask(extended, get('/get?key=none')))!.status).toBe(503);
    expect(told(await ask(extended, get('/del?key=k')), 'X-Outcome', 'Sync').slice(0, 3)).toEqual([
      200,
      'unknown',
      `127.0.0.1:${port}`,
    ]);
  });

  it('and neither does the other', async () => {
    const [a, b] = [await freePort(), await freePort()];
    const sides = { first: `hustdb://127.0.0.1:${a}`, second: `hotrod://127.0.0.1:${b}` };
    const strict = await proxy(sides);
    const extended = await proxy({ ...sides, compat: 'extended' });
    for (const target of [
      '/get?key=k',
      '/get2?key=k',
      '/exist?key=k',
      '/put?key=k&val=v',
      '/del?key=k',
      '/hget2?tb=t&key=k',
    ]) {
      expect([target, ...told(await ask(strict, get(target)), 'Version')]).toEqual([target, 404, '0', '']);
      expect([target, (await ask(extended, get(target)))!.status]).toEqual([target, 503]);
    }
  });

  it('and comes back', async () => {
    const port = await freePort();
    const front = await proxy({ first: await node(), second: `hustdb://127.0.0.1:${port}` });
    expect(header((await ask(front, post('/put?key=k', 'v')))!, 'Sync')).toBe(`127.0.0.1:${port}`);
    closedLater(await HustDbNode.listen({ port }));
    expect(told(await ask(front, post('/put?key=k', 'v')), 'Sync', 'Version')).toEqual([
      200,
      undefined,
      '2',
      '',
    ]);
    expect((await ask(front, get('/get2?key=k')))!.status).toBe(200);
  });
});

describe('a proxy', () => {
  it('keeps keys with a question mark apart, and says that a HustDB node cannot keep them', async () => {
    const sides = { first: await node(), second: await node() };
    const strict = await proxy(sides);
    const extended = await proxy({ ...sides, compat: 'extended' });
    for (const target of ['/put?key=a?b&val=v', '/get?key=a%3Fb', '/get2?key=a?b', '/del?key=a?b']) {
      expect((await ask(strict, get(target)))!.status).toBe(404);
      const answer = await ask(extended, get(target));
      expect([target, ...told(answer, 'X-Outcome').slice(0, 2)]).toEqual([target, 400, 'invalid-request']);
    }
  });

  it('frees its port when a side cannot be opened, and says what is wrong', async () => {
    await expect(startProxy({ first: 'memory:a', second: 'nonsense://x', port: 0 })).rejects.toMatchObject({
      code: 'PROXY_UNKNOWN_BACKEND',
    });
    await expect(startProxy({ first: 'memory:a', second: 'memory:b', port: 70_000 })).rejects.toMatchObject({
      code: 'PROXY_INVALID_OPTIONS',
    });
    await expect(startProxy({ first: 'memory:a', port: 0 })).rejects.toMatchObject({
      code: 'PROXY_INVALID_OPTIONS',
    });
  });

  it('settles what is under way when it closes, however silent a side is', async () => {
    const rude = closedLater(await startRudeServer({ kind: 'silent' }));
    const started = await startProxy({
      first: `hustdb://127.0.0.1:${rude.port}`,
      second: 'memory:b',
      port: 0,
      drainTimeoutMs: 50,
    });
    const asked = ask(started.port, get('/get2?key=k'));
    while (rude.received().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all([started.close(), started.close()]);
    expect(await asked).toBeUndefined();
  });
});
