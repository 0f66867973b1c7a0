import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readJournal } from '@kvtwin/journal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Conflict, ConflictLog } from './conflict-log.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kvtwin-conflicts-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const conflict = (key: string): Conflict => ({
  pair: 'a:1|b:2',
  type: 'kv',
  table: '',
  key: Buffer.from(key),
  command: 'put',
  kind: 'rejected',
  atMs: 1_700_000_000_000,
  why: 'the second side refused: mismatch',
  sides: [{ hash: 'aa', token: '2' }, undefined],
});
const fail = (error: unknown): never => expect.fail(String(error));

async function lines(): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  for await (const { text } of readJournal(join(directory, 'conflicts'))) found.push(JSON.parse(text));
  return found;
}

describe('the conflict log', () => {
  it('has each conflict on disk once it is added', async () => {
    const log = await ConflictLog.open(directory, 1_000_000, fail);
    await log.add(conflict('k'));
    expect(await lines()).toEqual([
      {
        conflict: 'rejected',
        at: '2023-11-14T22:13:20.000Z',
        pair: 'a:1|b:2',
        type: 'kv',
        key: 'aw==',
        command: 'put',
        why: 'the second side refused: mismatch',
        sides: [{ hash: 'aa', token: '2' }, 'unknown'],
      },
    ]);
    expect([log.count, log.recent().length]).toEqual([1, 1]);
    await log.close();
  });

  it('gives its oldest up once it is too large, and never stops taking new ones', async () => {
    const log = await ConflictLog.open(directory, 20_000, fail);
    for (let at = 0; at < 500; at++) await log.add(conflict(`key ${at}`));
    await log.close();
    const kept = await lines();
    expect(kept.length).toBeLessThan(200);
    expect(kept.length).toBeGreaterThan(20);
    expect(kept.at(-1)).toMatchObject({ key: Buffer.from('key 499').toString('base64') });
  });

  it('is kept in memory without a directory, the last thousand', async () => {
    const log = await ConflictLog.open(undefined, 1000, fail);
    for (let at = 0; at < 1200; at++) await log.add(conflict(`${at}`));
    expect([log.count, log.recent().length]).toEqual([1200, 1000]);
    await log.close();
  });
});
