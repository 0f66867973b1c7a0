import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../test/temporary-directory.js';
import { DirectoryLock } from './directory-lock.js';

const never = (): never => expect.fail('the lock was lost');
const lockOf = (directory: string): string => join(directory, 'lock');

describe('the lock of a directory', () => {
  it('is held by one, and free again when that one gives it back', async () => {
    const directory = temporaryDirectory();
    const lock = await DirectoryLock.acquire(directory, never);
    await expect(DirectoryLock.acquire(directory, never)).rejects.toMatchObject({
      code: 'JOURNAL_LOCKED',
      message: expect.stringContaining('(this one)'),
    });
    await lock.release();
    expect(existsSync(lockOf(directory))).toBe(false);
    await (await DirectoryLock.acquire(directory, never)).release();
  });

  it('is had by exactly one of many that try at once, also where a dead one left it', async () => {
    const directory = temporaryDirectory();
    const dead = await DirectoryLock.acquire(directory, never);
    const holder = JSON.parse(readFileSync(lockOf(directory), 'utf8'));
    await dead.release();
    writeFileSync(lockOf(directory), JSON.stringify({ ...holder, id: 'dead', started: '1' }));
    const tries = await Promise.allSettled(
      Array.from({ length: 20 }, () => DirectoryLock.acquire(directory, () => undefined)),
    );
    const held = tries.filter((one) => one.status === 'fulfilled');
    expect(held).toHaveLength(1);
    await held[0]!.value.release();
  });

  it('is had by one where whoever took it over died before they had it', async () => {
    const directory = temporaryDirectory();
    const dead = await DirectoryLock.acquire(directory, never);
    const holder = JSON.parse(readFileSync(lockOf(directory), 'utf8'));
    await dead.release();
    writeFileSync(lockOf(directory), JSON.stringify({ ...holder, id: 'first', started: '1' }));
    writeFileSync(
      `${lockOf(directory)}.after.first`,
      JSON.stringify({ ...holder, id: 'second', started: '1' }),
    );
    const tries = await Promise.allSettled(
      Array.from({ length: 20 }, () => DirectoryLock.acquire(directory, () => undefined)),
    );
    const held = tries.filter((one) => one.status === 'fulfilled');
    expect(held).toHaveLength(1);
    expect(readdirSync(directory)).toEqual(['lock']);
    await held[0]!.value.release();
    expect(readdirSync(directory)).toEqual([]);
  });

  it.each([
    ['of a process that is gone', { pid: 2 ** 22 + 1 }],
    ['of an earlier process with the same number', { started: '1' }],
    ['from before the machine was started', { boot: 'another' }],
  ])('is taken over from one %s', async (_title, change) => {
    const directory = temporaryDirectory();
    const lock = await DirectoryLock.acquire(directory, never);
    const holder = JSON.parse(readFileSync(lockOf(directory), 'utf8'));
    await lock.release();
    writeFileSync(lockOf(directory), JSON.stringify({ ...holder, ...change }));
    await (await DirectoryLock.acquire(directory, never)).release();
  });

  it('of another machine counts until it was not touched for a minute', async () => {
    const directory = temporaryDirectory();
    writeFileSync(lockOf(directory), JSON.stringify({ id: 'x', pid: 1, host: `not-${hostname()}` }));
    await expect(DirectoryLock.acquire(directory, never)).rejects.toMatchObject({
      code: 'JOURNAL_LOCKED',
      message: expect.stringContaining(`not-${hostname()}`),
    });
    const longAgo = new Date(Date.now() - 61_000);
    utimesSync(lockOf(directory), longAgo, longAgo);
    await (await DirectoryLock.acquire(directory, never)).release();
  });

  it('that names nobody counts as that of another machine', async () => {
    const directory = temporaryDirectory();
    writeFileSync(lockOf(directory), '');
    await expect(DirectoryLock.acquire(directory, never)).rejects.toMatchObject({ code: 'JOURNAL_LOCKED' });
  });
});
