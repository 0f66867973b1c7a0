import { request } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { performance } from 'node:perf_hooks';
import { seededRandom } from '@kvtwin/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { get, header, post, RawHttp } from '../../test/raw-http.js';
import { pairRead, present } from '../../test/scripted-pair.js';
import { serving } from '../../test/serving.js';
import { textAnswer } from '../answers/answer.js';
import { resolveListenerOptions } from '../proxy-options.js';
import { CallerConnection, type ConnectionTimes, type RequestHandler } from './caller-connection.js';
import type { DataHandler } from './data-handler.js';
import { listen } from './data-listener.js';
import type { Exchange } from './exchange.js';

const SCRIPT = {
  read: (key: Uint8Array) => pairRead(present(key, '1'), present(key, '1')),
  write: () => ({ sides: [{ state: 'applied' }, { state: 'applied' }] as const }),
};
const TIMES: ConnectionTimes = { idleMs: 540_000, headMs: 60_000, stallMs: 60_000, lingerMs: 60_000 };

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A server of connections whose requests are begun and, unless they are to wait, answered with their targets. */
async function listening(times: Partial<ConnectionTimes> = {}, waits = false) {
  const begun: Exchange[] = [];
  const finished: Exchange[] = [];
  const connections = new Set<CallerConnection>();
  const handler: RequestHandler = {
    begin: (exchange) => {
      begun.push(exchange);
      if (!waits) exchange.connection.answer(exchange, textAnswer(200, 'ok', exchange.head.target), false);
    },
    finished: (exchange) => finished.push(exchange),
    gone: (connection) => connections.delete(connection),
  };
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    connections.add(new CallerConnection(socket, handler, { ...TIMES, ...times }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    for (const connection of connections) connection.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  /** Has every connection look at a clock that is so far ahead. */
  const checkAhead = (ms: number): void => {
    for (const connection of connections) connection.checkTime(performance.now() + ms);
  };
  return { port: (server.address() as AddressInfo).port, begun, finished, connections, checkAhead };
}

describe('a caller that waits before it sends its body', () => {
  const USERS = { users: [{ name: 'u', password: 'p' }] };

  /** What such a caller hears; it sends the body when it is told to. */
  function waiting(port: number, path: string, length: number, authorization: string): Promise<unknown[]> {
    const heard: unknown[] = [];
    const headers = {
      Connection: 'keep-alive',
      Expect: '100-continue',
      'Content-Length': length,
      Authorization: authorization,
    };
    return new Promise((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, method: 'POST', path, headers, agent: false });
      asked.on('continue', () => {
        heard.push(100);
        asked.end(Buffer.alloc(length, 'v'));
      });
      asked.on('response', (response) => {
        response.resume();
        resolve([...heard, response.statusCode, response.headers.connection]);
        asked.destroy();
      });
      asked.on('error', reject);
      asked.flushHeaders();
    });
  }

  const GOOD = `Basic ${Buffer.from('u:p').toString('base64')}`;

  it.each([
    ['hears 100 where its body is read', '/put?key=k', 5, GOOD, [100, 200, 'keep-alive']],
    ['hears 401 alone', '/put?key=k', 5, 'Basic bm86', [401, 'close']],
    ['hears 413 alone', '/put?key=k', 80_000_000, GOOD, [413, 'close']],
    ['hears 404 alone', '/nope', 5, GOOD, [404, 'close']],
    ['hears what a missing parameter is answered', '/put', 5, GOOD, [404, 'close']],
  ])('%s', async (_name, path, length, authorization, expected) => {
    await using proxy = await serving(SCRIPT, USERS);
    expect(await waiting(proxy.port, path, length, authorization)).toEqual(expected);
  });

  it('goes on with the connection where the body came all the same', async () => {
    await using proxy = await serving(SCRIPT);
    const connection = await RawHttp.open(proxy.port);
    connection.send(`${get('/nope', ['Content-Length: 5', 'Expect: 100-continue'], 'POST')}hello`);
    expect((await connection.answer())!.status).toBe(404);
    connection.send(get('/get2?key=next'));
    expect((await connection.answer())!.status).toBe(200);
    connection.close();
  });
});

describe('a conversation', () => {
  const talk = Buffer.concat([
    Buffer.from(get('/get2?key=one')),
    Buffer.from(get('/put?key=two', ['Transfer-Encoding: chunked'], 'POST')),
    Buffer.from('3\r\nabc\r\n1;x=y\r\nd\r\n0\r\nTrailer: t\r\n\r\n\r\n'),
    post('/get?key=three', 'a body that nobody reads'),
    post('/put?key=four', 'value'),
    Buffer.from(get('/get2?key=five', ['Connection: close'])),
    Buffer.from(get('/get2?key=six')),
  ]);

  it('has the same answers and effects wherever it is cut', async () => {
    await using proxy = await serving(SCRIPT);
    for (let at = 1; at < talk.length; at++) {
      const connection = await RawHttp.open(proxy.port);
      connection.send(talk.subarray(0, at));
      await new Promise(setImmediate);
      connection.send(talk.subarray(at));
      const seen = [];
      for (let count = 0; count < 5; count++) {
        const answer = await connection.answer();
        seen.push(`${answer!.status} ${answer!.body.toString()}`);
      }
      expect([at, ...seen]).toEqual([at, '200 one', '200 ', '200 three', '200 ', '200 five']);
      expect(await connection.answer()).toBeUndefined();
      expect(proxy.pair.seen.splice(0).map(({ key, value }) => `${key}=${value ?? ''}`)).toEqual([
        'one=',
        'two=abcd',
        'three=',
        'four=value',
        'five=',
      ]);
    }
  }, 120_000);

  it('goes byte by byte as well', async () => {
    await using proxy = await serving(SCRIPT);
    const connection = await RawHttp.open(proxy.port);
    for (const byte of talk) {
      connection.send(Uint8Array.of(byte));
      await new Promise(setImmediate);
    }
    for (const status of [200, 200, 200, 200, 200]) expect((await connection.answer())!.status).toBe(status);
    expect(await connection.answer()).toBeUndefined();
  });

  it('ends in good order whatever is wrong in it, and the next one is served', async () => {
    await using proxy = await serving(SCRIPT);
    const random = seededRandom(5);
    for (let run = 0; run < 150; run++) {
      const bytes = Buffer.from(talk);
      for (let change = random.integer(1, 4); change > 0; change--) {
        bytes[random.integer(0, bytes.length - 1)] = random.pick([0, 10, 13, 32, 58, 48, 57, 128, 255]);
      }
      const connection = await RawHttp.open(proxy.port);
      connection.send(bytes);
      connection.finish();
      for (let answer = await connection.answer(); answer !== undefined; answer = await connection.answer()) {
        expect([200, 400, 404, 405, 413, 414]).toContain(answer.status);
      }
    }
    const connection = await RawHttp.open(proxy.port);
    connection.send(get('/get2?key=k'));
    expect((await connection.answer())!.status).toBe(200);
    connection.close();
  }, 120_000);
});

describe('an answer', () => {
  it('of any length is followed by the next one', async () => {
    const { port, begun } = await listening({}, true);
    const connection = await RawHttp.open(port);
    for (const length of [0, 1, 8000, 8192, 8193, 12_000, 16_000, 16_384, 20_000, 65_536, 3_000_000]) {
      const before = begun.length;
      connection.send(get(`/${length}`));
      while (begun.length === before) await new Promise(setImmediate);
      const exchange = begun[before]!;
      const half = Buffer.alloc(Math.floor(length / 2), 1);
      const body = [half, Buffer.alloc(length - half.length, 2)];
      exchange.connection.answer(exchange, { status: 200, outcome: 'ok', headers: [], body }, false);
      const answer = await connection.answer();
      expect([answer!.status, answer!.body.equals(Buffer.concat(body))]).toEqual([200, true]);
    }
    connection.close();
  });
});

describe('a caller that takes its time', () => {
  it('is told 408 where the head of a request does not come', async () => {
    const { port, checkAhead } = await listening();
    const connection = await RawHttp.open(port);
    connection.send(`${get('/one')}GET /two HTT`);
    expect((await connection.answer())!.status).toBe(200);
    checkAhead(50_000);
    checkAhead(61_000);
    const answer = await connection.answer();
    expect([answer!.status, header(answer!, 'Connection')]).toEqual([408, 'close']);
    expect(await connection.answer()).toBeUndefined();
  });

  it('is let go where no request comes at all, and between requests later', async () => {
    const { port, connections, checkAhead } = await listening();
    const silent = await RawHttp.open(port);
    while (connections.size < 1) await new Promise(setImmediate);
    checkAhead(61_000);
    await silent.ended();
    const connection = await RawHttp.open(port);
    connection.send(get('/one'));
    expect((await connection.answer())!.status).toBe(200);
    checkAhead(500_000);
    connection.send(get('/two'));
    expect((await connection.answer())!.status).toBe(200);
    checkAhead(541_000);
    await connection.ended();
  });

  it('is let go where it sends the body that nobody reads too slowly', async () => {
    const { port, checkAhead } = await listening();
    const connection = await RawHttp.open(port);
    connection.send(get('/one', ['Content-Length: 5'], 'POST'));
    expect((await connection.answer())!.status).toBe(200);
    checkAhead(61_000);
    await connection.ended();
  });

  it('is not hurried while its request is under way', async () => {
    const { port, begun, checkAhead } = await listening({}, true);
    const connection = await RawHttp.open(port);
    connection.send(get('/one'));
    while (begun.length === 0) await new Promise(setImmediate);
    checkAhead(1_000_000);
    begun[0]!.connection.answer(begun[0]!, textAnswer(200, 'ok', 'late'), false);
    expect((await connection.answer())!.body.toString()).toBe('late\n');
    connection.close();
  });

  it('is looked at by the listener', async () => {
    const handler: DataHandler = {
      begin: () => {},
      finished: () => {},
      beginClosing: () => {},
      active: 0,
      idle: async () => {},
    };
    const options = resolveListenerOptions({ port: 0, drainTimeoutMs: 100 });
    const listener = await listen(handler, options, { ...TIMES, headMs: 50 });
    closers.push(() => listener.close());
    await (await RawHttp.open(listener.port)).ended();
  });

  it('is let go where it does not take its answer', async () => {
    const { port, begun, finished } = await listening({ stallMs: 60 }, true);
    const socket = connect(port, '127.0.0.1', () => socket.write(get('/one'))).pause();
    while (begun.length === 0) await new Promise(setImmediate);
    const body = [Buffer.alloc(64 * 1024 * 1024)];
    begun[0]!.connection.answer(begun[0]!, { status: 200, outcome: 'ok', headers: [], body }, false);
    while (finished.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(finished).toEqual(begun);
    socket.destroy();
  });

  it('gets all of a large answer that closes, though it reads for longer than it may linger', async () => {
    const { port, begun } = await listening({ lingerMs: 30 }, true);
    const socket = connect(port, '127.0.0.1', () => socket.write(get('/one'))).pause();
    while (begun.length === 0) await new Promise(setImmediate);
    const body = [Buffer.alloc(32 * 1024 * 1024)];
    begun[0]!.connection.answer(
      begun[0]!,
      { status: 200, outcome: 'ok', headers: [], body, close: true },
      false,
    );
    await new Promise((resolve) => setTimeout(resolve, 150));
    let length = 0;
    socket.on('data', (chunk) => {
      length += chunk.length;
    });
    await new Promise((resolve) => socket.once('end', resolve).resume());
    expect(length).toBeGreaterThan(32 * 1024 * 1024);
    socket.destroy();
  });

  it('does not make the proxy keep more than so much of what it pipelines', async () => {
    const { port, begun } = await listening({}, true);
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    const requests = Buffer.from(get('/one').repeat(1000));
    const full = new Promise<void>((resolve) => {
      const send = (): void => {
        if (socket.writableLength > 32 * 1024 * 1024) resolve();
        else socket.write(requests, () => {}) ? setImmediate(send) : setTimeout(send, 1);
      };
      send();
    });
    await full;
    expect(begun).toHaveLength(1);
    socket.destroy();
  });
});
