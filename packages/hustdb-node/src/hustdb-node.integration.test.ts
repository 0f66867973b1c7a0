import { request } from 'node:http';
import { connect } from 'node:net';
import { ManualClock } from '@kvtwin/versioned-value';
import { afterEach, describe, expect, it } from 'vitest';
import { HustDbNode } from './hustdb-node.js';
import type { HustDbNodeOptions } from './options.js';

const nodes: HustDbNode[] = [];
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.close();
});

async function start(options: HustDbNodeOptions = {}): Promise<HustDbNode> {
  const node = await HustDbNode.listen(options);
  nodes.push(node);
  return node;
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly text: string;
}

function ask(node: HustDbNode, method: string, path: string, body?: Uint8Array | string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ port: node.port, host: '127.0.0.1', method, path, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('latin1');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

describe('info', () => {
  it('tells what the node did since it was asked last', async () => {
    const node = await start();
    await ask(node, 'POST', '/hustdb/put?key=a', 'v');
    await ask(node, 'GET', '/hustdb/get?key=a');
    await ask(node, 'GET', '/hustdb/get?key=b');
    const told = await ask(node, 'GET', '/hustdb/info');
    const { md5db } = JSON.parse(told.text) as { md5db: Record<string, { total: number }> };
    const totals = ['put_ok', 'get_ok', 'get_not_found', 'del_ok'].map((name) => md5db[`0|${name}`]?.total);
    expect([told.status, totals]).toEqual([200, [1, 1, 1, 0]]);
    expect((await ask(node, 'POST', '/hustdb/info', 'x')).status).toBe(405);
  });
});

describe('versions', () => {
  it('counts plainly by default, past 63 too', async () => {
    const node = await start();
    for (let put = 1; put <= 70; put++) await ask(node, 'POST', '/hustdb/put?key=a', 'v');
    expect((await ask(node, 'GET', '/hustdb/get?key=a')).headers.version).toBe('70');
    expect((await ask(node, 'POST', '/hustdb/put?key=a&ver=70', 'v')).headers.version).toBe('71');
  });

  it('shows the encoding defect with the quirk', async () => {
    const node = await start({ quirks: { versions: true } });
    for (let put = 1; put <= 63; put++) await ask(node, 'POST', '/hustdb/put?key=a', 'v');
    expect((await ask(node, 'POST', '/hustdb/put?key=a', 'v')).headers.version).toBe('64');
    expect((await ask(node, 'GET', '/hustdb/get?key=a')).headers.version).toBe('80');
    expect((await ask(node, 'POST', '/hustdb/put?key=a&ver=64', 'v')).status).toBe(401);
    expect((await ask(node, 'POST', '/hustdb/put?key=a&ver=80', 'v')).status).toBe(200);
  });

  it('takes replays that are not older, and leaves things alone at older ones', async () => {
    const node = await start();
    await ask(node, 'POST', '/hustdb/put?key=a&ver=50&is_dup=true', 'new');
    const older = await ask(node, 'POST', '/hustdb/put?key=a&ver=10&is_dup=true', 'old');
    expect([older.status, older.headers.vererror, older.headers.version]).toEqual([200, 'true', '50']);
    expect((await ask(node, 'GET', '/hustdb/get?key=a')).text).toBe('new');
    expect((await ask(node, 'POST', '/hustdb/put?key=a&is_dup=true', 'x')).status).toBe(401);
    const removed = await ask(node, 'GET', '/hustdb/del?key=a&ver=49&is_dup=1');
    expect([removed.status, removed.headers.vererror]).toEqual([200, 'true']);
  });

  it('begins at 1 again after a delete', async () => {
    const node = await start();
    await ask(node, 'POST', '/hustdb/put?key=a', 'v');
    await ask(node, 'POST', '/hustdb/put?key=a', 'v');
    expect((await ask(node, 'GET', '/hustdb/del?key=a')).headers.version).toBe('2');
    expect((await ask(node, 'POST', '/hustdb/put?key=a', 'v')).headers.version).toBe('1');
  });
});

describe('times to live', () => {
  it('ends an entry for every reader, and tells its version once', async () => {
    const clock = new ManualClock();
    const node = await start({ clock });
    await ask(node, 'POST', '/hustdb/hset?tb=t&key=f&ttl=2', 'v');
    clock.turn(1999);
    expect((await ask(node, 'GET', '/hustdb/hexist?tb=t&key=f')).status).toBe(200);
    clock.turn(1);
    const first = await ask(node, 'GET', '/hustdb/hexist?tb=t&key=f');
    expect([first.status, first.headers.version]).toEqual([404, '1']);
    expect((await ask(node, 'GET', '/hustdb/hget?tb=t&key=f')).status).toBe(412);
  });

  it('goes with a write that brings none, and never comes of 0 or what is too long', async () => {
    const clock = new ManualClock();
    const node = await start({ clock });
    await ask(node, 'POST', '/hustdb/put?key=a&ttl=1', 'v');
    await ask(node, 'POST', '/hustdb/put?key=a', 'v');
    for (const ttl of ['0', '2592001', '-1', 'abc'])
      await ask(node, 'POST', `/hustdb/put?key=${ttl}&ttl=${ttl}`, 'v');
    clock.turn(4_000_000_000);
    for (const key of ['a', '0', '2592001', '-1', 'abc']) {
      expect((await ask(node, 'GET', `/hustdb/get?key=${key}`)).status, key).toBe(200);
    }
  });

  it('sweeps what nobody asks for', async () => {
    const clock = new ManualClock();
    const node = await start({ clock });
    await ask(node, 'POST', '/hustdb/put?key=a&ttl=1', 'v');
    clock.turn(31_000);
    await ask(node, 'GET', '/hustdb/get?key=other');
    expect(node.storage.bytes).toBe(0);
  });
});

describe('requests', () => {
  it('decodes keys as a node does', async () => {
    const node = await start();
    await ask(node, 'POST', '/hustdb/put?key=a%20b', '1');
    await ask(node, 'POST', '/hustdb/put?key=a%3Fb', '2');
    await ask(node, 'POST', '/hustdb/put?key=a%zzb', '3');
    expect((await ask(node, 'GET', '/hustdb/get?key=a%20b')).text).toBe('1');
    expect((await ask(node, 'GET', '/hustdb/get?key=a?whatever')).text).toBe('2');
    expect((await ask(node, 'GET', '/hustdb/get?key=azzb')).text).toBe('3');
  });

  it('answers 404 where a parameter or the value is missing, without a version', async () => {
    const node = await start();
    for (const path of ['/hustdb/put', '/hustdb/put?key=', '/hustdb/hset?tb=t', '/hustdb/hset?key=k']) {
      const answer = await ask(node, 'POST', path, 'v');
      expect([answer.status, answer.headers.version], path).toEqual([404, undefined]);
    }
    expect((await ask(node, 'POST', '/hustdb/put?key=k&val=x')).status).toBe(404);
    expect((await ask(node, 'GET', '/hustdb/put?key=k&val=x')).status).toBe(200);
  });

  it('answers 405 to other methods', async () => {
    const node = await start();
    for (const method of ['PUT', 'DELETE', 'HEAD', 'OPTIONS']) {
      expect((await ask(node, method, '/hustdb/put?key=k')).status, method).toBe(405);
    }
    expect((await ask(node, 'POST', '/hustdb/del?key=k', 'x')).status).toBe(405);
  });

  it('takes a body of exactly the limit, and a longer one for none', async () => {
    const node = await start({ maxBodyBytes: 1000 });
    expect((await ask(node, 'POST', '/hustdb/put?key=k', new Uint8Array(1000))).status).toBe(200);
    expect((await ask(node, 'POST', '/hustdb/put?key=k', new Uint8Array(1001))).status).toBe(404);
  });

  it('refuses writes past its memory, and takes them again once there is room', async () => {
    const node = await start({ maxBytes: 100 });
    expect((await ask(node, 'POST', '/hustdb/put?key=a', 'x'.repeat(90))).status).toBe(200);
    expect((await ask(node, 'POST', '/hustdb/put?key=b', 'x'.repeat(20))).status).toBe(403);
    expect((await ask(node, 'POST', '/hustdb/put?key=a', 'x'.repeat(99))).status).toBe(200);
    await ask(node, 'GET', '/hustdb/del?key=a');
    expect((await ask(node, 'POST', '/hustdb/put?key=b', 'x'.repeat(20))).status).toBe(200);
  });

  it('takes a request line of 4 KiB and refuses a longer one', async () => {
    const node = await start();
    expect((await ask(node, 'GET', `/hustdb/get?key=${'k'.repeat(3993)}`)).status).toBe(404);
    expect((await ask(node, 'GET', `/hustdb/get?key=${'k'.repeat(5000)}`)).status).toBe(414);
  });
});

describe('listings', () => {
  it('shows each kv key in the file that a real node keeps it in', async () => {
    const node = await start();
    await ask(node, 'POST', '/hustdb/put?key=list-keys-probe', 'v');
    await ask(node, 'POST', '/hustdb/hset?tb=list_keys_probe&key=field', 'v');
    expect((await ask(node, 'GET', '/hustdb/file_count')).text).toBe('10');
    expect((await ask(node, 'GET', '/hustdb/keys?offset=0&size=10&file=9&noval=false')).text).toBe(
      '[{"key":"bGlzdC1rZXlzLXByb2Jl","val":"dg==","ver":1}]',
    );
    expect((await ask(node, 'GET', '/hustdb/keys?offset=0&size=10&file=3')).text).toBe(
      '[{"key":"ZmllbGQ=","ver":1,"tb":"list_keys_probe","ty":"H"}]',
    );
    expect((await ask(node, 'GET', '/hustdb/keys?offset=0&size=10&file=10')).status).toBe(400);
  });

  it('pages over raw records, and filters by bucket', async () => {
    const node = await start();
    for (const key of ['a', 'abc', 'b']) await ask(node, 'POST', `/hustdb/hset?tb=t&key=${key}`, 'v');
    const keys = async (query: string): Promise<unknown[]> => {
      const { text } = await ask(node, 'GET', `/hustdb/hkeys?tb=t&${query}`);
      return (JSON.parse(text) as { key: string }[]).map(({ key }) => Buffer.from(key, 'base64').toString());
    };
    expect(await keys('offset=0&size=2')).toEqual(['a', 'abc']);
    expect(await keys('offset=2&size=2')).toEqual(['b']);
    expect(await keys('offset=3&size=2')).toEqual([]);
    expect(await keys('offset=0&size=10&start=97&end=98')).toEqual(['a']);
    expect((await ask(node, 'GET', '/hustdb/hkeys?tb=t&offset=0&size=1001')).status).toBe(400);
    expect((await ask(node, 'GET', '/hustdb/hkeys?tb=none&offset=0&size=1')).status).toBe(412);
  });

  it('counts', async () => {
    const node = await start();
    await ask(node, 'POST', '/hustdb/put?key=k', 'value');
    await ask(node, 'POST', '/hustdb/hset?tb=t&key=ab', 'cde');
    expect(JSON.parse((await ask(node, 'GET', '/hustdb/stat_all')).text)).toEqual([
      {
        TOTALIZE: {
          KVPAIR: { count: 1, size: 6, capacity: 1024 },
          HASHTABLE: { count: 1, size: 5, capacity: 1024 },
        },
      },
      { table: 't', type: 'H', count: 1, size: 5, capacity: 1024 },
    ]);
  });
});

describe('the server', () => {
  it('answers pipelined requests in order', async () => {
    const node = await start();
    const text = await new Promise<string>((resolve, reject) => {
      let received = '';
      const socket = connect(node.port, '127.0.0.1', () => {
        socket.write(
          'POST /hustdb/put?key=a HTTP/1.1\r\nContent-Length: 1\r\n\r\nvGET /hustdb/get?key=a HTTP/1.1\r\n\r\n',
        );
        socket.write('GET /status.html HTTP/1.1\r\nConnection: close\r\n\r\n');
      });
      socket.on('data', (chunk) => {
        received += chunk.toString('latin1');
      });
      socket.on('end', () => resolve(received));
      socket.on('error', reject);
    });
    expect(text.split('HTTP/1.1 ').map((part) => part.slice(0, 3))).toEqual(['', '200', '200', '200']);
    expect(text).toContain('\r\n\r\nvHTTP');
  });

  it('rejects where the port is taken', async () => {
    const node = await start();
    await expect(HustDbNode.listen({ port: node.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it.each([{ port: 70_000 }, { fileCount: 0 }, { auth: { user: 'a:b', password: 'c' } }])(
    'refuses %o',
    async (options) => {
      await expect(HustDbNode.listen(options)).rejects.toThrow();
    },
  );

  it('closes while a request is half sent', async () => {
    const node = await start({ closeGraceMs: 50 });
    const socket = connect(node.port, '127.0.0.1', () => {
      socket.write('POST /hustdb/put?key=a HTTP/1.1\r\nContent-Length: 100\r\n\r\nhalf');
    });
    await new Promise((resolve) => socket.once('connect', resolve));
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.on('error', () => undefined);
    await node.close();
    await closed;
    expect(node.storage.bytes).toBe(0);
  });
});
