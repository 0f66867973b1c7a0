import { connect } from 'node:net';
import { hustDbRecordings } from '@kvtwin/testkit';
import { afterEach, expect, it } from 'vitest';
import { HustDbNode } from './hustdb-node.js';

const nodes: HustDbNode[] = [];
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.close();
});

/** What has to be in a node before a recording, by the recording's name. */
const BEFORE: Record<string, (node: HustDbNode) => void> = {
  'node-put-ver-mismatch': (node) => put(node, { key: 'ver2', value: 'f', ver: 50, isDup: true }),
  'node-get-ok': (node) => put(node, { key: 'k1', value: 'v2', ver: 2, isDup: true }),
  'node-get-ae-deflate': (node) => put(node, { key: 'k1', value: 'v2', ver: 2, isDup: true }),
  'node-smembers-su2': (node) => {
    const place = { table: 'su2', type: 'S' as const, key: Buffer.from('q?tail') };
    node.storage.put({ ...place, value: new Uint8Array(0), ver: 0, isDup: false, ttlSeconds: 0 });
  },
  'node-zrangebyscore': (node) => {
    for (const [member, score, ver] of [
      ['z5', 0n, 1],
      ['z4', 1n, 1],
      ['z2', 5n, 1],
      ['z1', 70n, 4],
    ] as const) {
      const key = Buffer.from(member);
      node.storage.addScore({ table: 'zt', key, score, opt: 0, ver, isDup: true, ttlSeconds: 0 });
    }
  },
};

const NAMES = [
  'node-put-ver-mismatch',
  'node-put-ver-new',
  'node-get-ae-deflate',
  'node-get-ok',
  'node-get-notfound',
  'node-post-to-get',
  'node-hget-notable',
  'node-hincrby',
  'node-ver-63',
  'node-zadd',
  'node-smembers-su2',
  'node-zrangebyscore',
  'auth-node-none',
];

const recordings = hustDbRecordings().filter(({ name }) => NAMES.includes(name));

it('knows every recording it names', () => {
  expect(recordings.map(({ name }) => name).sort()).toEqual([...NAMES].sort());
});

it.each(recordings.map((recording) => [recording.name, recording] as const))(
  'answers %s byte for byte',
  async (name, recording) => {
    const node = await HustDbNode.listen({ auth: { user: 'huststore', password: 'huststore' } });
    nodes.push(node);
    BEFORE[name]?.(node);
    const expected = Buffer.from(recording.readResponse());
    expect(await firstBytes(node.port, recording.readRequest(), expected.length)).toBe(
      expected.toString('latin1'),
    );
  },
);

function put(node: HustDbNode, given: { key: string; value: string; ver: number; isDup: boolean }): void {
  node.storage.put({ ...given, key: Buffer.from(given.key), value: Buffer.from(given.value), ttlSeconds: 0 });
}

/** What comes back on a connection that stays open, up to `length` bytes; then the connection is dropped. */
function firstBytes(port: number, request: Uint8Array, length: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      received += text;
      if (received.length < length) return;
      resolve(received);
      socket.destroy();
    });
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
  });
}
