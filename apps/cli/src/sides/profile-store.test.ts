import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@kvtwin/testkit';
import { describe, expect, it } from 'vitest';
import { configFolder, ProfileStore } from './profile-store.js';

/** Higher than any process id of Linux. */
const nobody = 2 ** 22 + 1;

describe('profiles', () => {
  it('are kept where XDG says, unless KVTWIN_CONFIG says otherwise', () => {
    expect(configFolder({ HOME: '/home/me' })).toBe('/home/me/.config/kvtwin');
    expect(configFolder({ HOME: '/home/me', XDG_CONFIG_HOME: '/etc/me' })).toBe('/etc/me/kvtwin');
    expect(configFolder({ XDG_CONFIG_HOME: '/etc/me', KVTWIN_CONFIG: '/x' })).toBe('/x');
  });

  it('are readable by their owner only, since URLs may hold passwords', async () => {
    await using folder = await temporaryFolder();
    const store = new ProfileStore(join(folder.path, 'a', 'b'));
    await store.update(() => ({ profiles: { lon: { url: 'hotrod://u:p@lon' } } }));
    expect((await stat(store.file)).mode & 0o777).toBe(0o600);
    expect(await store.load()).toEqual({ profiles: { lon: { url: 'hotrod://u:p@lon' } } });
  });

  it('leave nothing behind when the last one goes', async () => {
    await using folder = await temporaryFolder();
    const store = new ProfileStore(join(folder.path, 'a', 'b'));
    await store.makeFolder();
    await store.update(() => ({ active: 'x', profiles: { x: { pair: 'hustdb+ha://h' } } }));
    expect(existsSync(store.file)).toBe(true);
    await store.update(() => ({ profiles: {} }));
    expect(existsSync(join(folder.path, 'a'))).toBe(false);
  });

  it('of a demo that was killed count as gone, and what was active before is active again', async () => {
    await using folder = await temporaryFolder();
    const store = new ProfileStore(folder.path);
    const mine = { first: 'memory:a', second: 'memory:b' };
    await store.update(() => ({
      active: 'demo',
      profiles: { mine, demo: { ...mine, ownerPid: nobody, activeBefore: 'mine' } },
    }));
    expect(await store.load()).toEqual({ active: 'mine', profiles: { mine } });
  });

  it('of a demo that runs are there', async () => {
    await using folder = await temporaryFolder();
    const store = new ProfileStore(folder.path);
    const demo = { first: 'memory:a', second: 'memory:b', ownerPid: process.pid };
    await store.update(() => ({ active: 'demo', profiles: { demo } }));
    expect(await store.load()).toEqual({ active: 'demo', profiles: { demo } });
  });

  it.each([
    ['not JSON', 'is not JSON'],
    ['[]', 'does not hold profiles'],
    ['{"format":1,"profiles":{"a":{"first":1}}}', 'does not hold profiles'],
    ['{"format":9,"profiles":{}}', 'has format 9'],
  ])('that cannot be read are not overwritten: %s', async (text, why) => {
    await using folder = await temporaryFolder();
    const store = new ProfileStore(folder.path);
    await mkdir(folder.path, { recursive: true });
    await writeFile(store.file, text);
    await expect(store.update((all) => all)).rejects.toThrow(why);
    expect(await readFile(store.file, 'utf8')).toBe(text);
  });
});
