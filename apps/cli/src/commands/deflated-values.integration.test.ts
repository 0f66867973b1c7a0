import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { HustDbNode } from '@kvtwin/hustdb-node';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MigrationServers } from '../../test/migration-servers.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const KEYS = 30;
const BROKEN = 'key:7';
let servers: MigrationServers;
let nodes: readonly HustDbNode[];

/** A node that stores values deflated, and of one key something that it cannot inflate any more. */
async function compressingNode(): Promise<HustDbNode> {
  const node = await HustDbNode.listen();
  for (let at = 0; at < KEYS; at++) {
    const value = utf8(`value ${at}`);
    node.storage.put({ key: utf8(`key:${at}`), value, ver: 0, isDup: false, ttlSeconds: 0 });
  }
  const isBroken = (key: Uint8Array): boolean => Buffer.from(key).toString() === BROKEN;
  const listFile = node.storage.listFile.bind(node.storage);
  node.storage.listFile = (...page) =>
    listFile(...page)?.map(({ value, ...entry }) => ({
      ...entry,
      value: isBroken(entry.key) ? Uint8Array.of(0xff, 0xff) : deflateRawSync(value ?? utf8('')),
      deflated: true,
    }));
  const read = node.storage.read.bind(node.storage);
  node.storage.read = (place) => (isBroken(place.key) ? { outcome: 'invalid', version: '1' } : read(place));
  return node;
}

beforeEach(async () => {
  servers = await MigrationServers.start();
  nodes = [await compressingNode(), await compressingNode()];
});
afterEach(async () => {
  await servers.close();
  for (const node of nodes) await node.close();
});

it.each([1, 2])('migrates deflated values of %i nodes, and holds what none can tell', async (count) => {
  const source = nodes.slice(0, count).map(({ port }) => `hustdb://127.0.0.1:${port}`);
  const target = `${await servers.hotRod('users')}/users`;
  const migrated = await servers.run([
    'migrate',
    source.join(),
    target,
    '--verify',
    '--settle',
    '20ms',
    '--json',
  ]);
  expect(migrated.code, migrated.stderr).toBe(3);
  expect(JSON.parse(migrated.stdout).counts).toMatchObject({ source: KEYS, copied: KEYS - 1, held: 1 });
  const contents = await servers.contents(target, { type: 'kv' });
  expect(contents).toHaveLength(KEYS - 1);
  expect(contents).toContain('key:3=value 3');
  const folder = join(servers.env.KVTWIN_STATE!, 'jobs', 'm1');
  const held = JSON.parse(readFileSync(join(folder, 'held.ndjson'), 'utf8'));
  expect(held).toMatchObject({ key: BROKEN, reason: 'not-told' });
  expect(JSON.parse(readFileSync(join(folder, 'certificate.json'), 'utf8'))).toMatchObject({ addsUp: true });
});

it('exports them, and says what it left out', async () => {
  const exported = await servers.run(['export', `hustdb://127.0.0.1:${nodes[0]!.port}`]);
  expect(exported.code, exported.stderr).toBe(3);
  expect(exported.stderr).toContain('1 keys left out');
  expect(exported.stdout.trim().split('\n')).toHaveLength(KEYS - 1);
  expect(exported.stdout).toContain('"value":"value 3"');
});

it('finds no differences where there are none', async () => {
  const sides = nodes.map(({ port }) => `hustdb://127.0.0.1:${port}`);
  const { code, stderr } = await servers.run(['diff', ...sides, '--settle', '20ms', '--json']);
  expect(code, stderr).toBe(0);
});
