import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TemporaryFolder, temporaryFolder } from '@kvtwin/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliResult, runInProcess } from '../../test/recording-io.js';
import type { CliTerminal } from '../command-line/cli-io.js';

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

  it('takes a password from a file, stdin, the environment or a person, never shown', async () => {
    const env = { KVTWIN_CONFIG: folder.path };
    const kept = async (name: string): Promise<string> =>
      JSON.parse(await readFile(join(folder.path, 'profiles.json'), 'utf8')).profiles[name].url;
    await writeFile(join(folder.path, 'password'), 'a b\n');
    await kvtwin(
      'profile',
      'add',
      'one',
      'hotrod://app@lon',
      '--password-file',
      join(folder.path, 'password'),
    );
    expect(await kept('one')).toBe('hotrod://app:a%20b@lon');
    await runInProcess(['profile', 'add', 'two', 'hotrod://app@lon', '--password-file', '-'], {
      env,
      stdin: 'c\n',
    });
    expect(await kept('two')).toBe('hotrod://app:c@lon');
    await runInProcess(['profile', 'add', 'three', 'hotrod://app@lon'], {
      env: { ...env, KVTWIN_PASSWORD: 'd' },
    });
    expect(await kept('three')).toBe('hotrod://app:d@lon');
    let shown = '';
    const terminal: CliTerminal = {
      columns: 80,
      rows: 24,
      write: (text) => {
        shown += text;
      },
      takeInput: (listener) => {
        queueMicrotask(() => listener(Buffer.from('wrong\u0015ex\u007fy\r')));
        return () => undefined;
      },
      onResize: () => () => undefined,
    };
    const asked = await runInProcess(['profile', 'add', 'four', 'hotrod://app@lon'], { env, terminal });
    expect(asked.code).toBe(0);
    expect(await kept('four')).toBe('hotrod://app:ey@lon');
    expect(shown).toBe('password for hotrod://app@lon (Enter: none): \n');
    expect((await kvtwin('profile', 'add', 'five', 'hotrod://lon', '--password-file', 'x')).code).toBe(1);
    expect((await kvtwin('profile', 'add', 'six', 'hotrod://app@lon', '--password-file', '/none')).code).toBe(
      1,
    );
  });

  it('does not make a single side the active one', async () => {
    await kvtwin('profile', 'add', 'lon', 'hotrod://lon');
    expect((await kvtwin('profile', 'use', 'lon')).code).toBe(1);
    expect((await kvtwin('profile', 'add', 'nyc', 'hotrod://nyc', '--use')).code).toBe(1);
  });
});
