import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@kvtwin/testkit';
import { describe, expect, it } from 'vitest';
import { readUsers } from './read-users.js';

async function usersOf(text: string): ReturnType<typeof readUsers> {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'users');
  await writeFile(file, text);
  return await readUsers(file, { KVTWIN_AUTH: 'ignored:here' });
}

describe('the users of a server', () => {
  it('come from the file, one a line; a password may hold colons', async () => {
    expect(await usersOf('# ours\napp:secret\r\n\nops:a:b\n')).toEqual([
      { name: 'app', password: 'secret' },
      { name: 'ops', password: 'a:b' },
    ]);
  });

  it('come from a file that begins with a byte order mark', async () => {
    expect(await usersOf('\uFEFFapp:secret\r\n')).toEqual([{ name: 'app', password: 'secret' }]);
  });

  it('come from the environment, or are none', async () => {
    expect(await readUsers(undefined, { KVTWIN_AUTH: 'app:secret' })).toEqual([
      { name: 'app', password: 'secret' },
    ]);
    expect(await readUsers(undefined, {})).toEqual([]);
  });

  it('are refused without showing what stood there', async () => {
    await expect(usersOf('secret-without-user\n')).rejects.toThrow(/:1 is not user:password$/);
    await expect(usersOf('# nobody\n')).rejects.toThrow(/holds no user/);
    await expect(readUsers('/nonexistent/users', {})).rejects.toThrow(/cannot read/);
  });
});
