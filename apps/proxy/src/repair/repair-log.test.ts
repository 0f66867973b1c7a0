import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readJournal } from '@kvtwin/journal';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hashOf, type RepairIntent } from './repair-intent.js';
import { IntentNotKept, RepairLog } from './repair-log.js';

let directory: string;
let log: RepairLog;
const failed: unknown[] = [];
const limits = { maxOpenIntents: 1000, maxBytes: 1024 * 1024 };
const openLog = async (more: Partial<typeof limits> = {}): Promise<RepairLog> =>
  RepairLog.open(directory, { ...limits, ...more }, (error) => failed.push(error));

beforeEach(async () => {
  failed.length = 0;
  directory = mkdtempSync(join(tmpdir(), 'kvtwin-log-'));
  log = await openLog();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await log.close();
  rmSync(directory, { recursive: true, force: true });
  expect(failed).toEqual([]);
});

let number = 0;
const begin = (key: string, more: Partial<RepairIntent> = {}): Promise<RepairIntent> =>
  log.begin({
    pair: 'a:1|b:2',
    type: 'hash',
    table: 't',
    key: Uint8Array.from(Buffer.from(key)),
    atMs: 1_700_000_000_000,
    command: 'hset',
    base: [{ hash: null }, undefined],
    written: hashOf(Buffer.from(`v${++number}`)),
    conditional: false,
    ...more,
  });
const owe = async (key: string, more: Partial<RepairIntent> = {}): Promise<RepairIntent> => {
  const intent = { ...(await begin(key, more)), side: 1 as const };
  await log.owe(intent);
  return intent;
};
const idsOf = (one: RepairLog): number[][] =>
  [...one.chains()].map(({ intents }) => intents.map(({ id }) => id));
async function reopened(): Promise<RepairLog> {
  await log.close();
  log = await openLog();
  return log;
}

describe('a repair log', () => {
  it('knows after it was opened again what was open, in order, and goes on counting', async () => {
    const [first, second] = [
      await owe('k', { expiresAtMs: 1_800_000_000_000 }),
      await owe('k', { conditional: true }),
    ];
    const other = await begin('other');
    log.end(await begin('done'), 'both');
    await reopened();
    expect([...log.chains()].map(({ intents }) => intents)).toEqual([[first, second], [other]]);
    expect(log.waiting).toBe(3);
    expect((await begin('next')).id).toBeGreaterThan(other.id + 1);
  });

  it('forgets what is settled', async () => {
    const [first, second] = [await owe('k'), await owe('k')];
    log.settle([first], 'repaired');
    expect(idsOf(log)).toEqual([[second.id]]);
    await reopened();
    expect(idsOf(log)).toEqual([[second.id]]);
    log.settle([second], 'repaired');
    await reopened();
    expect(log.waiting).toBe(0);
  });

  it('refuses more than it may keep, and takes some again once there is room', async () => {
    await log.close();
    log = await openLog({ maxOpenIntents: 2 });
    const first = await owe('a');
    await owe('b');
    await expect(owe('c')).rejects.toThrow(IntentNotKept);
    expect(log.failure).toBeInstanceOf(IntentNotKept);
    log.settle([first], 'repaired');
    expect(log.failure).toBeUndefined();
    await owe('d');
  });

  it('makes one of the older writes of a key, also on disk', async () => {
    for (let at = 0; at < 200; at++)
      await owe('hot', { base: [{ hash: null, token: String(at) }, undefined] });
    expect(log.waiting).toBeLessThan(130);
    const [before] = [...log.chains()];
    expect(before!.intents[0]!.base[0]).toEqual({ hash: null, token: '0' });
    await reopened();
    expect([...log.chains()].map(({ intents }) => intents)).toEqual([before!.intents]);
  });

  it('keeps apart what does not belong together', async () => {
    for (let at = 0; at < 140; at++)
      await owe('sum', { conditional: true, base: [{ hash: 'x' }, undefined] });
    expect(log.waiting).toBe(140);
  });

  it('gives up what is done once its journal has grown, and loses nothing that is open', async () => {
    const kept = await owe('kept');
    const filler = 'f'.repeat(1000);
    for (let at = 0; at < 800; at++) log.end(await begin(`${filler}${at}`), 'both');
    await vi.waitFor(() => expect(log.bytes).toBeLessThan(600_000));
    await reopened();
    expect(idsOf(log)).toEqual([[kept.id]]);
    let lines = 0;
    for await (const _ of readJournal(join(directory, 'intents'))) lines++;
    expect(lines).toBeLessThan(1200);
  });

  it('does not acknowledge what its disk did not take, and goes on once the disk does', async () => {
    const handle = await open(process.execPath, 'r');
    await handle.close();
    const noSpace = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    const datasync = vi.spyOn(Object.getPrototypeOf(handle), 'datasync').mockRejectedValue(noSpace);
    await expect(owe('a')).rejects.toThrow(/no space left/);
    await expect(owe('b')).rejects.toThrow(IntentNotKept);
    datasync.mockRestore();
    await vi.waitFor(() => owe('c'), { timeout: 5000, interval: 100 });
    await reopened();
    expect(idsOf(log).length).toBeGreaterThan(0);
  });
});
