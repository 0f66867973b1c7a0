import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HustDbNode } from './hustdb-node.js';

/** 你 as the bytes that a shell hands to curl. */
const RAW = '\xe4\xbd\xa0';
const get = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: n\r\n\r\n`;
const put = (target: string, body: string): string =>
  `POST ${target} HTTP/1.1\r\nHost: n\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

let node: HustDbNode;
beforeAll(async () => {
  node = await HustDbNode.listen();
});
afterAll(() => node.close());

/** Sends the parts one after the other, and reads until there are as many answers, or the node closes. */
async function converse(parts: readonly string[], answers: number): Promise<string> {
  const socket = connect(node.port, '127.0.0.1');
  socket.setNoDelay(true);
  await once(socket, 'connect');
  let text = '';
  const whole = new Promise<void>((resolve) => {
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if ((text.match(/HTTP\/1.1 /g) ?? []).length >= answers && text.endsWith('!')) resolve();
    });
    socket.on('end', resolve);
  });
  for (const part of parts) {
    socket.write(part, 'latin1');
    await new Promise(setImmediate);
  }
  await whole;
  socket.destroy();
  return text;
}

const bodies = (text: string): string[] => text.match(/(?<=\r\n\r\n)[^\r]*!/g) ?? [];

describe('targets with raw bytes', () => {
  it('are taken in a key and in val, split at every offset and pipelined', async () => {
    await converse([put(`/hustdb/put?key=${RAW}%41`, 'one!') + get('/hustdb/get?key=%E4%BD%A0A')], 2);
    const both = get(`/hustdb/get?key=${RAW}A`) + get(`/hustdb/get?key=${RAW}%41`);
    for (let at = 1; at < both.length; at++) {
      expect(bodies(await converse([both.slice(0, at), both.slice(at)], 2))).toEqual(['one!', 'one!']);
    }
    const kept = get(`/hustdb/put?key=v&val=${RAW}!`) + get('/hustdb/get?key=v');
    expect(bodies(await converse([kept], 2))).toEqual([`${RAW}!`]);
  });

  it('leave bodies as they are', async () => {
    const body = `GET /${RAW}\r\n\r\n!`;
    const text = await converse([put('/hustdb/put?key=b', body), get('/hustdb/get?key=b')], 2);
    expect(text.endsWith(body)).toBe(true);
  });

  it('are not waited for where no request begins', async () => {
    expect(await converse(['\x16\x03\x01\x02\x00\x01\xfc'], 1)).toMatch(/^HTTP\/1.1 400/);
  });
});
