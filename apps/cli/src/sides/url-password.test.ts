import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@kvtwin/testkit';
import { expect, it } from 'vitest';
import { fillPasswords, wantsPassword, withPassword } from './url-password.js';

it.each([
  ['hotrod://app@lon/users', true],
  ['hustdb+ha://app@lon', true],
  ['hotrod://app:secret@lon/users', false],
  ['hotrod://app:@lon', false],
  ['hotrod://lon/a@b', false],
  ['lon', false],
])('%s wants a password: %s', (url, wants) => {
  expect(wantsPassword(url)).toBe(wants);
});

it('puts a password into a URL so that it is read as it is', () => {
  expect(withPassword('hotrod://app@lon/users', 'p@ss:w/ö')).toBe(
    'hotrod://app:p%40ss%3Aw%2F%C3%B6@lon/users',
  );
});

it('takes the file before the environment, and leaves URLs alone that want none', async () => {
  const folder = await temporaryFolder();
  const file = join(folder.path, 'password');
  await writeFile(file, 'from file\nmore\n');
  const urls = ['hotrod://app@lon', 'hotrod://b:c@nyc'] as const;
  expect(await fillPasswords(urls, file, { KVTWIN_PASSWORD: 'x' })).toEqual([
    'hotrod://app:from%20file@lon',
    'hotrod://b:c@nyc',
  ]);
  expect(await fillPasswords(urls, undefined, { KVTWIN_PASSWORD: 'x' })).toEqual([
    'hotrod://app:x@lon',
    urls[1],
  ]);
  expect(await fillPasswords(urls, undefined, {})).toBe(urls);
  await expect(fillPasswords(['memory:a'], file, {})).rejects.toThrow('no URL wants');
  await writeFile(file, '\n');
  await expect(fillPasswords(urls, file, {})).rejects.toThrow('holds no password');
  await expect(fillPasswords(urls, join(folder.path, 'none'), {})).rejects.toThrow('cannot read');
  await folder.remove();
});
