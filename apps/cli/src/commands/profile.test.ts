import { type TemporaryFolder, temporaryFolder } from '@kvtwin/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliResult, runInProcess } from '../../test/recording-io.js';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

function kvtwin(...args: string[]): Promise<CliResult> {
  return runInProcess(args, { env: { KVTWIN_CONFIG: folder.path } });
}

describe('kvtwin profile', () => {
  it('names sides and a pair, and never shows a password', async () => {
    expect((await kvtwin('profile', 'add', 'lon', 'hotrod://app:secret@lon/users')).code).toBe(0);
    expect((await kvtwin('profile', 'add', 'nyc', 'hotrod://nyc/users')).code).toBe(0);
    expect((await kvtwin('profile', 'add', 'users', '--first', 'lon', '--second', 'nyc', '--use')).code).toBe(
      0,
    );
    const listed = await kvtwin('profile', 'ls');
    expect(listed.stdout).toBe(
      [
        '     lon    hotrod://***@lon/users',
        '     nyc    hotrod://nyc/users',
        '  *  users  lon  nyc',
        '',
      ].join('\n'),
    );
    const json = await kvtwin('profile', 'ls', '--json');
    expect(json.stdout).not.toContain('secret');
    expect(JSON.parse(json.stdout).profiles).toContainEqual({
      name: 'users',
      active: true,
      first: 'lon',
      second: 'nyc',
    });
  });

  it('makes a pair the active one, and forgets it', async () => {
    await kvtwin('profile', 'add', 'front', '--pair', 'hustdb+ha://127.0.0.1:1');
    expect((await kvtwin('profile', 'use', 'front')).code).toBe(0);
    expect((await kvtwin('get', 'k')).code).toBe(4);
    expect((await kvtwin('profile', 'rm', 'front')).code).toBe(0);
    expect((await kvtwin('get', 'k')).stderr).toContain('which two sides?');
    expect((await kvtwin('profile', 'ls')).stderr).toContain('no profiles yet');
  });

  it.each([
    [['add', 'x']],
    [['add', 'x', 'hotrod://a', '--pair', 'hustdb+ha://b']],
    [['add', 'x', '--first', 'hotrod://a']],
    [['add', 'x', 'hotrod://a', '--first', 'hotrod://a']],
    [['add', '../x', 'hotrod://a']],
    [['use', 'nope']],
    [['rm', 'nope']],
  ])('refuses %j with 1', async (args) => {
    expect((await kvtwin('profile', ...args)).code).toBe(1);
  });

  it('does not make a single side the active one', async () => {
    await kvtwin('profile', 'add', 'lon', 'hotrod://lon');
    expect((await kvtwin('profile', 'use', 'lon')).code).toBe(1);
    expect((await kvtwin('profile', 'add', 'nyc', 'hotrod://nyc', '--use')).code).toBe(1);
  });
});
