import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HustDbNode } from '@kvtwin/hustdb-node';
import { slotOf } from '@kvtwin/hustdb-protocol';
import { freePort } from '@kvtwin/testkit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { askAt } from '../test/pair-rig.js';
import { type RunningProxy, startProxy } from './start-proxy.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A ring of three pairs over three nodes, the third of which is not started. */
async function ring(): Promise<{ proxy: RunningProxy; ports: number[]; start(at: number): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'kvtwin-ring-'));
  closing.push(async () => rmSync(folder, { recursive: true, force: true }));
  const ports = [await freePort(), await freePort(), await freePort()];
  const hosts = ports.map((port) => `127.0.0.1:${port}`);
  const start = async (at: number): Promise<void> => {
    const node = await HustDbNode.listen({ port: ports[at]! });
    closing.push(() => node.close());
  };
  await start(0);
  await start(1);
  const bounds = [0, 341, 682, 1024];
  const table = hosts.map((host, at) => ({
    item: { key: [bounds[at], bounds[at + 1]], val: [host, hosts[(at + 1) % 3]] },
  }));
  const path = join(folder, 'hustdbtable.json');
  writeFileSync(path, JSON.stringify({ table }));
  const proxy = await startProxy({
    table: path,
    port: 0,
    journal: join(folder, 'journal'),
    repairDelayMs: 20,
    maxRepairDelayMs: 100,
    drainTimeoutMs: 500,
  });
  closing.push(() => proxy.close());
  return { proxy, ports, start };
}

describe('a cluster of many pairs', () => {
  it('keeps what the pairs of a node missed, and brings it to that node, also after the table was read anew', async () => {
    const { proxy, ports, start } = await ring();
    const keys = Array.from({ length: 30 }, (_, at) => `key${at}`);
    for (const key of keys) expect((await askAt(proxy.url, `/put?key=${key}`, `v ${key}`)).status).toBe(200);
    const missed = keys.filter((key) => slotOf(Buffer.from(key)) >= 341);
    expect(proxy.repairs()).toMatchObject({
      waiting: missed.length,
      waitingBySide: { [`127.0.0.1:${ports[2]}`]: missed.length },
    });
    await proxy.reload();
    await start(2);
    await vi.waitFor(() => expect(proxy.repairs()?.waiting).toBe(0), { timeout: 15_000, interval: 20 });
    for (const key of keys) {
      const answer = await askAt(proxy.url, `/get2?key=${key}`);
      expect([answer.status, answer.version, answer.body]).toEqual([200, '1', `v ${key}`]);
    }
  });
});
