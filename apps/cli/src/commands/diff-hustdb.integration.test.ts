import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HustDbNode } from '@kvtwin/hustdb-node';
import { type TemporaryFolder, temporaryFolder } from '@kvtwin/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runInProcess } from '../../test/recording-io.js';

const KEYS = 4500;
/** Keys that are removed meanwhile: so few that the listings come to rest again. */
const AGED = 24;
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
let folder: TemporaryFolder;
let nodes: readonly [HustDbNode, HustDbNode];

beforeEach(async () => {
  folder = await temporaryFolder();
  // Files of several pages each.
  nodes = [await HustDbNode.listen({ fileCount: 2 }), await HustDbNode.listen({ fileCount: 2 })];
});
afterEach(async () => {
  for (const node of nodes) await node.close();
  await folder.remove();
});

function put(node: HustDbNode, key: string, value: string, table?: string): void {
  node.storage.put({
    ...(table === undefined ? {} : { table }),
    key: utf8(key),
    value: utf8(value),
    ver: 0,
    isDup: false,
    ttlSeconds: 0,
  });
}

function del(node: HustDbNode, key: string, table?: string): void {
  node.storage.delete({ ...(table === undefined ? {} : { table }), key: utf8(key), ver: 0, isDup: false });
}

/**
 * Removes a key on both nodes with each page that either lists, the ones that are listed first, so that pages shift while
 * they are read. Answers how many were removed.
 */
function removeWithPages(table: string | undefined): () => number {
  let removed = 0;
  const remove = (): void => {
    if (removed === AGED) return;
    const key = `aged ${String(removed++).padStart(5, '0')}`;
    for (const node of nodes) del(node, key, table);
  };
  for (const { storage } of nodes) {
    const [listFile, listTable] = [storage.listFile.bind(storage), storage.listTable.bind(storage)];
    storage.listFile = (...args) => {
      const page = listFile(...args);
      remove();
      return page;
    };
    storage.listTable = (...args) => {
      const page = listTable(...args);
      remove();
      return page;
    };
  }
  return () => removed;
}

describe.each([
  ['kv', undefined],
  ['a table', 'sessions'],
])('kvtwin diff of two HustDB nodes, %s', (_name, table) => {
  it('finds every difference while removals shift the listings of both', { timeout: 60_000 }, async () => {
    for (const node of nodes) {
      for (let at = 0; at < AGED; at++) put(node, `aged ${String(at).padStart(5, '0')}`, 'v', table);
      for (let at = 0; at < KEYS; at++) put(node, `same ${at}`, 'v', table);
    }
    const planted = Array.from({ length: 40 }, (_, at) => `same ${at * 111}`).sort();
    for (const key of planted) {
      del(nodes[1], key, table);
      put(nodes[1], key, 'other', table);
    }
    const removed = removeWithPages(table);
    const sides = nodes.map(({ port }) => `hustdb://127.0.0.1:${port}`);
    const selector = table === undefined ? [] : ['--table', table];
    const env = { KVTWIN_STATE: join(folder.path, 'state') };
    const diff = await runInProcess(['diff', ...sides, ...selector, '--settle', '100ms', '--json'], { env });
    expect(removed()).toBe(AGED);
    expect(diff.code, diff.stderr).toBe(2);
    const { report, unsettled } = JSON.parse(diff.stdout);
    const rows = readFileSync(report, 'utf8').trim().split('\n').slice(1, -1);
    expect(rows.map((row) => JSON.parse(row).key).sort()).toEqual(planted);
    expect(unsettled).toEqual([]);
    const { listings } = JSON.parse(readFileSync(report.replace('report.ndjson', 'summary.json'), 'utf8'));
    expect(Math.max(...listings.map((each: { listings: number }) => each.listings))).toBeGreaterThan(2);
  });
});
