import { describe, expect, it } from 'vitest';
import { get, post, RawHttp } from '../../test/raw-http.js';
import { pairRead, present } from '../../test/scripted-pair.js';
import { serving } from '../../test/serving.js';

const SCRIPT = {
  read: () => pairRead(present('v', '1'), present('v', '1')),
  write: () => ({ sides: [{ state: 'applied' }, { state: 'applied' }] as const }),
};
/** 你 as the bytes that a shell hands to curl. */
const RAW = '\xe4\xbd\xa0';

describe('targets with raw bytes', () => {
  it('takes them in a key and in val, on one connection among others', async () => {
    await using proxy = await serving(SCRIPT);
    const connection = await RawHttp.open(proxy.port);
    const requests = [
      get('/get2?key=plain'),
      get(`/get2?key=${RAW}`),
      post(`/put?key=${RAW}%41`, Buffer.from([0xff, 0xfe, 0x0d, 0x0a])),
      get(`/put?key=k&val=a%20${RAW}`),
      get('/get2?key=after'),
    ];
    for (const request of requests) {
      connection.send(request);
      expect((await connection.answer())!.status).toBe(200);
    }
    connection.close();
    expect(
      proxy.pair.seen.map(({ key, value }) => [key.toString('latin1'), value?.toString('latin1')]),
    ).toEqual([
      ['plain', undefined],
      [RAW, undefined],
      [`${RAW}A`, '\xff\xfe\r\n'],
      ['k', `a%20${RAW}`],
      ['after', undefined],
    ]);
  });

  it('takes them split at every offset and pipelined', async () => {
    await using proxy = await serving(SCRIPT);
    const bytes = Buffer.concat([
      Buffer.from(get(`/get2?key=${RAW}`) + get(`/get2?key=b${RAW}`), 'latin1'),
      post('/put?key=c', Buffer.from([0xe4, 0xbd])),
    ]);
    for (let at = 1; at < bytes.length; at++) {
      const connection = await RawHttp.open(proxy.port);
      connection.send(bytes.subarray(0, at));
      await new Promise(setImmediate);
      connection.send(bytes.subarray(at));
      for (let count = 0; count < 3; count++) expect((await connection.answer())!.status).toBe(200);
      connection.close();
      const seen = proxy.pair.seen.splice(0);
      expect(seen.map((call) => call.key.toString('latin1'))).toEqual([RAW, `b${RAW}`, 'c']);
      expect(seen[2]!.value).toEqual(Buffer.from([0xe4, 0xbd]));
    }
  });

  it('takes them behind a body in the same packet', async () => {
    await using proxy = await serving(SCRIPT);
    const connection = await RawHttp.open(proxy.port);
    connection.send(Buffer.concat([post('/put?key=a', RAW), Buffer.from(get(`/get2?key=${RAW}`), 'latin1')]));
    for (let count = 0; count < 2; count++) expect((await connection.answer())!.status).toBe(200);
    connection.close();
    expect(proxy.pair.seen.map((call) => call.key.toString('latin1'))).toEqual(['a', RAW]);
  });

  it('takes them where packets end within the request line, or within the end of the head before', async () => {
    await using proxy = await serving(SCRIPT);
    const plain = Buffer.from(get('/get2?key=plain'), 'latin1');
    const raw = Buffer.from(get(`/get2?key=${RAW}`), 'latin1');
    const bytes = Buffer.concat([plain, raw]);
    await Promise.all(
      [-5, -3, -2, -1, 0, 1, 4, 9, 14, 15, 16, 17, 20, raw.length - 1].map(async (offset) => {
        const connection = await RawHttp.open(proxy.port);
        connection.send(post('/put?key=a', 'ABC'));
        const first = await connection.answer();
        connection.send(bytes.subarray(0, plain.length + offset));
        await new Promise((resolve) => setTimeout(resolve, 15));
        connection.send(bytes.subarray(plain.length + offset));
        const answers = [first, await connection.answer(), await connection.answer()];
        expect([offset, ...answers.map((answer) => answer?.status)]).toEqual([offset, 200, 200, 200]);
        connection.close();
      }),
    );
    const keys = proxy.pair.seen.map((call) => call.key.toString('latin1'));
    expect(new Set(keys)).toEqual(new Set(['a', 'plain', RAW]));
    expect(keys).toHaveLength(3 * 14);
  });

  it('leaves raw bytes in a header as they are', async () => {
    await using proxy = await serving(SCRIPT);
    const connection = await RawHttp.open(proxy.port);
    const bytes = Buffer.from(get('/get2?key=k', [`X-Name: ${RAW}`]), 'latin1');
    connection.send(bytes.subarray(0, 40));
    await new Promise((resolve) => setTimeout(resolve, 15));
    connection.send(bytes.subarray(40));
    expect((await connection.answer())!.status).toBe(200);
    expect(proxy.pair.seen.map((call) => call.key.toString())).toEqual(['k']);
    connection.close();
  });

  it('never touches a body, however it is cut', async () => {
    await using proxy = await serving(SCRIPT);
    const body = Buffer.from(`GET /get2?key=${RAW} HTTP/1.1\r\n\r\n${RAW}`, 'latin1');
    const bytes = post('/put?key=k', body);
    for (let at = 1; at < bytes.length; at += 3) {
      const connection = await RawHttp.open(proxy.port);
      connection.send(bytes.subarray(0, at));
      await new Promise(setImmediate);
      connection.send(bytes.subarray(at));
      expect((await connection.answer())!.status).toBe(200);
      connection.close();
    }
    for (const call of proxy.pair.seen) expect(call.value).toEqual(body);
  });
});
