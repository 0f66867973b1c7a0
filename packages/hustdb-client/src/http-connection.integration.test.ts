import { createServer, type Socket } from 'node:net';
import { type Rudeness, startRudeServer } from '@kvtwin/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { checkClientOptions, type HustDbClientOptions } from './client-options.js';
import { HttpConnection } from './http-connection.js';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const ok = (body: string): string => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const READ = { operation: 'get', write: false, dropAfterRefusedBody: false };
const WRITE = { operation: 'put', write: true, dropAfterRefusedBody: false };

/** A server that answers each request by what `answer` says; counts connections. */
async function server(answer: (target: string, socket: Socket, connection: number) => string | undefined) {
  const sockets = new Set<Socket>();
  let connections = 0;
  const listening = createServer((socket) => {
    const connection = ++connections;
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    let begun = '';
    socket.on('data', (chunk) => {
      begun += chunk.toString('latin1');
      for (let end = begun.indexOf('\r\n\r\n'); end >= 0; end = begun.indexOf('\r\n\r\n')) {
        const target = begun.split(' ')[1]!;
        begun = begun.slice(end + 4);
        const said = answer(target, socket, connection);
        if (said !== undefined) socket.write(said, 'latin1');
      }
    });
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const { port } = listening.address() as { port: number };
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => listening.close(resolve));
  });
  return { port, connections: () => connections };
}

function connectionTo(port: number, options: Partial<HustDbClientOptions> = {}): HttpConnection {
  const connection = new HttpConnection(checkClientOptions({ host: '127.0.0.1', port, ...options }));
  closers.push(() => connection.close());
  return connection;
}

async function body(connection: HttpConnection, target: string, context = READ): Promise<string> {
  const reply = await connection.send({ method: 'GET', target, headers: [] }, context);
  return Buffer.from(reply.body).toString('latin1');
}

async function code(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'ok',
    (error: { code?: string }) => error.code ?? String(error),
  );
}

describe('HttpConnection', () => {
  it('goes on using a connection, and makes no more than it may', async () => {
    const { port, connections } = await server((target) => ok(target));
    const client = connectionTo(port, { connections: 3 });
    for (let at = 0; at < 5; at++) expect(await body(client, `/${at}`)).toBe(`/${at}`);
    expect(connections()).toBe(1);
    const targets = Array.from({ length: 200 }, (_, at) => `/${at}`);
    expect(await Promise.all(targets.map((target) => body(client, target)))).toEqual(targets);
    expect(connections()).toBe(3);
  });

  it('has one request on a connection at a time', async () => {
    let most = 0;
    let now = 0;
    const { port } = await server((target, socket) => {
      most = Math.max(most, ++now);
      setImmediate(() => {
        now--;
        socket.write(ok(target), 'latin1');
      });
      return undefined;
    });
    const client = connectionTo(port, { connections: 2 });
    await Promise.all(Array.from({ length: 20 }, (_, at) => body(client, `/${at}`)));
    expect(most).toBeLessThanOrEqual(2);
  });

  it.each([
    ['bytes behind the answer', `${ok('a')}HTTP/1.1 200 OK\r\n`],
    ['a whole second answer', `${ok('a')}${ok('smuggled')}`],
    ['an answer that closes', 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na'],
    ['an answer of HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na'],
  ])('drops the connection after %s', async (_name, answer) => {
    const { port, connections } = await server((_target, _socket, at) => (at === 1 ? answer : ok('b')));
    const client = connectionTo(port, { connections: 1 });
    expect([await body(client, '/'), await body(client, '/')]).toEqual(['a', 'b']);
    expect(connections()).toBe(2);
  });

  it('drops a connection on which bytes come that nobody asked for', async () => {
    let first: Socket | undefined;
    const { port, connections } = await server((_target, socket, at) => {
      first ??= socket;
      return ok(String(at));
    });
    const client = connectionTo(port, { connections: 1 });
    expect(await body(client, '/')).toBe('1');
    const dropped = new Promise((resolve) => first!.once('close', resolve));
    first!.write(ok('late'));
    await dropped;
    expect([await body(client, '/'), connections()]).toEqual(['2', 2]);
  });

  it('takes a body that ends with the connection', async () => {
    const { port } = await server((_target, socket) => {
      socket.end('HTTP/1.1 200 OK\r\n\r\nall of it');
      return undefined;
    });
    expect(await body(connectionTo(port), '/')).toBe('all of it');
  });

  it('tells a connection that is reset within such a body', async () => {
    const rude: Rudeness = { kind: 'reset-after', bytes: Buffer.from('HTTP/1.1 200 OK\r\n\r\nhalf') };
    const { port, close } = await startRudeServer(rude);
    closers.push(close);
    expect(await code(body(connectionTo(port), '/'))).toBe('HUSTDB_BODY_SHORT');
  });

  it('refuses an announced body of 2 GiB at once', async () => {
    const { port } = await server(() => 'HTTP/1.1 200 OK\r\nContent-Length: 2147483648\r\n\r\n');
    expect(await code(body(connectionTo(port), '/'))).toBe('HUSTDB_REPLY_TOO_LARGE');
  });

  it.each([
    ['a length', `HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n${'x'.repeat(20)}`],
    ['chunks', `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n${'x'.repeat(20)}\r\n0\r\n\r\n`],
    ['its end', `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(20)}`],
  ])('refuses a body that is too long though it came whole, framed by %s', async (_name, answer) => {
    const { port } = await server((_target, socket) => {
      socket.end(answer);
      return undefined;
    });
    const client = connectionTo(port, { maxReplyBytes: 19 });
    expect(await code(body(client, '/'))).toBe('HUSTDB_REPLY_TOO_LARGE');
  });

  it('sends a read whose connection broke on a new one, though idle ones are there', async () => {
    const stale = new Set<Socket>();
    const { port } = await server((target, socket, at) => {
      if (at <= 3) {
        stale.add(socket);
        if (target !== '/first') {
          socket.resetAndDestroy();
          return undefined;
        }
      }
      return ok(String(at));
    });
    const client = connectionTo(port, { connections: 3 });
    await Promise.all([body(client, '/first'), body(client, '/first'), body(client, '/first')]);
    expect(stale.size).toBe(3);
    expect(await body(client, '/again')).toBe('4');
  });

  it('sends such a read on a new connection, though old ones come free while it waits', async () => {
    const { port, connections } = await server((_target, socket, at) => {
      // Every connection ends with its second request, as with a server that closes after each answer.
      const asked = (socket as { asked?: number }).asked ?? 0;
      (socket as { asked?: number }).asked = asked + 1;
      if (asked === 0) return ok(String(at));
      socket.destroy();
      return undefined;
    });
    const client = connectionTo(port, { connections: 2 });
    const calls = Array.from({ length: 40 }, (_, at) => body(client, `/${at}`));
    expect(new Set(await Promise.all(calls)).size).toBe(40);
    expect(connections()).toBe(40);
  });

  it('never sends a write twice', async () => {
    let asked = 0;
    const { port } = await server((_target, socket) => {
      asked++;
      socket.destroy();
      return undefined;
    });
    expect(await code(body(connectionTo(port), '/', WRITE))).toBe('HUSTDB_RESET');
    expect(asked).toBe(1);
  });

  it('drops a connection whose answer came before the request was sent whole', async () => {
    const sockets: Socket[] = [];
    const listening = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => socket.destroy());
      socket.once('data', () => {
        socket.pause();
        socket.write(ok('early'));
      });
    });
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    closers.push(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listening.close(resolve));
    });
    const client = connectionTo((listening.address() as { port: number }).port, { connections: 1 });
    const request = { method: 'POST', target: '/', headers: [], body: new Uint8Array(30_000_000) } as const;
    expect((await client.send(request, WRITE)).status).toBe(200);
    expect(await body(client, '/')).toBe('early');
    expect(sockets).toHaveLength(2);
  });

  it('fails every call to a server that is not there', async () => {
    const { port } = await server((target) => ok(target));
    await closers.pop()!();
    const client = connectionTo(port, { connections: 2 });
    const codes = await Promise.all(Array.from({ length: 10 }, () => code(body(client, '/'))));
    expect(new Set(codes)).toEqual(new Set(['HUSTDB_UNREACHABLE']));
  });
});
