import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { checkClientOptions, type HustDbClientOptions } from './client-options.js';
import { HttpConnection } from './http-connection.js';
import { parseHustDbUrl } from './hustdb-url.js';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const READ = { operation: 'get', write: false, dropAfterRefusedBody: false };
const WRITE = { operation: 'put', write: true, dropAfterRefusedBody: false };
const ok = (body: string): string => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/** Requests that came on one connection and are not answered yet. */
interface Held {
  readonly socket: Socket;
  readonly targets: string[];
}

/** Answers nothing by itself: what came on each connection is held. */
async function holdingServer() {
  const held: Held[] = [];
  let wake = (): void => {};
  const listening = createServer((socket) => {
    const mine: Held = { socket, targets: [] };
    held.push(mine);
    socket.on('error', () => socket.destroy());
    let begun = '';
    socket.on('data', (chunk) => {
      begun += chunk.toString('latin1');
      for (let end = begun.indexOf('\r\n\r\n'); end >= 0; end = begun.indexOf('\r\n\r\n')) {
        mine.targets.push(begun.split(' ')[1]!);
        begun = begun.slice(end + 4);
      }
      wake();
    });
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    for (const { socket } of held) socket.destroy();
    await new Promise((resolve) => listening.close(resolve));
  });
  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) await new Promise<void>((resolve) => (wake = resolve));
  };
  return { port: (listening.address() as { port: number }).port, held, until };
}

function connectionTo(port: number, options: Partial<HustDbClientOptions>): HttpConnection {
  const connection = new HttpConnection(checkClientOptions({ host: '127.0.0.1', port, ...options }));
  closers.push(() => connection.close());
  return connection;
}

async function read(connection: HttpConnection, target: string, context = READ, timeoutMs = 20_000) {
  const reply = await connection.send({ method: 'GET', target, headers: [] }, context, { timeoutMs });
  return Buffer.from(reply.body).toString('latin1');
}

describe('reads of a client with pipelining', () => {
  it('follow one another once all connections are in use, up to the limit, and get each their own answer', async () => {
    const server = await holdingServer();
    const client = connectionTo(server.port, { connections: 2, pipelining: 4 });
    const reads = Array.from({ length: 11 }, (_, at) => read(client, `/${at}`));
    await server.until(
      () => server.held.length === 2 && server.held.every(({ targets }) => targets.length === 4),
    );
    const answered = new Set<string>();
    while (answered.size < 11) {
      await server.until(() => server.held.some(({ targets }) => targets.length > 0));
      for (const { socket, targets } of server.held) {
        expect(targets.length).toBeLessThanOrEqual(4);
        const some = targets.splice(0, 3);
        for (const target of some) answered.add(target);
        socket.write(some.map(ok).join(''), 'latin1');
      }
    }
    expect(await Promise.all(reads)).toEqual(Array.from({ length: 11 }, (_, at) => `/${at}`));
    expect(server.held).toHaveLength(2);
  });

  it('get their answers however the bytes of these are split', async () => {
    const server = await holdingServer();
    const client = connectionTo(server.port, { connections: 1, pipelining: 3 });
    const answers = [
      ok('first'),
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nsecond\r\n0\r\n\r\n',
      ok('third'),
    ];
    const all = answers.join('');
    for (let split = 1; split < all.length; split += 7) {
      const reads = ['/a', '/b', '/c'].map((target) => read(client, target));
      await server.until(() => server.held[0]?.targets.length === 3);
      const [{ socket, targets }] = server.held as [Held];
      targets.length = 0;
      socket.write(all.slice(0, split), 'latin1');
      await new Promise((resolve) => setImmediate(resolve));
      socket.write(all.slice(split), 'latin1');
      expect(await Promise.all(reads)).toEqual(['first', 'second', 'third']);
    }
    expect(server.held).toHaveLength(1);
  });

  it('never share a connection with a write', async () => {
    const server = await holdingServer();
    const client = connectionTo(server.port, { connections: 1, pipelining: 8 });
    const write = read(client, '/write', WRITE);
    await server.until(() => server.held[0]?.targets.length === 1);
    const reads = [read(client, '/a'), read(client, '/b')];
    const second = read(client, '/second', WRITE);
    const [{ socket, targets }] = server.held as [Held];
    const order: string[] = [];
    for (let next = 1; next <= 4; next++) {
      await server.until(() => targets.length > 0);
      const together = targets.splice(0);
      if (together.some((target) => target.includes('write') || target.includes('second'))) {
        expect(together).toHaveLength(1);
      }
      order.push(...together);
      socket.write(together.map(ok).join(''), 'latin1');
      if (order.length === 4) break;
    }
    expect(order).toEqual(['/write', '/a', '/b', '/second']);
    expect(await Promise.all([write, ...reads, second])).toEqual(order);
  });

  it('do not keep a write waiting, however many come', async () => {
    const server = await holdingServer();
    const client = connectionTo(server.port, { connections: 1, pipelining: 4 });
    let reads = 0;
    let isOver = false;
    const readOn = async (): Promise<void> => {
      while (!isOver) await read(client, `/${++reads}`);
    };
    const readers = [readOn(), readOn(), readOn()];
    await server.until(() => server.held[0]?.targets.length === 3);
    const write = read(client, '/write', WRITE).then(() => {
      isOver = true;
    });
    const [{ socket, targets }] = server.held as [Held];
    // One answer at a time: the connection would never be without a read by itself.
    for (let answers = 0; !isOver; answers++) {
      expect(answers).toBeLessThan(50);
      await Promise.race([server.until(() => targets.length > 0), write]);
      const [target] = targets.splice(0, 1);
      if (target !== undefined) socket.write(ok(target), 'latin1');
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (let due = true; due; ) {
      socket.write(targets.splice(0).map(ok).join(''), 'latin1');
      due = await Promise.race([
        Promise.all(readers).then(() => false),
        server.until(() => targets.length > 0).then(() => true),
      ]);
    }
    await write;
  });

  it('are sent once more where their connection breaks, and none is lost', async () => {
    const server = await holdingServer();
    const client = connectionTo(server.port, { connections: 1, pipelining: 8 });
    const reads = ['/a', '/b', '/c', '/d'].map((target) => read(client, target));
    await server.until(() => server.held[0]?.targets.length === 4);
    server.held[0]!.socket.end(ok('/a'), 'latin1');
    const later = (): string[] => server.held.slice(1).flatMap(({ targets }) => targets);
    const seen: string[] = [];
    while (seen.length < 3) {
      await server.until(() => later().length > 0);
      for (const { socket, targets } of server.held.slice(1)) {
        seen.push(...targets);
        socket.write(targets.splice(0).map(ok).join(''), 'latin1');
      }
    }
    expect(await Promise.all(reads)).toEqual(['/a', '/b', '/c', '/d']);
  });

  it('that time out take their connection with them, and the others are sent once more', async () => {
    const server = await holdingServer();
    const client = connectionTo(server.port, { connections: 1, pipelining: 8 });
    const late = read(client, '/late', READ, 200).catch((error: { code: string }) => error.code);
    const other = read(client, '/other');
    await server.until(() => server.held[0]?.targets.length === 2);
    expect(await late).toBe('HUSTDB_TIMEOUT');
    await server.until(() => server.held[1]?.targets.length === 1);
    server.held[1]!.socket.write(ok('again'), 'latin1');
    expect(await other).toBe('again');
  });

  it('are not answered by bytes that nobody asked for', async () => {
    const server = await holdingServer();
    const client = connectionTo(server.port, { connections: 1, pipelining: 8 });
    const reads = [read(client, '/a'), read(client, '/b')];
    await server.until(() => server.held[0]?.targets.length === 2);
    const [{ socket, targets }] = server.held as [Held];
    const dropped = new Promise((resolve) => socket.once('close', resolve));
    socket.write([...targets.splice(0), '/smuggled'].map(ok).join(''), 'latin1');
    expect(await Promise.all(reads)).toEqual(['/a', '/b']);
    await dropped;
  });
});

it('a URL may say how many connections and reads on each; nothing else, and only of a storage node', () => {
  expect(parseHustDbUrl('hustdb://u:p@h:1?connections=4&pipelining=8', 'hustdb')).toEqual({
    host: 'h',
    port: 1,
    connections: 4,
    pipelining: 8,
    auth: { user: 'u', password: 'p' },
  });
  for (const query of [
    'pipelining=0',
    'pipelining=',
    'pipelining=x',
    'pipelining=1000',
    'timeout=1',
    'pipelining=2&pipelining=3',
  ]) {
    expect(() => parseHustDbUrl(`hustdb://h?${query}`, 'hustdb'), query).toThrow(/hustdb:\/\/\[user/);
  }
  expect(() => parseHustDbUrl('hustdb+ha://h?pipelining=2', 'hustdb+ha')).toThrow(
    /takes no option pipelining/,
  );
});
