import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { runProcess, type TemporaryFolder, temporaryFolder } from '@kvtwin/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runInProcess } from '../../test/recording-io.js';

let folder: TemporaryFolder;
let env: Record<string, string>;

/** All commands are loaded for their options, on a machine that may have other work too. */
const loadLimitMs = 300_000;

beforeAll(async () => {
  folder = await temporaryFolder();
  env = { ...process.env, HOME: folder.path, PATH: `${folder.path}${delimiter}${process.env.PATH}` } as never;
  // What the scripts ask kvtwin for.
  const answers = [
    '#!/bin/sh',
    'case "$*" in',
    '*profiles) echo lon; echo nyc ;;',
    '*jobs) echo d1; echo m2 ;;',
    'esac',
  ];
  await writeFile(join(folder.path, 'kvtwin'), `${answers.join('\n')}\n`, { mode: 0o755 });
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout } = await runInProcess(['completion', shell]);
    expect(code).toBe(0);
    await writeFile(join(folder.path, `kvtwin.${shell}`), stdout);
  }
  await mkdir(join(folder.path, 'dumps'));
  await writeFile(join(folder.path, 'dumps', 'with space.bin'), '');
}, loadLimitMs);
afterAll(() => folder.remove());

function isThere(shell: string): boolean {
  try {
    execFileSync(shell, ['-c', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** What a shell offers for the last word of a line. */
type Complete = (line: string) => Promise<string[]>;

async function run(shell: string, script: string): Promise<string[]> {
  const noStartFiles = shell === 'bash' ? ['--norc', '--noprofile'] : ['--no-config'];
  const flags = shell === 'zsh' ? ['-f'] : noStartFiles;
  const { stdout, stderr } = await runProcess(shell, [...flags, '-c', script], { cwd: folder.path, env });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const shells: Readonly<Record<string, Complete>> = {
  bash: (line) =>
    run(
      'bash',
      `. ./kvtwin.bash; compopt() { :; }; COMP_LINE=${quote(line)}; COMP_POINT=${line.length}; COMP_WORDS=(${line}); COMP_CWORD=1
       _kvtwin kvtwin; printf '%s\\n' "\${COMPREPLY[@]}"`,
    ),
  zsh: (line) =>
    run(
      'zsh',
      `compdef() { :; }; compset() { :; }; _files() { compadd *; }; _call_program() { shift; "$@"; }
       compadd() { [[ "$1" == -a ]] && print -rl -- \${(P)2} || print -rl -- "$@"; }
       _describe() { [[ "$1" == -o ]] && shift; print -rl -- \${(P)2}; }
       source ./kvtwin.zsh; words=(${line.endsWith(' ') ? `${line} ''` : line}); CURRENT=\${#words}; _kvtwin`,
    ).then((lines) => lines.map((each) => each.split(':')[0]!)),
  fish: (line) =>
    run('fish', `source ./kvtwin.fish; complete -C ${quote(line)}`).then((lines) =>
      lines.map((each) => each.split('\t')[0]!),
    ),
};

// bash is everywhere that this is tested; the others are asked where they are installed.
for (const [shell, complete] of Object.entries(shells).filter(([name]) => name === 'bash' || isThere(name))) {
  describe(`the completion for ${shell}`, () => {
    it('offers the commands, and those below a command', async () => {
      const commands = await complete('kvtwin ');
      expect(commands).toEqual(expect.arrayContaining(['get', 'diff', 'trace', 'profile', 'completion']));
      expect(commands).not.toContain('values');
      expect(await complete('kvtwin profile ')).toEqual(expect.arrayContaining(['add', 'ls', 'rm', 'use']));
    });

    it('offers the options of the command that is meant', async () => {
      const options = await complete('kvtwin trace --');
      expect(options).toEqual(
        expect.arrayContaining(['--listen', '--record', '--hex', '--ndjson', '--quiet']),
      );
      expect(options).not.toContain('--first');
      expect(await complete('kvtwin profile add --')).toEqual(expect.arrayContaining(['--first', '--use']));
    });

    it('offers the choices of an option, and names that kvtwin knows', async () => {
      expect((await complete('kvtwin get k --raw ')).toSorted()).toEqual(['first', 'second']);
      expect((await complete('kvtwin get k --profile ')).toSorted()).toEqual(['lon', 'nyc']);
      expect(await complete('kvtwin job resume ')).toEqual(expect.arrayContaining(['d1', 'm2']));
      expect(await complete('kvtwin bench ')).toEqual(expect.arrayContaining(['lon', 'nyc']));
    });
  });
}

describe('the completion for bash', () => {
  const complete = shells.bash!;

  it('offers what goes on with the word that has begun', async () => {
    expect(await complete('kvtwin tr')).toEqual(['trace']);
    expect(await complete('kvtwin diff --qu')).toEqual(['--quiet']);
    expect(await complete('kvtwin get k --raw=s')).toEqual(['second']);
    expect(await complete('kvtwin diff lon n')).toEqual(['nyc']);
  });

  it('takes the value of an option for no argument, and what follows -- for no option', async () => {
    expect((await complete('kvtwin --help')).toSorted()).toEqual(['--help']);
    expect(await complete('kvtwin diff --cache lon ')).toEqual(['lon', 'nyc']);
    expect(await complete('kvtwin profile use -- ')).toEqual(['lon', 'nyc']);
  });

  it('offers files with spaces in their names', async () => {
    expect(await complete('kvtwin decode dumps/w')).toEqual(['dumps/with space.bin']);
    expect(await complete('kvtwin put k --value-file dump')).toEqual(['dumps']);
  });

  it('offers nothing where only a person knows', async () => {
    expect(await complete('kvtwin get ')).toEqual([]);
    expect(await complete('kvtwin diff --rps ')).toEqual([]);
  });
});

describe('kvtwin completion', () => {
  it('asks for names without a word where there are none', async () => {
    const config = { KVTWIN_CONFIG: join(folder.path, 'config'), KVTWIN_STATE: join(folder.path, 'state') };
    for (const list of ['profiles', 'jobs']) {
      const { code, stdout, stderr } = await runInProcess(['completion', 'values', list], { env: config });
      expect([code, stdout, stderr]).toEqual([0, '', '']);
    }
    await runInProcess(['profile', 'add', 'lon', 'hotrod://lon'], { env: config });
    expect((await runInProcess(['completion', 'values', 'profiles'], { env: config })).stdout).toBe('lon\n');
    await writeFile(join(config.KVTWIN_CONFIG, 'profiles.json'), '{');
    expect(await runInProcess(['completion', 'values', 'profiles'], { env: config })).toMatchObject({
      code: 0,
      stdout: '',
      stderr: '',
    });
  });

  it('refuses another shell with 1', async () => {
    expect((await runInProcess(['completion', 'tcsh'])).code).toBe(1);
  });
});
