import { connect } from 'node:net';
import { type TemporaryFolder, temporaryFolder } from '@kvtwin/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HustDbNode } from './hustdb-node.js';

let folder: TemporaryFolder;
let node: HustDbNode;
beforeAll(async () => {
  folder = await temporaryFolder();
  node = await HustDbNode.listen({ data: folder.path });
  node.storage.put({
    key: Buffer.from('k'),
    value: Buffer.from('v'.repeat(3_000_000)),
    ttlSeconds: 0,
    ver: 0,
    isDup: false,
  });
  node.storage.put({
    key: Buffer.from('s'),
    value: Buffer.from('small'),
    ttlSeconds: 0,
    ver: 0,
    isDup: false,
  });
});
afterAll(async () => {
  await node.close();
  await folder.remove();
});

const put = 'POST /hustdb/put?key=w HTTP/1.1\r\nContent-Length: 1\r\n\r\nv';
const get = (key: string, header = '') => `GET /hustdb/get?key=${key} HTTP/1.1\r\n${header}\r\n`;

/** Sends, closes its half where `half` is set, and reads until the node closes. */
function converse(sent: string, half = false): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(node.port, '127.0.0.1', () => {
      if (half) socket.end(sent);
      else socket.write(sent);
    });
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', () => resolve(Buffer.concat(chunks).toString('latin1')));
    socket.on('error', reject);
  });
}

describe('a connection', () => {
  it('is answered in full though its caller closed its half', async () => {
    expect((await converse(get('k'), true)).split('\r\n\r\n')[1]).toHaveLength(3_000_000);
    expect((await converse(get('s') + get('s'), true)).match(/small/g)).toHaveLength(2);
  });

  it.each([
    ['what is no HTTP', `${get('s')}garbage\r\n\r\n`],
    ['a body that is none', `${get('s')}POST /hustdb/put?key=x HTTP/1.1\r\nContent-Length: -1\r\n\r\n`],
  ])('is refused for %s behind a request once that is answered', async (_name, sent) => {
    expect(await converse(sent)).toMatch(/^HTTP\/1.1 200 OK\r\n.*smallHTTP\/1.1 400 Bad Request\r\n/s);
  });

  it('is refused behind a write once that is on disk and answered', async () => {
    expect(await converse(`${put}garbage\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 200 OK\r\nVersion: \d+\r\n.*HTTP\/1.1 400 Bad Request\r\n/s,
    );
    expect((await converse(put + put + get('s'), true)).match(/200 OK/g)).toHaveLength(3);
  });

  it('ends with the answer to a request that asks for it, whatever follows', async () => {
    expect(await converse(get('s', 'Connection: close\r\n') + get('s'))).toMatch(
      /^HTTP\/1.1 200 OK\r\n.*small$/s,
    );
  });

  it('passes over an Expect that it does not know, and answers 100 to who waits for it', async () => {
    const expecting = (expectation: string) =>
      `POST /hustdb/put?key=e HTTP/1.1\r\nExpect: ${expectation}\r\nConnection: close\r\nContent-Length: 1\r\n\r\nv`;
    expect(await converse(expecting('a miracle'))).toMatch(/^HTTP\/1.1 200 OK\r\nVersion: 1\r\n/);
    expect(await converse(expecting('100-continue'))).toMatch(
      /^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK\r\n/,
    );
  });
});
