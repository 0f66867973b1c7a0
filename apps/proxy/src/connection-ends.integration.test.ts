import { describe, expect, it } from 'vitest';
import { ask, get, header, post, RawHttp } from '../test/raw-http.js';
import { pairRead, present } from '../test/scripted-pair.js';
import { serving } from '../test/serving.js';

/** A pair that takes its time, so that what follows a request comes while it is under way. */
const SLOW = {
  read: async (key: Uint8Array) => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    return pairRead(present(key, '1'), present(key, '1'));
  },
};

describe('a caller that has said everything', () => {
  it.each(['HTTP/1.1', 'HTTP/1.0'])('gets its answer though it closed its half, %s', async (version) => {
    await using proxy = await serving(SLOW);
    const connection = await RawHttp.open(proxy.port);
    connection.send(`GET /get2?key=one ${version}\r\nHost: a\r\n\r\n`);
    connection.finish();
    const answer = await connection.answer();
    expect([answer!.status, answer!.body.toString()]).toEqual([200, 'one']);
    expect(await connection.answer()).toBeUndefined();
  });

  it('gets every answer of a pipeline', async () => {
    await using proxy = await serving(SLOW);
    const connection = await RawHttp.open(proxy.port);
    connection.send(get('/get2?key=one') + get('/get2?key=two') + get('/get2?key=three'));
    connection.finish();
    const bodies = [];
    for (let at = 0; at < 3; at++) bodies.push((await connection.answer())!.body.toString());
    expect(bodies).toEqual(['one', 'two', 'three']);
    expect(await connection.answer()).toBeUndefined();
  });

  it('is told 400 where its half ends within a body', async () => {
    await using proxy = await serving(SLOW);
    const connection = await RawHttp.open(proxy.port);
    connection.send(get('/get2?key=one') + post('/put?key=k', 'value').toString('latin1').slice(0, -2));
    connection.finish();
    expect((await connection.answer())!.body.toString()).toBe('one');
    expect((await connection.answer())!.status).toBe(400);
    expect(await connection.answer()).toBeUndefined();
    expect(proxy.pair.seen.map((call) => call.key.toString())).toEqual(['one']);
  });
});

describe('what is no HTTP behind requests', () => {
  it('is answered 400 once they are answered', async () => {
    await using proxy = await serving(SLOW);
    const connection = await RawHttp.open(proxy.port);
    connection.send(`${get('/get2?key=one')}${get('/get2?key=two')}garbage\r\n\r\n`);
    connection.send('more of it');
    expect((await connection.answer())!.body.toString()).toBe('one');
    expect((await connection.answer())!.body.toString()).toBe('two');
    expect((await connection.answer())!.status).toBe(400);
    expect(await connection.answer()).toBeUndefined();
  });

  it('is ignored where the last request asked to close', async () => {
    await using proxy = await serving(SLOW);
    const connection = await RawHttp.open(proxy.port);
    connection.send(get('/get2?key=one', ['Connection: close']) + get('/get2?key=two'));
    expect((await connection.answer())!.body.toString()).toBe('one');
    expect(await connection.answer()).toBeUndefined();
  });

  it('is answered at once within a body', async () => {
    await using proxy = await serving(SLOW);
    const chunked = 'POST /put?key=k HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n';
    const answer = await ask(proxy.port, chunked);
    expect([answer!.status, header(answer!, 'Connection')]).toEqual([400, 'close']);
  });

  it('says too-large to a request line that Node gives up on', async () => {
    await using proxy = await serving(SLOW);
    const answer = await ask(proxy.port, get(`/get2?key=${'k'.repeat(60_000)}`));
    expect([answer!.status, header(answer!, 'X-Outcome')]).toEqual([414, 'too-large']);
  });
});

describe('what a caller expects', () => {
  it('passes over an Expect that it does not know, as nginx does', async () => {
    await using proxy = await serving(SLOW);
    const answer = await ask(proxy.port, get('/get2?key=one', ['Expect: a miracle']));
    expect([answer!.status, answer!.body.toString()]).toEqual([200, 'one']);
  });

  it('does not keep the proxy from closing by a CONNECT that stays', async () => {
    const proxy = await serving(SLOW);
    const connection = await RawHttp.open(proxy.port);
    connection.send('CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n');
    expect((await connection.answer())!.status).toBe(405);
    await proxy.close();
    connection.close();
  });
});
