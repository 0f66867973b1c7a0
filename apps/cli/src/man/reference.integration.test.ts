import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { runInProcess } from '../../test/recording-io.js';
import { allCommands, type CommandNode, commandTree } from '../command-line/command-tree.js';
import { ExitCode } from '../command-line/exit-code.js';
import { exitCodeTexts } from '../command-line/exit-code-texts.js';
import { createProgram } from '../program.js';
import { commandReference } from './command-reference.js';
import { manPage } from './man-page.js';

const { version } = createRequire(import.meta.url)('kvtwin/package.json') as { version: string };

async function tree(): Promise<CommandNode> {
  const output = { write: () => true, drained: async () => {}, isTTY: false, columns: 100 };
  async function* nothing(): AsyncGenerator<Uint8Array> {}
  const io = {
    stdout: output,
    stderr: output,
    stdin: nothing(),
    env: {},
    signal: AbortSignal.any([]),
    pid: 0,
  };
  const commandLine = { program: createProgram, run: async () => ExitCode.ok };
  return commandTree(await createProgram({ io, exitCode: ExitCode.ok, commandLine }));
}

const root = await tree();
const commands = [...allCommands(root)].filter(({ path }) => path.length > 0);

/** `UPDATE_DOCS=1 npx vitest run apps/cli/src/man` writes them. */
function expectFile(path: string, text: string): void {
  const url = new URL(path, import.meta.url);
  if (process.env.UPDATE_DOCS) writeFileSync(url, text);
  expect(readFileSync(url, 'utf8')).toBe(text);
}

describe('the manual', () => {
  it('docs/guides/commands.md has every command as its help says it', () => {
    expectFile('../../../../docs/guides/commands.md', commandReference(root));
  });

  it('kvtwin.1 has every command as its help says it', () => {
    const page = manPage(root, version);
    expectFile('../../man/kvtwin.1', page);
    for (const line of page.split('\n').filter((each) => /^['.]/.test(each))) {
      expect(line).toMatch(/^\.(\\"|(TH|SH|SS|TP|PP|B|I|nf|fi|RS|RE)\b)/);
    }
  });
});

describe('every command', () => {
  it('is there that the design names', () => {
    const wanted =
      'get put del scan diff plan apply undo resolve migrate verify export import job conflicts watch shell bench decode trace serve proxy demo profile doctor completion';
    const names = root.commands.map(({ path }) => path[0]);
    expect(names.toSorted()).toEqual([...wanted.split(' ')].sort());
  });

  it.each(commands.map((node) => [node.path.join(' '), node] as const))(
    '%s says what it and its arguments are, with examples and exit codes',
    (_, node) => {
      expect(node.description).toMatch(/^[A-Z].*\.$/s);
      expect(node.summary).not.toMatch(/\.$/);
      for (const { description } of [...node.arguments, ...node.options]) expect(description).not.toBe('');
      expect(node.after).toContain('Examples:');
      expect(node.after).toContain('Exit codes:');
    },
  );

  it('names the same thing alike: an option has one short form and one kind of value', () => {
    const seen = new Map<string, string>();
    for (const { options, path } of commands) {
      for (const { long, short = '' } of options) {
        const known = seen.get(long) ?? short;
        if (long !== '--help')
          expect(`${path.join(' ')} ${long} ${short}`).toBe(`${path.join(' ')} ${long} ${known}`);
        seen.set(long, known);
      }
    }
  });
});

describe('kvtwin help', () => {
  it('tells the exit codes, the environment, and a command as --help does', async () => {
    const codes = await runInProcess(['help', 'exit-codes']);
    expect(codes.code).toBe(0);
    for (const [code, means] of exitCodeTexts)
      expect(codes.stdout).toMatch(new RegExp(`^ +${code} +${means}`, 'm'));
    expect(exitCodeTexts.map(([code]) => code)).toEqual(Object.values(ExitCode));
    expect((await runInProcess(['help', 'environment'])).stdout).toContain('KVTWIN_FIRST');
    const [help, option] = [
      await runInProcess(['help', 'job', 'ls']),
      await runInProcess(['job', 'ls', '--help']),
    ];
    expect(help).toEqual(option);
    expect((await runInProcess(['help'])).stdout).toBe((await runInProcess(['--help'])).stdout);
    const unknown = await runInProcess(['help', 'dif']);
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain('(Did you mean diff?)');
  });

  it.each([
    [['dif'], '(Did you mean diff?)'],
    [['diff', '--quite'], '(Did you mean --quiet?)'],
    [['profile', 'lss'], '(Did you mean ls?)'],
    [['job', 'resum', 'd1'], '(Did you mean resume?)'],
  ])('%j is a usage error that says what was probably meant', async (args, meant) => {
    const { code, stderr } = await runInProcess(args);
    expect(code).toBe(1);
    expect(stderr).toContain(meant);
  });
});
