import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TemporaryFolder, temporaryFolder } from '@kvtwin/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressText, parseAddress } from './open-copies.js';

let folder: TemporaryFolder;
let env: Record<string, string>;
beforeAll(async () => {
  folder = await temporaryFolder();
  env = { KVTWIN_CONFIG: join(folder.path, 'config') };
  await mkdir(env.KVTWIN_CONFIG!);
  const profiles = {
    lon: { url: 'hotrod://lon/users' },
    old: { first: 'hustdb://a', second: 'hustdb://b:8086' },
    both: { first: 'lon', second: 'hotrod://nyc/users' },
    ha: { pair: 'hustdb+ha://front' },
  };
  await writeFile(join(env.KVTWIN_CONFIG!, 'profiles.json'), JSON.stringify({ format: 1, profiles }));
});
afterAll(() => folder.remove());

describe('an address', () => {
  it.each([
    ['hotrod://h/c', ['hotrod://h/c']],
    ['hotrod://h1:1,h2:2/c', ['hotrod://h1:1,h2:2/c']],
    ['hustdb://a:1,hustdb://b:2', ['hustdb://a:1', 'hustdb://b:2']],
    ['hustdb://a:1 + hustdb://b:2', ['hustdb://a:1', 'hustdb://b:2']],
    ['hustdb://u:p@a:1,b:2', ['hustdb://u:p@a:1', 'hustdb://u:p@b:2']],
    ['lon', ['hotrod://lon/users']],
    ['old', ['hustdb://a', 'hustdb://b:8086']],
    ['both', ['hotrod://lon/users', 'hotrod://nyc/users']],
  ])('%s is of replicas', async (text, urls) => {
    expect(await parseAddress(text, env)).toEqual({ kind: 'replicas', urls });
  });

  it('may be a front, by its URL or a profile', async () => {
    for (const text of ['hustdb+ha://front', 'ha']) {
      expect(await parseAddress(text, env)).toEqual({ kind: 'front', url: 'hustdb+ha://front' });
    }
  });

  it('may be a table file', async () => {
    expect(await parseAddress('/etc/hustdbtable.json', env)).toEqual({
      kind: 'cluster',
      table: '/etc/hustdbtable.json',
    });
  });

  it.each([
    ['hustdb+ha://a,hustdb+ha://b', 'a front is a whole pair by itself'],
    ['hustdb://a,hustdb://b,hustdb://c', '3 copies are named'],
    ['memory:a', 'memory: lives within one process only'],
    ['redis://a', 'nobody knows how to read redis://a'],
    ['nobody', 'there is no profile nobody'],
  ])('%s is none', async (text, message) => {
    await expect(parseAddress(text, env)).rejects.toThrow(message);
  });

  it('is shown without credentials', async () => {
    const address = await parseAddress('hustdb://ada:secret@a:1,b:2', env);
    expect(addressText(address)).toBe('hustdb://***@a:1,hustdb://***@b:2');
  });
});
