import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ask, get, header, post, RawHttp } from '../../test/raw-http.js';
import { pairRead, present } from '../../test/scripted-pair.js';
import { serving } from '../../test/serving.js';

const AGREED = { read: () => pairRead(present('value', '1'), present('value', '1')) };
const APPLIED = {
  ...AGREED,
  write: () => ({ sides: [{ state: 'applied' }, { state: 'applied' }] as const }),
};

/** An answer without Server, Date and the headers that this proxy adds: what HustDB's documents show. */
function documentedPart(bytes: Buffer): string {
  return bytes.toString('latin1').replace(/^(Server|Date|X-[A-Za-z0-9-]+|Server-Timing): .*\r\n/gm, '');
}

describe('the data listener', () => {
  it('answers the four documented return values byte for byte', async () => {
    const reads = [
      pairRead(present('hustdbhavalue', '1'), present('hustdbhavalue', '1')),
      pairRead(present('hustdbhavalue', '1'), present('hustdbhavalue', '2')),
      pairRead(present('hustdbhavalue', '1'), present('1111111111111', '1')),
      pairRead(present('hustdbhavalue', '1'), present('1111111111111', '2')),
    ];
    await using proxy = await serving({ read: () => reads.shift()! });
    const seen: string[] = [];
    for (let at = 0; at < 4; at++) {
      const answer = await ask(proxy.port, get('/hget2?tb=test_table&key=test_key'));
      seen.push(documentedPart(answer!.bytes));
    }
    const head = (status: string, length: number, ...versions: string[]): string =>
      `${[
        `HTTP/1.1 ${status}`,
        'Content-Type: text/plain',
        `Content-Length: ${length}`,
        'Connection: keep-alive',
        ...versions,
      ].join('\r\n')}\r\n\r\n`;
    expect(seen).toEqual([
      `${head('200 OK', 13, 'Version: 1')}hustdbhavalue`,
      `${head('200 OK', 13, 'Version1: 1', 'Version2: 2')}hustdbhavalue`,
      `${head('409 Conflict', 26, 'Version: 1', 'Val-Offset: 13')}hustdbhavalue1111111111111`,
      `${head('409 Conflict', 26, 'Version1: 1', 'Version2: 2', 'Val-Offset: 13')}hustdbhavalue1111111111111`,
    ]);
  });

  it('puts its headers where nginx puts them, and its own behind', async () => {
    await using proxy = await serving(AGREED);
    const answer = await ask(proxy.port, get('/get2?key=k'));
    expect(answer!.headers.map(([name]) => name)).toEqual([
      'Server',
      'Date',
      'Content-Type',
      'Content-Length',
      'Connection',
      'Version',
      'X-Outcome',
      'X-Request-Id',
      'Server-Timing',
    ]);
    expect(header(answer!, 'Server-Timing')).toMatch(/^pair;dur=\d+\.\d\d, total;dur=\d+\.\d\d$/);
  });

  it('keeps a caller’s request id and makes one for others', async () => {
    await using proxy = await serving(AGREED);
    const named = await ask(proxy.port, get('/get2?key=k', ['X-Request-Id: abc-1']));
    const odd = await ask(proxy.port, get('/get2?key=k', ['X-Request-Id: two words']));
    expect(header(named!, 'X-Request-Id')).toBe('abc-1');
    expect(header(odd!, 'X-Request-Id')).toMatch(/^[0-9a-f]{8}-\w+$/);
  });

  it.each(['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])(
    'takes %s for any command',
    async (method) => {
      await using proxy = await serving(AGREED);
      const answer = await ask(proxy.port, get('/get2?key=k', [], method));
      expect(answer!.status).toBe(200);
    },
  );

  it('answers HEAD with the length and without the value', async () => {
    await using proxy = await serving(AGREED);
    const connection = await RawHttp.open(proxy.port);
    connection.send(get('/get?key=k', [], 'HEAD') + get('/version'));
    const answer = await connection.answer({ head: true });
    expect([answer!.status, header(answer!, 'Content-Length'), header(answer!, 'Version')]).toEqual([
      200,
      '5',
      '1',
    ]);
    expect((await connection.answer())!.body.toString()).toBe('hustdbha 1.7\n');
    connection.close();
  });

  it('takes keys as bytes: NUL, 0xFF, UTF-8 raw and encoded, a plus, a question mark', async () => {
    await using proxy = await serving(AGREED);
    const spellings = [
      'a%00b',
      '%ff%FE',
      'x\xc3\xa9',
      'caf%C3%A9',
      'a+b',
      'a%zzb',
      'a%4zb',
      'a%',
      'a?b',
      '%3F',
    ];
    for (const key of spellings) await ask(proxy.port, get(`/get2?key=${key}`));
    expect(proxy.pair.seen.map((call) => call.key.toString('latin1'))).toEqual([
      'a\0b',
      '\xff\xfe',
      'x\xc3\xa9',
      'caf\xc3\xa9',
      'a+b',
      'azzb',
      'ab',
      'a',
      'a?b',
      '?',
    ]);
  });

  it('reads a query as a node does: last one wins, semicolons separate, names are exact', async () => {
    await using proxy = await serving(AGREED);
    for (const query of ['key=a&key=b', 'key=a&key=', 'x=1;key=c', 'key=d;e', 'a&key=f&b=']) {
      await ask(proxy.port, get(`/get2?${query}`));
    }
    await ask(proxy.port, get('//get2?key=slashes'));
    await ask(proxy.port, get('http://host/get2?key=absolute'));
    expect(proxy.pair.seen.map((call) => call.key.toString())).toEqual([
      'b',
      'a',
      'c',
      'd',
      'f',
      'slashes',
      'absolute',
    ]);
  });

  it('writes the body, and `val` as it stands where there is none', async () => {
    await using proxy = await serving(APPLIED);
    await ask(proxy.port, post('/put?key=k&val=query', Buffer.from([0, 255, 13, 10])));
    await ask(proxy.port, get('/put?key=k&val=a%20b+c'));
    await ask(proxy.port, get('/hset?tb=t&key=k&ttl=60&val=x', [], 'DELETE'));
    expect(proxy.pair.seen.map((call) => call.value!.toString('latin1'))).toEqual([
      '\0\xff\r\n',
      'a%20b+c',
      'x',
    ]);
    expect(proxy.pair.seen[2]).toMatchObject({
      selector: { type: 'hash', table: 't' },
      options: { lifespanMs: 60_000 },
    });
  });

  it.each([
    ['0', undefined],
    ['2592000', 2_592_000_000],
    ['2592001', undefined],
    ['-1', undefined],
    ['abc', undefined],
    ['5.9', 5000],
  ])('takes ttl=%s as a node does', async (ttl, lifespanMs) => {
    await using proxy = await serving(APPLIED);
    await ask(proxy.port, post(`/put?key=k&ttl=${ttl}`, 'v'));
    expect(proxy.pair.seen[0]!.options.lifespanMs).toBe(lifespanMs);
  });

  it('takes a chunked body, and answers 100 to a caller who waits for it', async () => {
    await using proxy = await serving(APPLIED);
    const chunked = `${get('/put?key=k', ['Transfer-Encoding: chunked'], 'POST')}3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`;
    expect((await ask(proxy.port, chunked))!.status).toBe(200);
    const connection = await RawHttp.open(proxy.port);
    connection.send(get('/put?key=k', ['Content-Length: 5', 'Expect: 100-continue'], 'POST'));
    setTimeout(() => connection.send('hello'), 20);
    expect((await connection.answer())!.status).toBe(200);
    connection.close();
    expect(proxy.pair.seen.map((call) => call.value!.toString())).toEqual(['abcde', 'hello']);
  });

  it('ignores a body that a command does not read, and goes on with the connection', async () => {
    await using proxy = await serving(AGREED);
    const connection = await RawHttp.open(proxy.port);
    connection.send(post('/get?key=k', 'GET /put?key=smuggled&val=1 HTTP/1.1\r\nHost: x\r\n\r\n'));
    expect((await connection.answer())!.status).toBe(200);
    connection.send(get('/get2?key=next'));
    expect((await connection.answer())!.status).toBe(200);
    expect(proxy.pair.seen.map((call) => call.key.toString())).toEqual(['k', 'next']);
    connection.close();
  });

  it('reads the body of a refused write to its end instead of taking it for the next request', async () => {
    await using proxy = await serving(APPLIED);
    const connection = await RawHttp.open(proxy.port);
    connection.send(post('/put', 'GET /put?key=smuggled&val=1 HTTP/1.1\r\nHost: x\r\n\r\n'));
    const refused = await connection.answer();
    expect([refused!.status, header(refused!, 'Version'), refused!.body.length]).toEqual([404, '0', 0]);
    connection.send(post('/put?key=k', 'v'));
    expect((await connection.answer())!.status).toBe(200);
    expect(proxy.pair.seen.map((call) => call.key.toString())).toEqual(['k']);
    connection.close();
  });

  it('answers pipelined requests in order', async () => {
    await using proxy = await serving({
      read: async (key) => {
        if (key.toString() === 'slow') await new Promise((resolve) => setTimeout(resolve, 30));
        return pairRead(present(key, '1'), present(key, '1'));
      },
    });
    const connection = await RawHttp.open(proxy.port);
    connection.send(get('/get2?key=slow') + get('/get2?key=fast'));
    expect([
      (await connection.answer())!.body.toString(),
      (await connection.answer())!.body.toString(),
    ]).toEqual(['slow', 'fast']);
    connection.close();
  });

  it('closes after an answer where the caller speaks HTTP/1.0 or asks for it', async () => {
    await using proxy = await serving(AGREED);
    for (const request of ['GET /get2?key=k HTTP/1.0\r\n\r\n', get('/get2?key=k', ['Connection: close'])]) {
      const connection = await RawHttp.open(proxy.port);
      connection.send(request);
      const answer = await connection.answer();
      expect([answer!.status, header(answer!, 'Connection')]).toEqual([200, 'close']);
      expect(await connection.answer()).toBeUndefined();
    }
  });
});

describe('what HustDB HA hangs on, closes or refuses', () => {
  const longTable = 't'.repeat(65);
  it.each([
    ['/get', 400],
    ['/exist', 400],
    ['/del?ver=1', 400],
    ['/hget?key=f', 400],
    ['/hget?tb=t', 400],
    ['/hget?tb=a-b&key=f', 400],
    ['/hget?tb=&key=f', 400],
    [`/hget?tb=${longTable}&key=f`, 400],
    [`/hexist?tb=${longTable}&key=f`, 400],
    ['/hdel?key=f', 400],
    // HustDB HA finds a parameter inside another's name, or empty, and its nodes then do not
    ['/get?key=', 404],
    ['/get?xkey=k', 404],
    ['/hget?tb=t&tb=a-b&key=f', 404],
    ['/hdel?tb=&key=f', 404],
    ['/hdel?tb=', 400],
    ['/hdel?tb=a-b', 400],
    ['/hdel?tb=a-b&key=f', 404],
    ['/put', 404],
    ['/put?key=&val=x', 404],
    ['/put?key=k', 404],
    ['/hset?key=f&val=x', 404],
    [`/hset?tb=${longTable}&key=f&val=x`, 404],
    ['/get2', 404],
    ['/hget2?tb=t', 404],
    ['/hget2?key=f', 404],
    [`/hget2?tb=${longTable}&key=f`, 404],
    ['/put?key=k&val=v&ver=4194304', 404],
    ['/put?key=k&val=v&is_dup=true', 404],
  ])('answers %s with %i at once, and says why', async (target, status) => {
    await using strict = await serving(APPLIED);
    await using extended = await serving(APPLIED, { compat: 'extended' });
    const answer = await ask(strict.port, get(target));
    expect(answer!.status).toBe(status);
    if (status === 404) {
      expect([header(answer!, 'Version'), answer!.body.length]).toEqual(['0', 0]);
      expect(header(answer!, 'X-Message')).toBeTruthy();
    } else {
      expect(answer!.body.toString()).toMatch(/^parameter (key|tb) .*\n$/);
    }
    const told = await ask(extended.port, get(target));
    expect([told!.status, header(told!, 'X-Outcome')]).toEqual([400, 'invalid-request']);
    expect(told!.body.length).toBeGreaterThan(0);
    expect([...strict.pair.seen, ...extended.pair.seen]).toEqual([]);
  });

  it('refuses a number that is none only in the extended dialect', async () => {
    await using strict = await serving(APPLIED);
    await using extended = await serving(APPLIED, { compat: 'extended' });
    expect((await ask(strict.port, get('/put?key=k&val=v&ver=abc')))!.status).toBe(200);
    expect((await ask(extended.port, get('/put?key=k&val=v&ver=abc')))!.status).toBe(400);
  });

  it('takes a key of 3.9 KB and answers 414 to a request line above 4 KiB', async () => {
    await using proxy = await serving(AGREED);
    expect((await ask(proxy.port, get(`/get2?key=${'k'.repeat(3900)}`)))!.status).toBe(200);
    expect(proxy.pair.seen[0]!.key.length).toBe(3900);
    for (const length of [4096, 20_000, 100_000]) {
      const answer = await ask(proxy.port, get(`/get2?key=${'k'.repeat(length)}`));
      expect([answer!.status, header(answer!, 'Content-Type'), header(answer!, 'Connection')]).toEqual([
        414,
        'text/html',
        'close',
      ]);
    }
  });

  it('answers paths that are none with 404', async () => {
    await using proxy = await serving(AGREED);
    for (const path of ['/', '/nope', '/getxyz?key=a', '/get/?key=a', '/GET?key=a', '/hustdb/get?key=a']) {
      const answer = await ask(proxy.port, get(path));
      expect([path, answer!.status, header(answer!, 'Content-Type')]).toEqual([path, 404, 'text/html']);
    }
  });

  it('answers what is no HTTP with 400, CONNECT with 405, a 1.1 request without Host with 400', async () => {
    await using proxy = await serving(AGREED);
    for (const [request, status] of [
      ['not a request\r\n\r\n', 400],
      ['CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n', 405],
      ['GET /get?key=a HTTP/1.1\r\n\r\n', 400],
      [`GET /get?key=a HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`, 400],
    ] as const) {
      const connection = await RawHttp.open(proxy.port);
      connection.send(request);
      expect((await connection.answer())!.status).toBe(status);
      await connection.ended();
    }
  });

  it('refuses a value above 32 MiB and a body above 64 MiB', async () => {
    await using strict = await serving(APPLIED);
    await using extended = await serving(APPLIED, { compat: 'extended' });
    const large = Buffer.alloc(33_554_433);
    const connection = await RawHttp.open(strict.port);
    connection.send(post('/put?key=k', large));
    const refused = await connection.answer();
    expect([refused!.status, header(refused!, 'Version')]).toEqual([404, '0']);
    connection.send(post('/put?key=k', large.subarray(1)));
    expect((await connection.answer())!.status).toBe(200);
    expect(strict.pair.seen.map((call) => call.value!.length)).toEqual([33_554_432]);
    connection.close();
    expect((await ask(extended.port, post('/put?key=k', large)))!.status).toBe(413);
    const declared = await ask(strict.port, get('/put?key=k', ['Content-Length: 67108865'], 'POST'));
    expect([declared!.status, header(declared!, 'Connection')]).toEqual([413, 'close']);
  });

  it('answers 408 to a body that does not come', async () => {
    await using proxy = await serving(APPLIED, { bodyIdleTimeoutMs: 40 });
    const answer = await ask(proxy.port, get('/put?key=k', ['Content-Length: 5'], 'POST'));
    expect([answer!.status, header(answer!, 'X-Outcome')]).toEqual([408, 'timeout']);
    expect(proxy.pair.seen).toEqual([]);
  });
});

describe('credentials', () => {
  const users = [{ name: 'huststore', password: 'p:w' }];
  const right = `Authorization: Basic ${Buffer.from('huststore:p:w').toString('base64')}`;

  it('asks for them as HustDB HA does, and keeps the connection', async () => {
    await using proxy = await serving(AGREED, { users });
    const connection = await RawHttp.open(proxy.port);
    const wrong = Buffer.from('huststore:wrong').toString('base64');
    for (const headers of [
      [],
      [`Authorization: Basic ${wrong}`],
      ['Authorization: Bearer abc'],
      ['Authorization: Basic !'],
    ]) {
      connection.send(get('/get?key=k', headers));
      const answer = await connection.answer();
      expect([answer!.status, header(answer!, 'Content-Type'), header(answer!, 'WWW-Authenticate')]).toEqual([
        401,
        'text/html',
        'Basic realm="Authentication"',
      ]);
    }
    connection.send(get('/get?key=k', [right]));
    expect((await connection.answer())!.status).toBe(200);
    connection.close();
    expect(proxy.pair.seen).toHaveLength(1);
  });

  it('asks for none on /version and /status.html, and does on the other service pages', async () => {
    await using proxy = await serving(AGREED, { users });
    const statuses: number[] = [];
    for (const path of ['/version', '/status.html', '/peer_count', '/get_table', '/sadd']) {
      statuses.push((await ask(proxy.port, get(path)))!.status);
    }
    expect(statuses).toEqual([200, 200, 401, 401, 401]);
    const table = await ask(proxy.port, get('/get_table', [right]));
    expect(JSON.parse(table!.body.toString())).toEqual({
      table: [{ item: { key: [0, 1024], val: ['10.0.0.1:8085', '10.0.0.2:8085'] } }],
    });
    expect((await ask(proxy.port, get('/peer_count', [right])))!.body.toString()).toBe('2');
  });
});

describe('limits and the end', () => {
  function gate() {
    let open: () => void = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    return { open, opened };
  }

  it('answers at once when too many requests are under way', async () => {
    for (const [compat, status] of [
      ['strict', 404],
      ['extended', 503],
    ] as const) {
      const { open, opened } = gate();
      await using proxy = await serving(
        { read: () => opened.then(AGREED.read) },
        { compat, maxConcurrentRequests: 2 },
      );
      const waiting = [ask(proxy.port, get('/get2?key=1')), ask(proxy.port, get('/get2?key=2'))];
      while (proxy.pair.seen.length < 2) await new Promise(setImmediate);
      const answer = await ask(proxy.port, get('/get2?key=3'));
      expect([answer!.status, header(answer!, 'X-Outcome')]).toEqual([status, 'overloaded']);
      expect(header(answer!, 'Retry-After')).toBe(compat === 'extended' ? '1' : undefined);
      open();
      expect((await Promise.all(waiting)).map((one) => one!.status)).toEqual([200, 200]);
    }
  });

  it('refuses bodies beyond the bytes that may be held, and takes them again later', async () => {
    await using proxy = await serving(APPLIED, { compat: 'extended', maxBufferedBytes: 1000 });
    expect((await ask(proxy.port, post('/put?key=k', Buffer.alloc(1001))))!.status).toBe(503);
    for (let at = 0; at < 3; at++) {
      expect((await ask(proxy.port, post('/put?key=k', Buffer.alloc(1000))))!.status).toBe(200);
    }
  });

  it('refuses an answer beyond the bytes that may be held, and counts it until the caller has read it', async () => {
    const value = Buffer.alloc(4 * 1024 * 1024, 1);
    await using proxy = await serving(
      { read: () => pairRead(present(value, '1'), present(value, '1')) },
      { compat: 'extended', maxBufferedBytes: 5 * 1024 * 1024 },
    );
    const slow = connect(proxy.port, '127.0.0.1', () => slow.write(get('/get2?key=slow'))).pause();
    while (proxy.pair.seen.length < 1) await new Promise(setImmediate);
    expect((await ask(proxy.port, get('/get2?key=k')))!.status).toBe(503);
    slow.resume();
    let status = 503;
    while (status === 503) status = (await ask(proxy.port, get('/get2?key=k')))!.status;
    expect(status).toBe(200);
    slow.destroy();
  });

  it('answers when the pair does not: 404 or 504', async () => {
    for (const [compat, status] of [
      ['strict', 404],
      ['extended', 504],
    ] as const) {
      await using proxy = await serving({ read: () => new Promise(() => {}) }, { compat, sideTimeoutMs: 1 });
      const answer = await ask(proxy.port, get('/get2?key=k'));
      expect([answer!.status, header(answer!, 'X-Outcome')]).toEqual([status, 'timeout']);
    }
  });

  it('survives a pair that throws, and reports it', async () => {
    const errors: unknown[] = [];
    await using proxy = await serving(
      { read: () => Promise.reject(new RangeError('a defect')) },
      { compat: 'extended', onError: (error) => errors.push(error) },
    );
    const answer = await ask(proxy.port, get('/get2?key=k'));
    expect([answer!.status, answer!.body.toString()]).toEqual([500, 'internal error\n']);
    expect(String(errors[0])).toContain('a defect');
  });

  it('finishes what is under way when it closes, and then every connection', async () => {
    const { open, opened } = gate();
    const proxy = await serving({ read: () => opened.then(AGREED.read) });
    const idle = await RawHttp.open(proxy.port);
    const busy = await RawHttp.open(proxy.port);
    busy.send(get('/get2?key=k'));
    while (proxy.pair.seen.length < 1) await new Promise(setImmediate);
    const closed = proxy.close();
    open();
    const answer = await busy.answer();
    expect([answer!.status, header(answer!, 'Connection')]).toEqual([200, 'close']);
    await Promise.all([closed, idle.ended(), busy.ended()]);
    await expect(RawHttp.open(proxy.port)).rejects.toThrow('ECONNREFUSED');
  });

  it('does not wait for ever for what is under way', async () => {
    const proxy = await serving({ read: () => new Promise(() => {}) }, { drainTimeoutMs: 30 });
    const busy = await RawHttp.open(proxy.port);
    busy.send(get('/get2?key=k'));
    while (proxy.pair.seen.length < 1) await new Promise(setImmediate);
    await proxy.close();
    await busy.ended();
  });

  it('says that its port is taken', async () => {
    await using proxy = await serving(AGREED);
    await expect(serving(AGREED, { port: proxy.port })).rejects.toMatchObject({ code: 'PROXY_PORT_IN_USE' });
    await expect(serving(AGREED, { host: '192.0.2.1' })).rejects.toMatchObject({
      code: 'PROXY_LISTEN_FAILED',
    });
  });
});
