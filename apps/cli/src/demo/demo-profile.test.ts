import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@kvtwin/testkit';
import { describe, expect, it } from 'vitest';
import type { CliIo } from '../command-line/cli-io.js';
import { ProfileStore } from '../sides/profile-store.js';
import { writeDemoProfile } from './demo-profile.js';

const sides = { first: 'memory:a', second: 'memory:b', names: ['lon', 'nyc'] as const };

/** What the profile of a demo needs of its process. Both pids run: this one, and the one that started it. */
function processIn(home: string, pid = process.pid): CliIo {
  return { env: { HOME: home }, pid } as unknown as CliIo;
}

describe('the profile of a demo', () => {
  it('goes with the folders that it needed', async () => {
    await using home = await temporaryFolder();
    const remove = await writeDemoProfile(processIn(home.path), sides);
    expect(existsSync(join(home.path, '.config', 'kvtwin', 'profiles.json'))).toBe(true);
    await remove();
    expect(existsSync(join(home.path, '.config'))).toBe(false);
  });

  it.each([['the first ends first', [0, 1]] as const, ['the second ends first', [1, 0]] as const])(
    'leaves nothing where two demos ran at once: %s',
    async (_, order) => {
      await using home = await temporaryFolder();
      const removers = [
        await writeDemoProfile(processIn(home.path), sides),
        await writeDemoProfile(processIn(home.path, process.ppid), sides),
      ];
      for (const at of order) await removers[at]!();
      expect(existsSync(join(home.path, '.config'))).toBe(false);
    },
  );

  it('leaves nothing where two demos began and ended at the same time', async () => {
    await using home = await temporaryFolder();
    const removers = await Promise.all([
      writeDemoProfile(processIn(home.path), sides),
      writeDemoProfile(processIn(home.path, process.ppid), sides),
    ]);
    await Promise.all(removers.map((remove) => remove()));
    expect(existsSync(join(home.path, '.config'))).toBe(false);
  });

  it('gives the active profile back, also behind another demo', async () => {
    await using home = await temporaryFolder();
    const store = new ProfileStore(join(home.path, '.config', 'kvtwin'));
    const mine = { first: 'memory:x', second: 'memory:y' };
    await store.update(() => ({ active: 'mine', profiles: { mine } }));
    const removeFirst = await writeDemoProfile(processIn(home.path), sides);
    const removeSecond = await writeDemoProfile(processIn(home.path, process.ppid), sides);
    await removeFirst();
    expect((await store.load()).active).toBe('demo');
    await removeSecond();
    expect(await store.load()).toEqual({ active: 'mine', profiles: { mine } });
  });
});
