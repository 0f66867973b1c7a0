import { temporaryFolder } from '@kvtwin/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProfileStore, type Profiles } from './profile-store.js';
import { resolveSides } from './resolve-sides.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let env: Record<string, string>;

const profiles: Profiles = {
  active: 'users',
  profiles: {
    lon: { url: 'hotrod://u:p@lon/users' },
    nyc: { url: 'hotrod://nyc/users' },
    users: { first: 'lon', second: 'nyc' },
    front: { pair: 'hustdb+ha://ha', versions: 'counter' },
  },
};

beforeAll(async () => {
  folder = await temporaryFolder();
  env = { KVTWIN_CONFIG: folder.path };
  await new ProfileStore(folder.path).update(() => profiles);
});
afterAll(() => folder.remove());

const users = {
  kind: 'two',
  urls: ['hotrod://u:p@lon/users', 'hotrod://nyc/users'],
  names: ['lon', 'nyc'],
  profile: 'users',
};

describe('the two sides', () => {
  it('are those of the active profile', async () => {
    expect(await resolveSides({}, env)).toEqual(users);
  });

  it('are those of the named profile', async () => {
    expect(await resolveSides({ profile: 'front' }, env)).toEqual({
      kind: 'pair',
      url: 'hustdb+ha://ha',
      versions: 'counter',
      profile: 'front',
    });
    expect(await resolveSides({}, { ...env, KVTWIN_PROFILE: 'front' })).toMatchObject({ profile: 'front' });
  });

  it('are those of the environment before a profile, and those of the command line before the environment', async () => {
    const named = { ...env, KVTWIN_FIRST: 'hustdb://a:1', KVTWIN_SECOND: 'hustdb://u:p@b:2/' };
    expect(await resolveSides({}, named)).toMatchObject({
      urls: ['hustdb://a:1', 'hustdb://u:p@b:2/'],
      names: ['a:1', 'b:2'],
    });
    expect(await resolveSides({ second: 'nyc' }, named)).toMatchObject({
      urls: ['hustdb://a:1', 'hotrod://nyc/users'],
      names: ['a:1', 'nyc'],
    });
    expect(await resolveSides({ pair: 'hustdb+ha://ha' }, named)).toMatchObject({ kind: 'pair' });
  });

  it('are called first and second where their names are the same', async () => {
    expect(await resolveSides({ first: 'memory:a', second: 'memory:a' }, env)).toMatchObject({
      names: ['first', 'second'],
    });
  });

  it('may be named as the active profile names them', async () => {
    const own = await temporaryFolder();
    try {
      const demo = { first: 'hotrod://a', second: 'hotrod://b', names: ['lon', 'oslo'] as const };
      await new ProfileStore(own.path).update(() => ({
        active: 'demo',
        profiles: { demo, rome: { url: 'hotrod://c' }, lon: { url: 'hotrod://d' } },
      }));
      const at = { KVTWIN_CONFIG: own.path };
      expect(await resolveSides({ first: 'oslo', second: 'rome' }, at)).toMatchObject({
        urls: ['hotrod://b', 'hotrod://c'],
        names: ['oslo', 'rome'],
      });
      // A profile of that name comes first.
      expect(await resolveSides({ first: 'lon', second: 'oslo' }, at)).toMatchObject({
        urls: ['hotrod://d', 'hotrod://b'],
      });
    } finally {
      await own.remove();
    }
  });

  it('have the version policy of the command line before that of the profile', async () => {
    expect(await resolveSides({ profile: 'front', versions: 'opaque' }, env)).toMatchObject({
      versions: 'opaque',
    });
  });

  it('are in the cache that the command line names', async () => {
    expect(await resolveSides({ cache: 'carts 2' }, env)).toEqual({
      ...users,
      urls: ['hotrod://u:p@lon/carts%202', 'hotrod://nyc/carts%202'],
    });
    const tables = { first: 'hotrod://a?tables=caches', second: 'hotrod://b/x', cache: 'c' };
    expect(await resolveSides(tables, env)).toMatchObject({
      urls: ['hotrod://a/c?tables=caches', 'hotrod://b/c'],
    });
  });

  it.each([
    [{ first: 'memory:a', second: 'memory:b', cache: 'c' }, '--cache is for Hot Rod sides'],
    [{ profile: 'front', cache: 'c' }, '--cache is for Hot Rod sides'],
    [{ first: 'memory:a' }, 'only the first side is named'],
    [{ first: 'memory:a', pair: 'hustdb+ha://h' }, '--pair names both sides already'],
    [{ profile: 'users', pair: 'hustdb+ha://h' }, '--profile names both sides already'],
    [{ profile: 'nope' }, 'there is no profile nope'],
    [{ profile: 'lon' }, 'profile lon is one side'],
    [{ first: 'users', second: 'lon' }, 'profile users is a pair'],
  ])('are refused when %j', async (flags, why) => {
    await expect(resolveSides(flags, env)).rejects.toThrow(why);
  });

  it('must be named somewhere', async () => {
    await expect(resolveSides({}, { KVTWIN_CONFIG: '/nonexistent' })).rejects.toThrow('which two sides?');
  });
});
